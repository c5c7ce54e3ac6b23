"""requirements.txt beside the entry point. The package installed is made here: no network is needed."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from pathlib import Path

import pytest

from .playing_engine import Site


def make_wheel(directory: Path, name: str, code: str, requires: str = "", version: str = "1.0") -> Path:
    """Write a wheel of a single module."""
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    if requires:
        metadata += f"Requires-Dist: {requires}\n"
    files = {
        f"{name}.py": code,
        f"{info}/METADATA": metadata,
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},{len(text)}\n"
        for path, text in files.items()
    )
    directory.mkdir(parents=True, exist_ok=True)
    wheel = directory / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            archive.writestr(path, text)
    return wheel


@pytest.fixture
def wheels(site: Site) -> Path:
    """A directory that pip installs from, and from nowhere else."""
    directory = site.root / "wheels"
    make_wheel(directory, "em_tiny", "X = 'tiny'", requires="traitlets")
    site.environment = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(directory)}
    return directory


USE = "import em_tiny, traitlets; print(em_tiny.X, em_tiny.__file__, traitlets.__file__)"


@pytest.mark.usefixtures("wheels")
def test_requirements_are_installed_over_the_image_once(site: Site) -> None:
    uri = site.source(USE, "jobs/train.py", **{"jobs/requirements.txt": "em_tiny==1.0\n"})
    plan = site.plan(source_uri=uri, entry_point="jobs/train.py")
    first, second = site.run_runner(plan, nodes=2)
    assert first.exit_code == second.exit_code == 0, first.log + second.log
    word, tiny, image = first.log.splitlines()[-1].split()
    assert word == "tiny"
    assert tiny.startswith(str(site.cache / "overlays"))
    assert not image.startswith(str(site.cache))  # what the image has is not installed again
    logs = first.log + second.log
    assert logs.count("Successfully installed em_tiny-1.0") + logs.count("Successfully installed em-tiny-1.0") == 1
    assert "is installed already" in site.run(plan).log


@pytest.mark.usefixtures("wheels")
def test_a_failed_installation_ends_the_run_with_pip_s_words(site: Site) -> None:
    uri = site.source("pass", **{"requirements.txt": "em_missing==9\n"})
    run = site.run(site.plan(source_uri=uri, entry_point="train.py"))
    assert run.exit_code == 1
    assert run.report["reason"].startswith("requirements.txt could not be installed:\nERROR: ")
    assert "em_missing" in run.report["reason"].replace("em-missing", "em_missing")
    assert "startedAt" not in run.report


@pytest.mark.usefixtures("wheels")
def test_an_interrupted_installation_is_done_again(site: Site) -> None:
    uri = site.source(USE, **{"requirements.txt": "em_tiny\n"})
    plan = site.plan(source_uri=uri, entry_point="train.py")
    assert site.run(plan).exit_code == 0
    (overlay,) = (path for path in (site.cache / "overlays").iterdir() if not path.name.startswith("."))
    (overlay / "complete").unlink()
    (overlay / "lib/python3.11/site-packages/em_tiny.py").unlink(missing_ok=True)
    run = site.run(plan)
    assert run.exit_code == 0, run.log


def test_a_package_in_the_source_is_installed_for_this_run_alone(site: Site) -> None:
    uri = site.source(
        "import em_own; print(em_own.X)", **{"requirements.txt": "--no-index\n./wheels/em_own-1.0-py3-none-any.whl"}
    )
    wheels = site.nas / "code/0/wheels"
    make_wheel(wheels, "em_own", "X = 'first'")
    plan = site.plan(source_uri=uri, entry_point="train.py")
    assert site.run(plan).log.splitlines()[-1] == "first"
    make_wheel(wheels, "em_own", "X = 'second'")
    run = site.run(plan)
    assert run.log.splitlines()[-1] == "second"
    assert list(run.directory.iterdir()) == []


@pytest.mark.usefixtures("wheels")
def test_modules_beside_the_entry_point_do_not_disturb_pip(site: Site) -> None:
    uri = site.source(USE, **{"requirements.txt": "em_tiny", "queue.py": "raise RuntimeError('mine')"})
    run = site.run(site.plan(source_uri=uri, entry_point="train.py"))
    assert "Successfully installed" in run.log
