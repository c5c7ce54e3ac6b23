"""What the engine tells a node about itself, and where the runner keeps what on it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple


class Node(NamedTuple):
    """This node of the job."""

    rank: int
    count: int
    addresses: tuple[str, ...]
    """``host:port`` of every node, by rank."""
    job_directory: Path
    directory: Path
    report_file: Path

    @classmethod
    def from_environment(cls) -> Node:
        """Read what the engine set.

        Raises:
            KeyError: this process was not started by an engine.
        """
        return cls(
            rank=int(os.environ["EM_NODE_RANK"]),
            count=int(os.environ["EM_NODE_COUNT"]),
            addresses=tuple(os.environ["EM_NODE_ADDRESSES"].split(",")),
            job_directory=Path(os.environ["EM_JOB_DIR"]),
            directory=Path(os.environ["EM_NODE_DIR"]),
            report_file=Path(os.environ["EM_REPORT_FILE"]),
        )

    @property
    def chief(self) -> bool:
        """The node that uploads what the run made."""
        return self.rank == 0

    @property
    def source(self) -> Path:
        return self.directory / "source"

    @property
    def model(self) -> Path:
        return self.directory / "model"

    @property
    def checkpoint(self) -> Path:
        return self.directory / "checkpoint"

    @property
    def checkpoint_input(self) -> Path:
        return self.directory / "checkpoint-input"
