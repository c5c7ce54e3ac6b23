"""What goes on: use of resources, TensorBoard, the dashboard: methods of the client."""

from __future__ import annotations

from typing import Any


class Watching:
    """Mixed into ``EasyMakerClient``, which has ``get`` and ``post``."""

    get: Any
    post: Any

    def monitoring(
        self, training_id: str, *, since: float | str | None = None, until: float | str | None = None, points: int = 300
    ) -> dict[str, Any]:
        """Return what the instances of a training use: ``available``, ``reason``, ``instanceList`` with its curves.

        Args:
            training_id: whose.
            since, until: seconds since 1970 or ISO 8601; None: no bound.
            points: at most so many a curve.
        """
        bounds = {"from": since, "to": until}
        found: dict[str, Any] = self.get(f"trainings/{training_id}/monitoring", points=points, **bounds)["monitoring"]
        return found

    def tensorboard(self, *, training_id: str | None = None, experiment_id: str | None = None) -> dict[str, Any]:
        """Have the TensorBoard of a training, or of all trainings of an experiment, run: ``path``, ``uri``, ``ready``.

        Raises:
            ValueError: both or none of them are given.
        """
        if (training_id is None) == (experiment_id is None):
            raise ValueError("give either training_id or experiment_id")
        of = f"trainings/{training_id}" if training_id else f"experiments/{experiment_id}"
        found: dict[str, Any] = self.post(f"{of}/tensorboard")["tensorboard"]
        return found

    def dashboard(self) -> dict[str, Any]:
        """Return the project at a glance: ``countList``, ``topCpuList``, ``topGpuList``, ``capacity``."""
        found: dict[str, Any] = self.get("dashboard")["dashboard"]
        return found
