"""What the engine tells a node about itself, and where the runner keeps what on it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """This node of the job."""

    rank: int
    count: int
    addresses: tuple[str, ...]
    """``host:port`` of every node, by rank."""
    job_directory: str
    directory: str
    report_file: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Node:
        """Read what the engine set.

        Raises:
            KeyError: this process was not started by an engine.
        """
        return cls(
            rank=int(environment["EM_NODE_RANK"]),
            count=int(environment["EM_NODE_COUNT"]),
            addresses=tuple(environment["EM_NODE_ADDRESSES"].split(",")),
            job_directory=environment["EM_JOB_DIR"],
            directory=os.path.abspath(environment["EM_NODE_DIR"]),
            report_file=environment["EM_REPORT_FILE"],
        )

    @property
    def chief(self) -> bool:
        """The node that uploads what the run made."""
        return self.rank == 0

    @property
    def master(self) -> tuple[str, str]:
        """Host and port of the chief, where the nodes meet."""
        host, _, port = self.addresses[0].rpartition(":")
        return host, port

    @property
    def source(self) -> str:
        return os.path.join(self.directory, "source")

    @property
    def model(self) -> str:
        return os.path.join(self.directory, "model")

    @property
    def checkpoint(self) -> str:
        return os.path.join(self.directory, "checkpoint")

    @property
    def overlay(self) -> str:
        """Requirements installed for this run alone."""
        return os.path.join(self.directory, "overlay")
