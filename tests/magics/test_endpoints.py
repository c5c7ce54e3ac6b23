"""``%easymaker deploy``, ``predict`` and ``endpoint`` in a real IPython, against a real backend and its gateway."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from jupyter_easymaker.magics.completion import completions
from tests.conftest import RunningBackend
from tests.endpoints import ROW, Endpoints
from tests.magics.test_magic import run, shell
from tests.waiting import wait_for

__all__ = ["shell"]


@pytest.fixture(scope="module")
def models(backend: RunningBackend) -> Endpoints:
    """Two models: ``cell one`` always answers 1, ``cell two`` always 2."""
    endpoints = Endpoints(backend)
    endpoints.model("cell one", 1)
    endpoints.model("cell two", 2)
    return endpoints


@pytest.fixture
def deployed(shell: InteractiveShell, models: Endpoints) -> dict[str, Any]:
    """The endpoint ``of-cell``, made with the magic."""
    if "of-cell" not in run(shell, "endpoint list --search of-cell").text:
        run(shell, "deploy 'cell one' --name of-cell --path /inference --into made")
    (found,) = models.backend.get("endpoints?endpointNameList=of-cell")["endpointList"]
    return models.get(found["endpointId"])


def test_model_is_deployed_and_shown_live_until_it_serves(shell: InteractiveShell, models: Endpoints) -> None:
    shown = run(shell, "deploy 'cell one' --name live --path /inference --pods 1 --tag team=a --into made").text
    made = shell.user_ns["made"]
    assert made["endpointStatusCode"] == "ACTIVE", shown
    assert made["tagList"] == [{"tagKey": "team", "tagValue": "a"}]
    for expected in ("live", "Active", "1 of 1", "cell one", f"https://{made['defaultStageUrl']}"):
        assert expected in shown
    assert models.answer(f"{made['defaultStageUrl']}/inference") == 1
    assert "is deleted" in run(shell, "endpoint delete -y live").text
    models.gone(f"endpoints/{made['endpointId']}")


def test_rows_are_sent_from_a_cell_a_variable_or_as_json(shell: InteractiveShell, deployed: dict[str, Any]) -> None:
    import numpy
    import pandas

    shell.user_ns.update(table=pandas.DataFrame([ROW, ROW]), array=numpy.array([ROW]), whole={"instances": [ROW]})
    for line, cell, rows in (
        ("predict of-cell --into answer", f"[{ROW}]", 1),
        ("predict of-cell table --into answer", None, 2),
        ("predict of-cell array --into answer", None, 1),
        ("predict of-cell whole --into answer", None, 1),
        (f"predict of-cell '[{ROW}, {ROW}, {ROW}]' --into answer", None, 3),
    ):
        shown = run(shell, line, cell).text
        answer = shell.user_ns["answer"]
        assert (answer["statusCode"], answer["body"]) == (200, {"predictions": [1] * rows}), shown
        assert "200" in shown
        assert "predictions" in shown


def test_what_cannot_be_sent_is_said(shell: InteractiveShell, deployed: dict[str, Any]) -> None:
    assert "is no variable here and is no JSON" in run(shell, "predict of-cell nothing").text
    assert "The cell is no JSON" in run(shell, "predict of-cell", "[1,").text
    assert "Give the rows in the cell" in run(shell, "predict of-cell").text
    assert "does not serve other; it serves cell one" in run(shell, "predict of-cell '[[1]]' --model other").text
    assert "has no stage other; it has default" in run(shell, "predict of-cell '[[1]]' --stage other").text
    assert "400" in run(shell, "predict of-cell '[[1, 2], [3]]'").text  # the model's own refusal is shown


def test_stage_is_added_gets_a_share_and_becomes_the_default(shell: InteractiveShell, models: Endpoints) -> None:
    run(shell, "deploy 'cell one' --name staged --path /inference --no-wait")
    shown = run(shell, "deploy 'cell two' --name staged --stage next --path /inference --into made").text
    made = shell.user_ns["made"]
    assert {stage["endpointStageName"] for stage in made["endpointStageList"]} == {"default", "next"}, shown
    run(shell, "predict staged '[[1, 2, 3, 4]]' --stage next --into answer")
    assert shell.user_ns["answer"]["body"] == {"predictions": [2]}
    assert "30 %" in run(shell, "endpoint traffic staged default=70 next=30").text
    assert "has no stage nowhere" in run(shell, "endpoint traffic staged nowhere=1").text
    assert "default" in run(shell, "endpoint traffic staged").text
    shown = run(shell, "endpoint default staged --stage next").text
    made = shell.user_ns["made"]
    assert "next" in shown, shown
    wait_for(lambda: models.answer(f"{made['defaultStageUrl']}/inference") == 2)
    run(shell, "endpoint delete-stage -y staged --stage default")
    run(shell, "endpoint delete -y staged")


def test_models_are_added_scaled_replaced_and_removed(shell: InteractiveShell, deployed: dict[str, Any]) -> None:
    assert "cell two" in run(shell, "endpoint add of-cell --model 'cell two' --path /second").text
    assert "say which with --model" in run(shell, "predict of-cell '[[1, 2, 3, 4]]'").text
    run(shell, "predict of-cell '[[1, 2, 3, 4]]' --model 'cell two' --into answer")
    assert shell.user_ns["answer"]["body"] == {"predictions": [2]}
    assert "3 of 3" in run(shell, "endpoint scale of-cell --model 'cell two' --pods 2").text
    assert "being removed" in run(shell, "endpoint remove of-cell --model 'cell two'").text
    run(shell, "endpoint watch of-cell")
    run(shell, "endpoint rollout of-cell --to 'cell two'")
    run(shell, "predict of-cell '[[1, 2, 3, 4]]' --into answer")
    assert shell.user_ns["answer"]["body"] == {"predictions": [2]}
    run(shell, "endpoint rollout of-cell --to 'cell one'")


def test_calls_logs_keys_and_snippets_are_shown(
    shell: InteractiveShell, models: Endpoints, deployed: dict[str, Any]
) -> None:
    run(shell, "predict of-cell '[[1, 2, 3, 4]]'")
    text = run(shell, "endpoint calls of-cell --into calls").text
    assert "Path" in text or "Nobody has called" in text
    assert "---" in run(shell, "endpoint logs of-cell --tail 5").text
    code = run(shell, "endpoint snippet of-cell").stdout
    assert f"https://{deployed['defaultStageUrl']}/inference" in code
    compile(code, "snippet", "exec")
    assert "curl -X POST https://" in run(shell, "endpoint snippet of-cell --curl").stdout
    made = run(shell, "endpoint keys of-cell --new laptop").text
    assert "shown once" in made
    assert "laptop" in run(shell, "endpoint keys of-cell").text
    assert "laptop" not in run(shell, "endpoint keys of-cell --revoke laptop").text
    assert "There is no key laptop" in run(shell, "endpoint keys of-cell --revoke laptop").text


def test_refusals_name_the_options_that_were_typed(shell: InteractiveShell, deployed: dict[str, Any]) -> None:
    assert "There is no model 'nothing'" in run(shell, "deploy nothing").text
    taken = run(shell, "deploy 'cell one' --name of-cell").text
    assert "of-cell" in taken
    wrong = run(shell, "deploy 'cell one' --name new --path inference").text
    assert "--path" in wrong or "/inference" in wrong
    assert "MIN..MAX" in run(shell, "deploy 'cell one' --autoscale 3").text
    assert "together" in run(shell, "deploy 'cell one' --name new --cpu 1").text
    assert "--pods N of a model, or --nodes N" in run(shell, "endpoint scale of-cell").text


def test_names_of_endpoints_and_models_are_completed(shell: InteractiveShell, deployed: dict[str, Any]) -> None:
    assert "of-cell" in completions("%easymaker predict of")
    assert "of-cell" in completions("%easymaker endpoint show ")
    assert '"cell one"' in completions("%easymaker deploy ")
    assert "--autoscale" in completions("%easymaker deploy x --au")
