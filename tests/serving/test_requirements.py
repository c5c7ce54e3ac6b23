"""A model's requirements.txt: installed for the model's process, not for the server's. No network is needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runner.test_requirements import make_wheel

from .conftest import Server, StartServer, write_predictor

PREDICTOR = """
import em_needed, sklearn

class Predictor:
    def load(self, directory): ...
    def predict(self, instances): return [[em_needed.X, em_needed.__file__, sklearn.__file__] for _ in instances]
"""


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    make_wheel(tmp_path / "wheels", "em_needed", "X = 'there'")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    return write_predictor(tmp_path / "model", PREDICTOR)


def test_they_are_installed_once_over_the_image_s(serve: StartServer, tmp_path: Path, model: Path) -> None:
    (model / "requirements.txt").write_text("em_needed==1.0\n")
    cache = tmp_path / "cache"

    def served() -> tuple[Server, list[str]]:
        server = serve(model, f"--cache-dir={cache}").wait_ready()
        return server, server.predict([1]).json()["predictions"][0]

    server, (word, own, image) = served()
    assert word == "there"
    assert own.startswith(str(cache / "overlays"))
    assert not image.startswith(str(cache))
    assert server.end() == 0
    again, answer = served()
    assert answer == [word, own, image]
    assert "is installed already" in again.log


def test_what_cannot_be_installed_ends_the_server_with_pip_s_words(serve: StartServer, model: Path) -> None:
    (model / "requirements.txt").write_text("em_absent==9\n")
    server = serve(model)
    assert server.process.wait(60) == 3
    assert server.report["reason"].startswith("requirements.txt could not be installed:\nERROR: ")


def test_a_package_nobody_asked_for_is_named(serve: StartServer, model: Path) -> None:
    server = serve(model)
    assert server.process.wait(60) == 3
    assert "needs the Python package em_needed" in server.report["reason"]
    assert "requirements.txt beside the model" in server.report["reason"]
