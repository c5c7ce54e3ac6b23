"""Experiments: a named group of trainings and tunings that belong together."""

from __future__ import annotations

from .base import Description, Name, RequestModel, Tags, UtcDatetime, WireModel, form_field
from .status import Status

SECTIONS = {"basic": "Basic information", "additional": "Additional settings"}


class ExperimentStatus(Status):
    CREATE_REQUESTED = "CREATE_REQUESTED"
    CREATE_IN_PROGRESS = "CREATE_IN_PROGRESS"
    CREATE_FAILED = "CREATE_FAILED"
    ACTIVE = "ACTIVE"

    @classmethod
    def terminal_statuses(cls) -> frozenset[Status]:
        return frozenset({cls.CREATE_FAILED, cls.ACTIVE})

    @classmethod
    def transitions(cls) -> dict[Status, frozenset[Status]]:
        return {
            cls.CREATE_REQUESTED: frozenset({cls.CREATE_IN_PROGRESS, cls.CREATE_FAILED}),
            cls.CREATE_IN_PROGRESS: frozenset({cls.ACTIVE, cls.CREATE_FAILED}),
            cls.CREATE_FAILED: frozenset({cls.CREATE_REQUESTED}),
        }


class ExperimentCreate(RequestModel):
    """The body of POST experiments."""

    experiment_name: Name = form_field("Name", "Unique in the project.", section="basic")
    description: Description = form_field("Description", section="basic", widget="textarea", default="")
    tag_list: Tags = form_field("Tags", section="additional", widget="tags", default_factory=list)


class ExperimentUpdate(RequestModel):
    """The body of PUT experiments/{id}: what is absent stays as it is."""

    experiment_name: Name | None = None
    description: Description | None = None
    tag_list: Tags | None = None


class Experiment(WireModel):
    """An experiment as the API answers it."""

    experiment_id: str
    experiment_name: str
    description: str = ""
    app_key: str
    experiment_status_code: ExperimentStatus
    experiment_status_reason: str = ""
    created_datetime: UtcDatetime
    created_by: str = ""
    training_count: int = 0
    tensorboard_access_uri: str = ""
    tag_list: list[dict[str, str]] = []
