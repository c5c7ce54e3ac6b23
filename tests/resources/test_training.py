"""What a training's create body accepts, and what it says about the rest."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from jupyter_easymaker.resources.training import TrainingCreate, TrainingStatus

BODY: dict[str, Any] = {
    "trainingName": "iris",
    "experimentId": "e",
    "imageId": "i",
    "flavorId": "f",
    "sourceDirUri": "nas://local:/code",
    "entryPoint": "train.py",
    "modelUploadUri": "nas://local:/out",
}


def create(**changes: Any) -> TrainingCreate:
    return TrainingCreate.model_validate({**BODY, **changes})


def refusal(**changes: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        create(**changes)
    return "; ".join(f"{error['loc']}: {error['msg']}" for error in caught.value.errors())


def test_body_of_sdk_2_is_accepted_with_its_names_on_the_way_back() -> None:
    spec = create(hyperparameterList=[{"parameterName": "epochs", "parameterValue": "3"}])
    assert spec.model_dump(by_alias=True)["hyperparameterList"] == [{"parameterName": "epochs", "parameterValue": "3"}]


def test_body_of_sdk_1_with_nulls_and_zero_processes_is_accepted() -> None:
    spec = create(
        tagList=None,
        datasetList=None,
        dataStorageSize=None,
        nprocPerNode=0,
        hyperparameterList=[{"parameterKey": "epochs", "parameterValue": 3}],
    )
    assert spec.nproc_per_node == 1
    assert spec.hyperparameter_list[0].parameter_name == "epochs"
    assert spec.hyperparameter_list[0].parameter_value == "3"


@pytest.mark.parametrize(
    ("changes", "field", "accepted"),
    [
        ({"trainingName": "x" * 51}, "trainingName", "at most 50"),
        ({"trainingName": "  "}, "trainingName", "at least one character"),
        ({"trainingName": "a\nb"}, "trainingName", "control character"),
        ({"description": "x" * 256}, "description", "at most 255"),
        ({"modelUploadUri": "nas://local:/" + "x" * 255}, "modelUploadUri", "at most 255"),
        ({"instanceCount": 11}, "instanceCount", "at most 10"),
        ({"instanceCount": 0}, "instanceCount", "greater than or equal to 1"),
        ({"timeoutMinutes": 59}, "timeoutMinutes", "at least 60"),
        ({"timeoutMinutes": 43201}, "timeoutMinutes", "at most 43200"),
        ({"dataStorageSize": 10001}, "dataStorageSize", "at most 10000"),
        ({"surprise": 1}, "surprise", "not permitted"),
        ({"entryPoint": "../train.py"}, "entryPoint", "inside the source directory"),
        ({"entryPoint": "/etc/passwd.py"}, "entryPoint", "inside the source directory"),
        ({"entryPoint": "a\x00.py"}, "entryPoint", "NUL"),
        ({"entryPoint": "train.sh"}, "entryPoint", ".py or .ipynb"),
        (
            {"datasetList": [{"datasetName": "../x", "dataUri": "nas://local:/x"}]},
            "datasetName",
            "letters, digits",
        ),
        ({"useTorchrun": False, "nprocPerNode": 2}, "", "needs useTorchrun"),
        ({"experimentName": "other"}, "", "experimentId is needed, or experimentName"),
        ({"algorithmId": "tabular"}, "", "algorithmId does not go with"),
        ({"sourceDirUri": None}, "", "sourceDirUri is needed"),
    ],
)
def test_refusal_names_the_field_and_what_would_be_accepted(changes: dict[str, Any], field: str, accepted: str) -> None:
    message = refusal(**changes)
    assert field in message
    assert accepted in message


@pytest.mark.parametrize(
    ("field", "entry", "limit"),
    [
        ("hyperparameterList", lambda i: {"parameterName": f"p{i}", "parameterValue": "1"}, 100),
        ("datasetList", lambda i: {"datasetName": f"d{i}", "dataUri": "nas://local:/d"}, 10),
        ("tagList", lambda i: {"tagKey": f"k{i}", "tagValue": "v"}, 10),
    ],
)
def test_lists_end_at_their_limit(field: str, entry: Any, limit: int) -> None:
    create(**{field: [entry(i) for i in range(limit)]})
    assert f"at most {limit} are accepted" in refusal(**{field: [entry(i) for i in range(limit + 1)]})


def test_names_that_are_one_environment_variable_are_refused() -> None:
    two = [{"datasetName": name, "dataUri": "nas://local:/d"} for name in ("a-b", "a_b")]
    assert "the same in environment variables" in refusal(datasetList=two)


def test_limits_stand_in_the_json_schema_with_titles_and_sections() -> None:
    schema = TrainingCreate.model_json_schema(by_alias=True)["properties"]
    assert schema["instanceCount"]["maximum"] == 10
    assert schema["trainingName"]["maxLength"] == 50
    assert schema["flavorId"]["x-choices"] == "flavors"
    hidden = {name for name, field in schema.items() if "x-section" not in field}
    assert hidden == {"trainingTypeCode", "sourceGit", "copiedFromTrainingId"}


def test_every_status_that_is_not_terminal_leads_to_one_that_is() -> None:
    reachable = {status: {status} for status in TrainingStatus}
    for _ in TrainingStatus:
        for status in TrainingStatus:
            for following in TrainingStatus.transitions().get(status, ()):
                reachable[status] |= reachable[TrainingStatus(following)]
    assert all(any(end.terminal for end in reachable[status]) for status in TrainingStatus)
    assert all(not TrainingStatus.transitions().get(status) for status in TrainingStatus if status.terminal)
