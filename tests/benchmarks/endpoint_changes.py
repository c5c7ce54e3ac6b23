"""Twenty default-stage changes, twenty rollouts and twenty scale events under load, and one of two pods killed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.measure import Result
from tests.conftest import RunningBackend
from tests.endpoint_load import Calls, default_changes, killed_pod, rollouts, scale_events
from tests.endpoints import Endpoints

_TIMES = 20


def run(backend: RunningBackend, _work: Path) -> Iterator[Result]:
    """Yield each result once it is there: all of it takes ten minutes."""
    endpoints = Endpoints(backend)
    models = endpoints.model("one", 1), endpoints.model("two", 2)
    yield _none("default-stage changes", default_changes(endpoints, "default", models, _TIMES))
    yield _none("rollouts", rollouts(endpoints, "rollout", models, _TIMES))
    yield _none("scale events", scale_events(endpoints, "scale", models[0], _TIMES))
    calls, failed = killed_pod(endpoints, "killed", models[0])
    share = failed / max(1, calls.answered + failed)
    detail = f"{failed} of {calls.answered + failed}"
    yield Result(
        "calls failed in 10 s after one of two pods was killed", f"{share:.3%}", "< 0.1%", share < 0.001, detail
    )


def _none(what: str, calls: Calls) -> Result:
    failed = len(calls.failures)
    detail = f"of {calls.answered + failed}; {'; '.join(calls.failures[:3])}"
    return Result(f"calls failed over {_TIMES} {what}", str(failed), "0", failed == 0, detail)
