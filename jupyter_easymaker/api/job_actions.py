"""What is the same for everything that begins and ends by itself: stopping it, and deleting it once it has ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..resources.batch_inference import BatchInferenceStatus
from ..resources.errors import EasyMakerError, ResultCode
from ..resources.hyperparameter_tuning import HyperparameterTuningStatus
from ..resources.training import TrainingStatus
from ..store.tables import ModelRow, ResourceRow
from .experiments import named, require

JobStatus = BatchInferenceStatus | HyperparameterTuningStatus | TrainingStatus
STOP_REASON = "Stopping on request."


def ask_to_stop(row: ResourceRow, status: JobStatus, what: str, write: Callable[[], bool]) -> None:
    """Have it stop; one that is stopping already goes on stopping.

    Args:
        what: it is, for people.
        write: changes its status to STOP_IN_PROGRESS; False where somebody else changed the row meanwhile.

    Raises:
        EasyMakerError: it has ended, or was changed meanwhile.
    """
    if status.value == TrainingStatus.STOP_IN_PROGRESS.value:
        return
    if not status.stoppable:
        raise EasyMakerError(ResultCode.WRONG_STATUS, f"The {what} {row.name} is {status}: there is nothing to stop.")
    require(write(), what, row.name)


def require_deletable(row: ResourceRow, status: JobStatus, what: str, models: Sequence[ModelRow] = ()) -> None:
    """Refuse to delete what has not ended or what models were made from.

    Args:
        what: it is, for people.
        models: made from it.

    Raises:
        EasyMakerError: it says what has to be done before.
    """
    if not status.terminal:
        raise EasyMakerError(
            ResultCode.WRONG_STATUS, f"The {what} {row.name} is {status}; stop it before you delete it."
        )
    if models:
        names = named([model.name for model in models], len(models))
        raise EasyMakerError(
            ResultCode.IN_USE, f"The {what} {row.name} is the origin of the models {names}; delete them first."
        )
