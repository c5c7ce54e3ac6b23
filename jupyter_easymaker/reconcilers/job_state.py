"""What is the same in every job's state, whatever it runs: which nodes there are, and why it is where it is."""

from __future__ import annotations

from typing import Any

from ..engines.base import JobObservation, JobState
from ..runner.plan import Phase


def has_started(observation: JobObservation) -> bool:
    """Tell whether the code of a node was started, which is when preparing ends."""
    return any(node.report.get("startedAt") for node in observation.nodes)


def reason_of(observation: JobObservation, node_word: str = "Node") -> str:
    """Return the sentence people read: the runner's own first, then the engine's."""
    if observation.state in (JobState.SUCCEEDED, JobState.QUEUED):
        return observation.reason
    reasons: list[str] = []
    many = len(observation.nodes) > 1
    for node in observation.nodes:
        # What the engine knows of a kill is more than the runner can see of it.
        text = node.killed_for_memory or node.report.get("reason")
        if text:
            reasons.append(f"{node_word} {node.index}: {text}" if many else text)
    if not reasons and observation.state is JobState.FAILED:
        reasons.append(observation.reason or "The job failed without saying why; see its log.")
    return "\n".join(reasons)


def nodes_of(observation: JobObservation) -> list[dict[str, Any]]:
    """Return ``{"node", "phase", "pid", "exitCode"}`` of each node."""
    return [
        {
            "node": node.index,
            "phase": node.report.get("phase") or ("QUEUED" if node.pid is None else Phase.STAGING),
            "pid": node.report.get("pid") or node.pid,
            "exitCode": node.report.get("exitCode", node.exit_code),
        }
        for node in observation.nodes
    ]


def progress_of(observation: JobObservation, report: Any) -> dict[str, Any] | None:
    """Return how far a node is with the phase it is in, None when there is nothing to say."""
    progress = report.get("progress")
    if not progress or observation.state.ended:
        return None
    return {"phase": report.get("phase", ""), **progress}
