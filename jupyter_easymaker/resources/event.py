"""Events: that something changed, sent to whoever listens, so that nobody has to poll."""

from __future__ import annotations

from enum import StrEnum

from .base import UtcDatetime, WireModel


class ResourceType(StrEnum):
    EXPERIMENT = "EXPERIMENT"
    TRAINING = "TRAINING"
    HYPERPARAMETER_TUNING = "HYPERPARAMETER_TUNING"
    MODEL = "MODEL"
    TRAINING_TEMPLATE = "TRAINING_TEMPLATE"
    ENDPOINT = "ENDPOINT"
    ENDPOINT_STAGE = "ENDPOINT_STAGE"
    ENDPOINT_MODEL = "ENDPOINT_MODEL"
    BATCH_INFERENCE = "BATCH_INFERENCE"
    NOTEBOOK = "NOTEBOOK"
    IMAGE = "IMAGE"
    REGISTRY_ACCOUNT = "REGISTRY_ACCOUNT"


class EventAction(StrEnum):
    CREATED = "CREATED"
    UPDATED = "UPDATED"
    DELETED = "DELETED"


class WatchedPart(StrEnum):
    """What changes too often for an event each; a listener names what it looks at and is told when it is different."""

    TRAINING_METRICS = "TRAINING_METRICS"
    TRAINING_MONITORING = "TRAINING_MONITORING"
    TRAINING_NOTEBOOK = "TRAINING_NOTEBOOK"
    """The executed notebook."""
    TUNING_CURVES = "TUNING_CURVES"
    BATCH_INFERENCE_MONITORING = "BATCH_INFERENCE_MONITORING"
    STAGE_MONITORING = "STAGE_MONITORING"
    STAGE_STATISTICS = "STAGE_STATISTICS"
    NOTEBOOK_MONITORING = "NOTEBOOK_MONITORING"
    NOTEBOOK_INSIDE = "NOTEBOOK_INSIDE"
    DASHBOARD = "DASHBOARD"


class Event(WireModel):
    """One change of one resource."""

    event_id: int
    """Grows; a listener that was away continues after the last one it saw."""
    app_key: str
    resource_type: ResourceType
    resource_id: str
    resource_name: str
    action: EventAction
    status_code: str = ""
    experiment_id: str | None = None
    created_datetime: UtcDatetime
