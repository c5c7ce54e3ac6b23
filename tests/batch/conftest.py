"""A place to run batch inferences in, and models to run them with."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from jupyter_easymaker.batch.plan import BatchPlan
from tests.runner.playing_engine import NodeRun, Site

_OWN = """
import os, signal, time

class Model:
    def predict(self, rows):
        {body}
        return rows[:, 0] * 2
"""


@dataclass
class BatchSite(Site):
    """A project with models, inputs and outputs on the NAS ``local``."""

    module: str = "jupyter_easymaker.batch"

    def linear_model(self) -> str:
        """Put a model that doubles the sum of two numbers; return its URI."""
        directory = self.nas / "models" / "linear"
        directory.mkdir(parents=True, exist_ok=True)
        rows = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [2.0, 1.0]])
        joblib.dump(LinearRegression().fit(rows, rows.sum(axis=1) * 2), directory / "model.joblib")
        return "nas://local:/models/linear"

    def own_model(self, body: str) -> str:
        """Put a model that doubles a number after doing something with ``rows``, a matrix; return its URI."""
        directory = self.nas / "models" / "own"
        directory.mkdir(parents=True, exist_ok=True)
        code = self.root / "code"
        code.mkdir(exist_ok=True)
        (code / "own_model.py").write_text(_OWN.format(body=body))
        # Pickled by reference, so that it is found where the pod's environment says.
        (directory / "model.pkl").write_bytes(b"cown_model\nModel\n)R.")
        self.environment["PYTHONPATH"] = str(code)
        return "nas://local:/models/own"

    def data(self, **files: str | bytes | Sequence[Any]) -> str:
        """Put input files, ``a_jsonl`` as ``a.jsonl``; lists become JSON Lines; return their directory's URI."""
        for name, content in files.items():
            self.file(name.replace("__", "/").replace("_", "."), content)
        return "nas://local:/in"

    def file(self, path: str, content: str | bytes | Sequence[Any]) -> None:
        target = self.nas / "in" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, list):
            content = "".join(json.dumps(row) + "\n" for row in content)
        target.write_bytes(content.encode() if isinstance(content, str) else content)  # type: ignore[union-attr]

    def batch_plan(self, **settings: Any) -> BatchPlan:
        defaults: dict[str, Any] = {
            "name": "scores",
            "python": "",
            "storage": self.storage.to_json(),
            "cache_dir": str(self.cache),
            "shared_dir": str(self.root / "shared"),
            "model_uri": "nas://local:/models/linear",
            "model_name": "linear",
            "model_format": "SKLEARN",
            "input_uri": "nas://local:/in",
            "data_type": "JSONL",
            "output_uri": "nas://local:/out/1",
        }
        return BatchPlan(**{**defaults, **settings})

    def results(self, name: str) -> list[dict[str, Any]]:
        """Return the lines of a file of results (or of errors)."""
        return [json.loads(line) for line in (self.nas / "out" / "1" / name).read_text().splitlines()]

    @property
    def outputs(self) -> list[str]:
        out = self.nas / "out" / "1"
        return sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())

    @property
    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.nas / "out" / "1" / "summary.json").read_text())
        return found


@pytest.fixture
def site(tmp_path: Path) -> BatchSite:
    made = BatchSite(tmp_path)
    made.nas.mkdir()
    (tmp_path / "home").mkdir()
    return made


@pytest.fixture
def score(site: BatchSite) -> Callable[..., NodeRun]:
    """Run a batch inference with the linear model on one pod."""

    def run(**settings: Any) -> NodeRun:
        if "model_uri" not in settings:
            site.linear_model()
        return site.run(site.batch_plan(**settings))

    return run
