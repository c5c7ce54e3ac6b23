"""TensorBoard's event files among the outputs of trainings that have not taken them along themselves.

While a training runs, whoever looks at its TensorBoard or its metrics has them shown; the runner does so at the end. Of
one that was stopped or killed they are shown before its end is written down.
"""

from __future__ import annotations

import logging
from pathlib import Path

from ..engines.base import Engine
from ..resources.training import TrainingStatus
from ..runner.event_files import keep_event_files
from ..store.job_owners import job_name
from ..store.tables import TrainingRow

_LOG = logging.getLogger(__name__)
_AT_MOST = 20_000
"""Files and directories one look goes through: some 20 ms."""


def show_event_files(engine: Engine, row: TrainingRow, directory: Path) -> None:
    """Show what a training's node holds now.

    Args:
        directory: the training's TensorBoard directory.
    """
    node = engine.node_directory(job_name(row))
    if node is None:
        return
    try:
        keep_event_files(str(node), str(directory), _AT_MOST)
    except OSError as error:
        _LOG.warning("TensorBoard's event files of the training %s cannot be shown: %s", row.id, error)


def show_running_event_files(engine: Engine, row: TrainingRow, directory: Path) -> None:
    """Show what a training's node holds now, if it has not ended: then that is done."""
    if row.started_at is not None and not TrainingStatus(row.status).terminal:
        show_event_files(engine, row, directory)
