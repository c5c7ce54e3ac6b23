"""What a TensorBoard shows: trainings of the project, or the event files of a storage directory it may read."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..reconcilers.event_files import show_running_event_files
from ..resources.errors import EasyMakerError, ResultCode
from ..storage import access
from ..store import trainings, trials
from ..store.tables import TrainingRow
from .context import ApiContext
from .experiments import find_experiment
from .hyperparameter_tunings import find_tuning
from .trainings import find_training

STORAGE = "storage"
"""The kind of a TensorBoard over a storage directory."""


@dataclass(frozen=True)
class Shown:
    """What the TensorBoard of a key shows.

    Args:
        process: names its process; unique over all projects, and safe in a path.
        runs: the runs' names to their directories.
    """

    process: str
    runs: dict[str, Path]


def shown(context: ApiContext, appkey: str, key: str, *, look: bool, now: bool = False) -> Shown:
    """Return what a TensorBoard shows.

    Args:
        look: look for event files among the outputs of trainings that run: the page is opened or reloaded.
        now: read a storage anew before, and tell what is wrong with it.

    Raises:
        EasyMakerError: the project has nothing of this key.
        StorageError: the project may not read this storage, or it cannot be shown.
    """
    kind, _, resource_id = key.partition("-")
    if kind == STORAGE:
        return _of_storage(context, appkey, uri_of(resource_id), now=now)
    running: Iterable[TrainingRow] = ()
    with context.database.reading() as session:
        if kind == "training":
            row = find_training(session, appkey, resource_id)
            found, experiment_id = [(row.id, row.name)], row.experiment_id
            running = [row]
        elif kind == "tuning":
            experiment_id = find_tuning(session, appkey, resource_id).experiment_id
            running = trials.of_tuning(session, resource_id)
            found = [(row.id, row.name) for row in running]
        elif kind == "experiment":
            experiment_id = find_experiment(session, appkey, resource_id).id
            found = trainings.names(session, appkey, experiment_id)
            running = trainings.unfinished_of(session, experiment_id) if look else ()
        else:
            raise EasyMakerError(ResultCode.NOT_FOUND, f"There is no TensorBoard {key} in this project.")
    directory = context.tensorboard_dir(appkey, experiment_id)
    for row in running if look else ():
        show_running_event_files(context.engine, row, directory / row.id)
    return Shown(key, {name: directory / training_id for training_id, name in run_names(found).items()})


def _of_storage(context: ApiContext, appkey: str, uri: str, *, now: bool) -> Shown:
    """Return the event files of a storage directory, as files of this machine."""
    place = access.resolve(uri, context.storage_for(appkey))
    # Of each project its own: what one may read, another may not.
    name = hashlib.sha256(f"{appkey}\0{uri}".encode()).hexdigest()[:32]
    process = f"{STORAGE}-{name}"
    if (now or process not in context.tensorboards) and not place.is_dir():
        if place.exists():
            message = f"{uri} is a file; TensorBoard shows a directory"
            raise access.StorageError(access.StorageErrorCode.INVALID, message)
        raise access.StorageError.not_found(uri)
    logs = context.tensorboard_mirrors.logs(process, place, now=now)
    run = uri.rstrip("/").rpartition("/")[2].rstrip(":") or STORAGE
    return Shown(process, {plain_name(run): logs})


def storage_id(uri: str) -> str:
    """Return a storage directory's URI as it stands in a TensorBoard's address."""
    return base64.urlsafe_b64encode(without_slash(uri).encode()).decode().rstrip("=")


def uri_of(storage: str) -> str:
    """Return the URI of an id that ``storage_id`` made.

    Raises:
        EasyMakerError: it made no such id.
    """
    try:
        uri = base64.b64decode(storage + "=" * (-len(storage) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        uri = ""
    if not uri or storage_id(uri) != storage:
        raise EasyMakerError(ResultCode.NOT_FOUND, f"There is no TensorBoard {STORAGE}-{storage} in this project.")
    return uri


def without_slash(uri: str) -> str:
    """Return a directory's URI in one spelling; a storage's top keeps its slash."""
    return uri if uri.endswith((":/", "//")) else uri.removesuffix("/")


def plain_name(name: str) -> str:
    """Return a name as far as a file can be called so."""
    return re.sub(r"[/\\]|^\.+", "_", name)


def run_names(found: list[tuple[str, str]]) -> dict[str, str]:
    """Return a name for the run of each training: its own, as far as a file can be called so and no other is.

    Args:
        found: the trainings' ids and names.
    """
    plain = [(training_id, plain_name(name)) for training_id, name in found]
    count = Counter(name for _, name in plain)
    return {key: name if count[name] == 1 else f"{name} ({key[:8]})" for key, name in plain}
