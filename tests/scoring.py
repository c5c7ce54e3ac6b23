"""A model and rows to score on a running backend's NAS, for tests of whatever speaks to it."""

from __future__ import annotations

import io
from typing import Any

import joblib
import numpy as np
from sklearn.linear_model import LinearRegression

from tests.conftest import RunningBackend


def linear_model(backend: RunningBackend, name: str) -> str:
    """Register a model that doubles a number; return its id."""
    directory = backend.data_dir / "nas" / "local" / "models" / name
    directory.mkdir(parents=True, exist_ok=True)
    rows = np.array([[0.0], [1.0], [2.0]])
    content = io.BytesIO()
    joblib.dump(LinearRegression().fit(rows, rows[:, 0] * 2), content)
    (directory / "model.joblib").write_bytes(content.getvalue())
    body = {"modelName": name, "modelFormatCode": "SKLEARN", "modelUploadUri": f"nas://local:/models/{name}"}
    model_id: str = backend.post("models", body)["model"]["modelId"]
    return model_id


def rows_to_score(backend: RunningBackend, name: str, count: int = 3) -> str:
    """Put so many rows into a JSON Lines file; return its directory's URI."""
    directory = backend.data_dir / "nas" / "local" / "rows" / name
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "rows.jsonl").write_text("".join(f"[{number}]\n" for number in range(count)))
    return f"nas://local:/rows/{name}"


def scoring_body(backend: RunningBackend, name: str, **changes: Any) -> dict[str, Any]:
    """Return the create body of a batch inference with a model and rows of its own."""
    return {
        "batchInferenceName": name,
        "flavorId": "c1m1",
        "modelId": linear_model(backend, name),
        "inputDataUri": rows_to_score(backend, name),
        "outputUploadUri": "nas://local:/scores",
        **changes,
    }
