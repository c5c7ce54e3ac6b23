"""What goes on: use of resources, TensorBoard, the dashboard: methods of the client."""

from __future__ import annotations

from typing import Any

ENDED = ("COMPLETE", "STOPPED", "FAIL_TRAIN", "FAIL_HYPERPARAMETER_TUNING", "FAIL_BATCH_INFERENCE", "CREATE_FAILED")
"""The statuses that nothing comes after, of whatever runs to an end."""


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

    def tensorboard(
        self,
        *,
        training_id: str | None = None,
        experiment_id: str | None = None,
        tuning_id: str | None = None,
        uri: str | None = None,
    ) -> dict[str, Any]:
        """Have the TensorBoard of a training, or of all trainings of an experiment or a tuning, run.

        Args:
            training_id, experiment_id, tuning_id: whose.
            uri: instead of these, a directory of a storage with event files in it or below.

        Returns:
            ``path``, ``uri``, ``ready``.

        Raises:
            ValueError: several or none of them are given.
        """
        of = {"trainings": training_id, "experiments": experiment_id, "hyperparameter-tunings": tuning_id}
        given = [f"{path}/{resource_id}" for path, resource_id in of.items() if resource_id is not None]
        if len(given) + (uri is not None) != 1:
            raise ValueError("give either training_id, experiment_id, tuning_id or uri")
        if uri is not None:
            given = ["storages"]
        body = None if uri is None else {"uri": uri}
        found: dict[str, Any] = self.post(f"{given[0]}/tensorboard", body)["tensorboard"]
        return found

    def dashboard(self) -> dict[str, Any]:
        """Return the project at a glance: ``countList``, ``topCpuList``, ``topGpuList``, ``capacity``."""
        found: dict[str, Any] = self.get("dashboard")["dashboard"]
        return found
