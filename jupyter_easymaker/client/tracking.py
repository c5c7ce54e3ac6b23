"""What a training told and where it came from, templates and search: methods of the client."""

from __future__ import annotations

from typing import Any


class Tracking:
    """Mixed into ``EasyMakerClient``, which has ``get``, ``post``, ``put`` and ``delete``."""

    get: Any
    post: Any
    put: Any
    delete: Any

    def metrics(self, training_id: str, points: int = 500) -> list[dict[str, Any]]:
        """Return a training's metrics so far: ``name``, ``source``, ``last``, ``min``, ``max``, ``pointList`` ...

        A log too long for one look is read on until all of it has been.
        """
        while True:
            answer = self.get(f"trainings/{training_id}/metrics", points=points)
            if answer["complete"]:
                found: list[dict[str, Any]] = answer["metricList"]
                return found

    def lineage(self, training_id: str) -> dict[str, Any]:
        """Return what a training was made from and what came of it."""
        found: dict[str, Any] = self.get(f"trainings/{training_id}/lineage")["lineage"]
        return found

    def compare(self, *training_ids: str, points: int = 200) -> dict[str, Any]:
        """Return two to five trainings side by side: settings, hyperparameters, curves."""
        while True:
            found: dict[str, Any] = self.get("trainings/comparison", trainingIdList=list(training_ids), points=points)[
                "comparison"
            ]
            if found["complete"]:
                return found

    def search(self, query: str, limit: int = 20) -> list[dict[str, Any]]:
        """Return the resources of every kind whose name, id, description or tags hold the text."""
        found: list[dict[str, Any]] = self.get("search", query=query, limit=limit)["resultList"]
        return found

    def retry_experiment(self, experiment_id: str) -> dict[str, Any]:
        """Try again to create an experiment whose creation failed."""
        found: dict[str, Any] = self.post(f"experiments/{experiment_id}/retry")["experiment"]
        return found

    def create_template(self, name: str, content: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """Keep settings for trainings to come.

        Args:
            name: unique in the project.
            content: a part of the body of POST trainings.
            fields: ``description``, ``kind``, ``tagList``.
        """
        body = {"trainingTemplateName": name, "content": content, **fields}
        found: dict[str, Any] = self.post("training-templates", body)["trainingTemplate"]
        return found

    def copy_template(self, template_id: str, name: str | None = None) -> dict[str, Any]:
        """Make another template of the same settings, under a name of its own."""
        body = {"trainingTemplateName": name} if name else {}
        found: dict[str, Any] = self.post(f"training-templates/{template_id}/copy", body)["trainingTemplate"]
        return found
