"""The Dockerfile and the bake file: one catalogue with the backend's, and what each image is said to run exists."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

import pytest
from dockerfile_parse import DockerfileParser

from jupyter_easymaker.resources.image import BASE_LABEL
from jupyter_easymaker.service.provided_images import FRAMEWORKS, PYTHON_VERSION, provided_images

PLACE = Path(__file__).parents[2] / "hub_config/images"
BAKE: dict[str, Any] = json.loads((PLACE / "docker-bake.json").read_text())
TARGETS = {name: target for name, target in BAKE["target"].items() if "target" in target}
DEFAULTS = {name: variable["default"] for name, variable in BAKE["variable"].items()}


@pytest.fixture
def dockerfile(tmp_path: Path) -> DockerfileParser:
    """A copy: the parser could write."""
    copy = tmp_path / "Dockerfile"
    copy.write_text((PLACE / "Dockerfile").read_text())
    return DockerfileParser(str(copy))


def stages(dockerfile: DockerfileParser) -> dict[str, list[dict[str, Any]]]:
    """Return the instructions of each stage by its name."""
    found: dict[str, list[dict[str, Any]]] = {"": []}
    for instruction in dockerfile.structure:
        if instruction["instruction"] == "FROM":
            name = re.search(r" AS (\w+)$", instruction["value"])
            assert name is not None, instruction
            found[name.group(1)] = []
        found[list(found)[-1]].append(instruction)
    return found


def filled(text: str) -> str:
    return re.sub(r"\$\{(\w+)\}", lambda match: DEFAULTS[match.group(1)], text)


def test_every_image_of_the_catalogue_is_built_under_its_address() -> None:
    catalogue = {image.image_id: image for image in provided_images(DEFAULTS["REGISTRY"], DEFAULTS["TAG"])}
    built = {name: target for name, target in TARGETS.items() if target["target"] in ("notebook", "training")}
    assert built.keys() == catalogue.keys()
    assert len(built) == 12
    for name, target in built.items():
        image = catalogue[name]
        assert [filled(tag) for tag in target["tags"]] == [image.address]
        assert target["target"].upper() == image.group_type_code
        assert target["args"]["IMAGE_ID"] == image.image_id, "the label private images are recognised by"


def test_frameworks_are_those_of_the_catalogue() -> None:
    versions = {framework.code: framework.version for framework in FRAMEWORKS}
    assert DEFAULTS["TORCH_VERSION"] == versions["PYTORCH"]
    assert DEFAULTS["TENSORFLOW_VERSION"] == versions["TENSORFLOW"]
    assert re.search(rf"python:{re.escape(PYTHON_VERSION)}\b", DEFAULTS["PYTHON_IMAGE"])
    for name, target in TARGETS.items():
        packages = filled(target.get("args", {}).get("FRAMEWORK_PACKAGES", ""))
        cpu = name.startswith("cpu") or name == "backend"
        if "pytorch" in name:
            assert packages == f"torch=={versions['PYTORCH']}"
            assert ("FRAMEWORK_INDEX" in target["args"]) is cpu
        elif "tensorflow" in name:
            package = "tensorflow-cpu" if cpu else "tensorflow[and-cuda]"
            assert packages == f"{package}=={versions['TENSORFLOW']}"


def test_groups_list_all_targets_once() -> None:
    groups = {name: group["targets"] for name, group in BAKE["group"].items() if name != "default"}
    assert BAKE["group"]["default"]["targets"] == list(groups)
    listed = [name for targets in groups.values() for name in targets]
    assert sorted(listed) == sorted(TARGETS)


def test_targets_and_arguments_are_those_of_the_dockerfile(dockerfile: DockerfileParser) -> None:
    found = stages(dockerfile)
    defaults = dict(each["value"].split("=", 1) for each in found[""] if each["instruction"] == "ARG")
    for name in ("PYTHON_IMAGE", "HUB_IMAGE"):
        assert defaults[name] == DEFAULTS[name]
    declared = {each["value"].partition("=")[0] for each in dockerfile.structure if each["instruction"] == "ARG"}
    for name, target in TARGETS.items():
        assert target["target"] in found, name
        assert target.get("args", {}).keys() <= declared, name
    for each in dockerfile.structure:
        if each["instruction"] == "FROM":
            base = each["value"].split()[0]
            assert base in found or re.fullmatch(r"\$\{\w+_IMAGE\}", base), "bases are pinned by argument"


def test_only_notebooks_run_as_root(dockerfile: DockerfileParser) -> None:
    for name, instructions in stages(dockerfile).items():
        users = [each["value"] for each in instructions if each["instruction"] == "USER"]
        if name in ("training", "serving", "backend", "hub"):
            assert users[-1] == "1000", name
        elif name == "notebook":
            assert users == []


def test_notebook_and_training_images_say_what_they_are(dockerfile: DockerfileParser) -> None:
    found = stages(dockerfile)
    for name in ("notebook", "training"):
        labels = [each["value"] for each in found[name] if each["instruction"] == "LABEL"]
        assert labels == [f"{BASE_LABEL}=${{IMAGE_ID}}"]


def test_what_images_run_exists(dockerfile: DockerfileParser) -> None:
    commands = [
        json.loads(each["value"]) for each in dockerfile.structure if each["instruction"] in ("CMD", "ENTRYPOINT")
    ]
    modules = [command[2] for command in commands if command[:2] == ["python", "-m"]]
    assert len(modules) == 2
    for module in modules:
        found = importlib.util.find_spec(module)
        assert found is not None, module
        assert found.submodule_search_locations is None or importlib.util.find_spec(f"{module}.__main__"), module
    assert ["jupyter", "easymaker"] in commands


def test_extras_images_install_exist(dockerfile: DockerfileParser) -> None:
    import tomllib

    project = tomllib.loads((PLACE.parents[1] / "pyproject.toml").read_text())["project"]
    extras = re.findall(r"\$\{wheel\}\[([\w,]+)\]", dockerfile.content)
    assert len(extras) == 5
    named = {extra for each in extras for extra in each.split(",")}
    assert named <= project["optional-dependencies"].keys()
