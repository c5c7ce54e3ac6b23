"""Batch inferences: methods of the client."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from .watching import ENDED

_LOOK_SECONDS = 0.5
_PATH = "batch-inferences"


class BatchInferences:
    """Mixed into ``EasyMakerClient``, which has ``get``, ``post``, ``put``, ``delete`` and ``pages``."""

    get: Any
    post: Any
    put: Any
    delete: Any
    pages: Any

    def create_batch_inference(self, body: dict[str, Any]) -> dict[str, Any]:
        """Create a batch inference; it starts as soon as there is room.

        Args:
            body: of POST batch-inferences.
        """
        created: dict[str, Any] = self.post(_PATH, body)["batchInference"]
        return created

    def batch_inference(self, batch_inference_id: str) -> dict[str, Any]:
        """Return a batch inference: its status, counts of rows, ``outputUri``, settings ..."""
        found: dict[str, Any] = self.get(f"{_PATH}/{batch_inference_id}")["batchInference"]
        return found

    def batch_inferences(self, **filters: Any) -> Iterator[dict[str, Any]]:
        """Yield the project's batch inferences, the newest first.

        Args:
            filters: ``search``, ``sort``, ``batchInferenceStatusCodeList``, ``modelIdList`` ...
        """
        found: Iterator[dict[str, Any]] = self.pages(_PATH, **filters)
        return found

    def update_batch_inference(self, batch_inference_id: str, **changes: Any) -> dict[str, Any]:
        """Change ``batchInferenceName``, ``description`` or ``tagList``; return the batch inference."""
        changed: dict[str, Any] = self.put(f"{_PATH}/{batch_inference_id}", changes)["batchInference"]
        return changed

    def stop_batch_inference(self, batch_inference_id: str) -> dict[str, Any]:
        """Have a batch inference stop, its results so far kept; return it as it is now."""
        stopping: dict[str, Any] = self.put(f"{_PATH}/{batch_inference_id}/stop")["batchInference"]
        return stopping

    def copy_batch_inference(self, batch_inference_id: str, **changes: Any) -> dict[str, Any]:
        """Run a batch inference again and return the new one.

        Args:
            changes: what is to be different, by the names of the create body.
        """
        body = self.get(f"{_PATH}/{batch_inference_id}/copy")["batchInference"]
        return self.create_batch_inference({**body, **changes})

    def delete_batch_inference(self, batch_inference_id: str) -> None:
        """Delete a batch inference that has ended; its results stay."""
        self.delete(f"{_PATH}/{batch_inference_id}")

    def batch_inference_monitoring(self, batch_inference_id: str, points: int = 300) -> dict[str, Any]:
        """Return what the pods use: ``available``, ``reason``, ``instanceList`` with its curves.

        Args:
            points: at most so many a curve.
        """
        found: dict[str, Any] = self.get(f"{_PATH}/{batch_inference_id}/monitoring", points=points)["monitoring"]
        return found

    def wait_for_batch_inference(self, batch_inference_id: str, timeout: float | None = None) -> dict[str, Any]:
        """Wait until a batch inference has ended, well or not, and return it.

        Args:
            timeout: in seconds; None: as long as it takes.

        Raises:
            TimeoutError: it has not.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            found = self.batch_inference(batch_inference_id)
            status = found["batchInferenceStatusCode"]
            if status in ENDED:
                return found
            if until is not None and time.monotonic() > until:
                raise TimeoutError(f"{found['batchInferenceName']} is still {status} after {timeout:g} s")
            time.sleep(_LOOK_SECONDS)
