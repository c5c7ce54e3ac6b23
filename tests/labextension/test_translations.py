"""Everything the panel says in English it says in Korean, the forms' titles and help included."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_easymaker.algorithms.catalogue import provided_algorithms
from jupyter_easymaker.resources import (
    batch_inference,
    endpoint,
    endpoint_stage,
    experiment,
    hyperparameter_tuning,
    image,
    model,
    notebook,
    registry_account,
    training,
)

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "jupyter_easymaker/locale/ko_KR/LC_MESSAGES/jupyter_easymaker.json"
_TEXT = r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\""
_PLURAL = re.compile(rf"trans\._n\(\s*(?:{_TEXT})", re.DOTALL)
_CALL = re.compile(rf"trans\.(?:__|_n)\(\s*(?:{_TEXT})(?:\s*,\s*(?:{_TEXT}))?", re.DOTALL)


def said_with(call: re.Pattern[str]) -> Iterator[str]:
    for path in sorted((ROOT / "labextension/src").rglob("*.ts*")):
        for found in call.finditer(path.read_text()):
            text = found[1] if found[1] is not None else found[2]
            yield re.sub(r"\\(.)", r"\1", text)


def of_the_panel() -> Iterator[str]:
    return said_with(_CALL)


def of_the_forms() -> Iterator[str]:
    for module, body in (
        (experiment, experiment.ExperimentCreate),
        (training, training.TrainingCreate),
        (hyperparameter_tuning, hyperparameter_tuning.HyperparameterTuningCreate),
        (model, model.ModelCreate),
        (notebook, notebook.NotebookCreate),
        (image, image.ImageCreate),
        (registry_account, registry_account.RegistryAccountCreate),
        (endpoint, endpoint.EndpointCreate),
        (endpoint, endpoint_stage.EndpointStageCreate),
        (batch_inference, batch_inference.BatchInferenceCreate),
        (notebook, notebook.NotebookCreate),
        (image, image.ImageCreate),
        (registry_account, registry_account.RegistryAccountCreate),
    ):
        yield from module.SECTIONS.values()
        schema = body.model_json_schema(by_alias=True)
        yield from texts(schema["properties"])
        for name in ("Dataset", "Hyperparameter", "NasMount", "Tag"):
            for field in schema.get("$defs", {}).get(name, {}).get("properties", {}).values():
                yield field["title"]


def texts(properties: dict[str, Any]) -> Iterator[str]:
    for field in properties.values():
        if "x-section" in field:
            yield from (field[key] for key in ("title", "description") if field.get(key))


def of_the_algorithms() -> Iterator[str]:
    for algorithm in provided_algorithms("cpu", "gpu"):
        yield algorithm.description
        yield from (spec.description for spec in algorithm.hyperparameter_spec_list)


def catalogue() -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(CATALOGUE.read_text())
    found.pop("")
    return found


@pytest.mark.parametrize("source", [of_the_panel, of_the_forms, of_the_algorithms])
def test_every_text_has_a_translation(source: Any) -> None:
    wanted = set(source())
    assert len(wanted) > 5
    assert sorted(wanted - set(catalogue())) == []


def test_nothing_is_translated_that_nobody_says() -> None:
    said = {*of_the_panel(), *of_the_forms(), *of_the_algorithms()}
    assert sorted(set(catalogue()) - said) == []


def test_catalogue_names_its_language_as_jupyterlab_asks_for_it() -> None:
    head = json.loads(CATALOGUE.read_text())[""]
    assert (head["domain"], head["language"]) == ("jupyter_easymaker", "ko-KR")  # ko_KR would never be found


def test_translations_fill_in_what_the_originals_do() -> None:
    for text, translations in catalogue().items():
        for translation in translations:
            assert sorted(set(re.findall(r"%\d", text))) == sorted(set(re.findall(r"%\d", translation))), text


def test_only_plurals_have_two_forms() -> None:
    """Korean has one, but JupyterLab looks for a plural's translation only where there are two."""
    plurals = set(said_with(_PLURAL))
    assert {text for text, forms in catalogue().items() if len(forms) == 2} == plurals
    assert {len(forms) for forms in catalogue().values()} == {1, 2}


if __name__ == "__main__":  # prints what is still to be translated
    known = catalogue() if CATALOGUE.exists() else {}
    for each in dict.fromkeys([*of_the_panel(), *of_the_forms(), *of_the_algorithms()]):
        if each not in known:
            print(json.dumps(each, ensure_ascii=False))
