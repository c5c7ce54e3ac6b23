"""``log_metrics`` in and outside of a training."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy
import pytest

from jupyter_easymaker import log_metrics


def test_values_are_printed_outside_of_a_training(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("EM_METRICS_FILE", raising=False)
    log_metrics(step=4, loss=0.25, accuracy=1)
    log_metrics(loss=0.5)
    assert capsys.readouterr().out == "step=4 loss=0.25 accuracy=1\nloss=0.5\n"


def test_lines_are_whole_and_anything_like_a_number_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "metrics.jsonl"
    monkeypatch.setenv("EM_METRICS_FILE", str(file))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda step: log_metrics(step=numpy.int64(step), loss=numpy.float32(step)), range(200)))
    entries = [json.loads(line) for line in file.read_text().splitlines()]
    assert sorted(entry["step"] for entry in entries) == list(range(200))
    assert all(entry["values"] == {"loss": float(entry["step"])} and entry["time"] > 1e9 for entry in entries)


@pytest.mark.parametrize("values", [{"loss": "0.5"}, {"loss": None}, {"loss": [1, 2]}, {"step": 1.5, "loss": 1}])
def test_what_is_no_number_is_refused_by_name(values: dict[str, object]) -> None:
    with pytest.raises(TypeError, match=next(iter(values))):
        log_metrics(**values)


def test_importing_it_costs_next_to_nothing() -> None:
    code = "import sys; from jupyter_easymaker import log_metrics; print([m for m in sys.modules if 'pydantic' in m])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "[]\n"
