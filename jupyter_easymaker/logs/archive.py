"""The logs of what has ended: kept when it asked for that, also when it is deleted, until they are too old.

logs/<appkey>/<id>/about.json     what is the same for all lines
logs/<appkey>/<id>/node-<i>.gz    compressed, in blocks of whole lines
logs/<appkey>/<id>/node-<i>.index where each block begins, and when it was printed
logs/<appkey>/<id>/node-<i>.times when the log had which size
"""

from __future__ import annotations

import json
import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from uuid import uuid4

from .source import KeptLog, Read, keep
from .times import Times

_LOG = logging.getLogger(__name__)
_NEW = ".new-"
_EARLIER_NAMES = {"training_id": "resource_id", "training_name": "resource_name"}

TRAINING, BATCH_INFERENCE, ENDPOINT = "training", "batch-inference", "endpoint"
"""Kinds of what is logged, as the names of jobs begin."""


@dataclass(frozen=True)
class About:
    """What is the same for all lines of a training, a batch inference or a pod of an endpoint."""

    resource_id: str
    resource_name: str
    appkey: str
    nodes: int
    ended_at: float
    """Seconds since 1970; no line is newer."""
    began_at: float = 0.0
    """Seconds since 1970; no line is older."""
    tuning_id: str = ""
    """Of a trial: whose."""
    kind: str = TRAINING
    """Or ``BATCH_INFERENCE``, or ``ENDPOINT`` of a pod, whose name is ``resource_id``; the endpoint's is the other."""
    endpoint: dict[str, str] = field(default_factory=dict)
    """Of a pod: ``endpointId``, ``endpointStageId``, ``endpointModelId`` and ``modelName``."""

    @classmethod
    def from_json(cls, text: str) -> About:
        """Read what was written beside kept logs, also by versions that knew trainings only."""
        data = json.loads(text)
        return cls(**{_EARLIER_NAMES.get(name, name): value for name, value in data.items()})

    @property
    def job(self) -> str:
        """The job's name, or the pod's."""
        if self.kind == ENDPOINT:
            return self.resource_id
        return f"{self.kind}-{self.resource_id}"

    def fields(self, node: int) -> dict[str, str]:
        """Return what a query may ask for."""
        return {
            **self._own_fields(),
            "easymakerAppKey": self.appkey,
            "category": "easymaker.training" if self.kind == TRAINING else "easymaker.inference",
            "logType": "NHNCloud-AIEasyMaker",
            "node": str(node),
        }

    def _own_fields(self) -> dict[str, str]:
        if self.kind == ENDPOINT:
            pod = {"endpointName": self.resource_name, "podName": self.resource_id, "action": "Endpoint.Model"}
            return {**self.endpoint, **pod}
        if self.kind == BATCH_INFERENCE:
            return {"batchInferenceId": self.resource_id, "batchInferenceName": self.resource_name}
        tuning = {"hyperparameterTuningId": self.tuning_id} if self.tuning_id else {}
        return {"trainingId": self.resource_id, "trainingName": self.resource_name, **tuning}


class LogArchive:
    """The logs kept below a directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._known: dict[str, dict[str, About]] = {}

    @staticmethod
    def _of_node(read: Callable[[int, int, int], bytes], node: int) -> Read:
        return lambda at, limit: read(node, at, limit)

    def holds(self, appkey: str, resource_id: str) -> bool:
        return (self._directory / appkey / resource_id).is_dir()

    def add(
        self, about: About, read: Callable[[int, int, int], bytes], times: Callable[[int], Times], *, begin: int = 0
    ) -> None:
        """Keep the logs of a training, a batch inference or a pod; those kept already are left as they are.

        Args:
            read: returns at most so many bytes of a node's log from an offset: ``(node, offset, limit)``.
            times: when a node's log had which size.
            begin: where the logs begin, if their oldest lines are gone.

        Raises:
            OSError: there is no room, or no right to write; nothing is kept.
        """
        target = self._directory / about.appkey / about.resource_id
        if target.exists():
            return
        new = target.parent / f"{_NEW}{uuid4().hex}"
        new.mkdir(parents=True, mode=0o700)
        try:
            first, last = [about.ended_at], [about.ended_at]
            for node in range(about.nodes):
                seen = times(node)
                keep(new / f"node-{node}.gz", self._of_node(read, node), seen, begin)
                first.append(seen.first)
                last.append(seen.last)
            about = replace(about, began_at=min(first), ended_at=max(last))
            (new / "about.json").write_text(json.dumps(asdict(about)))
            new.rename(target)
        except OSError:
            shutil.rmtree(new, ignore_errors=True)
            if not target.exists():  # else another backend was faster
                raise

    def kept(self, appkey: str) -> list[About]:
        """Return whose logs of a project are kept."""
        directory = self._directory / appkey
        known = self._known.get(appkey, {})  # what is kept once does not change
        found: dict[str, About] = {}
        try:
            names = [entry.name for entry in directory.iterdir() if not entry.name.startswith(".")]
        except FileNotFoundError:
            return []
        for name in names:
            try:
                found[name] = known.get(name) or About.from_json((directory / name / "about.json").read_text())
            except FileNotFoundError:  # removed at this moment
                continue
        self._known[appkey] = found
        return list(found.values())

    def projects(self) -> list[str]:
        """Return the projects of which logs are kept."""
        return sorted(entry.name for entry in self._directory.glob("*"))

    def log(self, appkey: str, resource_id: str, node: int) -> KeptLog | None:
        """Return the log of one node, None if it is not kept."""
        path = self._directory / appkey / resource_id / f"node-{node}.gz"
        try:
            about = About.from_json((path.parent / "about.json").read_text())
            return KeptLog(node, path, about.ended_at)
        except FileNotFoundError:
            return None

    def sources(self, about: About) -> list[KeptLog]:
        """Return the logs of all nodes; none if they were removed."""
        directory = self._directory / about.appkey / about.resource_id
        try:
            return [KeptLog(node, directory / f"node-{node}.gz", about.ended_at) for node in range(about.nodes)]
        except FileNotFoundError:
            return []

    def remove_old(self, keep_seconds: float, keep_bytes: int) -> None:
        """Remove what ended longer ago than this, and the oldest of all until the rest takes no more than this.

        Args:
            keep_seconds: 0: however long ago.
            keep_bytes: 0: however much.
        """
        found: list[tuple[float, int, Path]] = []
        for entry in self._directory.glob("*/*"):
            if entry.name.startswith(_NEW):
                if time.time() - entry.stat().st_mtime > 3600:  # of a backend that was killed
                    shutil.rmtree(entry, ignore_errors=True)
                continue
            about = json.loads((entry / "about.json").read_text())
            found.append((about["ended_at"], sum(file.stat().st_size for file in entry.iterdir()), entry))
        found.sort(key=lambda each: each[0], reverse=True)
        total = 0
        for ended_at, size, entry in found:
            total += size
            too_old = keep_seconds and time.time() - ended_at > keep_seconds
            if too_old or (keep_bytes and total > keep_bytes):
                gone = entry.parent / f"{_NEW}removed-{uuid4().hex}"
                entry.rename(gone)  # so that a search sees all of it or nothing
                shutil.rmtree(gone, ignore_errors=True)
                _LOG.info("the log of %s is no longer kept", entry.name)
