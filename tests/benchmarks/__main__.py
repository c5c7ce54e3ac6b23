"""Run the benchmarks named on the command line, or all that any machine can run, and print a table."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.benchmarks import (
    batch_inference,
    endpoint_changes,
    events,
    gateway,
    idle,
    lab_start,
    list_pages,
    log_search,
    notebook_start,
    notebooks,
    panel_many,
    serving,
    staging,
    throughput,
    training_start,
    tuning_choice,
    tuning_pruning,
    tuning_time,
)
from tests.conftest import RunningBackend

BENCHMARKS = {
    "training-start": training_start.run,
    "events": events.run,
    "throughput": throughput.run,
    "list-pages": list_pages.run,
    "log-search": log_search.run,
    "panel-many": panel_many.run,
    "notebooks": notebooks.run,
    "staging": staging.run,
    "batch-inference": batch_inference.run,
    "serving": serving.run,
    "idle": idle.run,
    "lab-start": lab_start.run,
    "tuning-time": tuning_time.run,
    "tuning-choice": tuning_choice.run,
    "tuning-pruning": tuning_pruning.run,
    "notebook-start": notebook_start.run,
    "notebook-start-on-cluster": notebook_start.run_on_cluster,
    "gateway": gateway.run,
    "endpoint-changes": endpoint_changes.run,
}
_ONLY_BY_NAME = {"notebook-start-on-cluster"}
"""What not every machine can run."""


def main(names: list[str]) -> int:
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        print(f"There is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}.")
        return 2
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        backend = RunningBackend(work / "backend")
        backend.start()
        try:
            for name in names or [each for each in BENCHMARKS if each not in _ONLY_BY_NAME]:
                place = work / name
                place.mkdir()
                for result in BENCHMARKS[name](backend, place):
                    verdict = "met" if result.met else "MISSED"
                    line = f"{result.what:62} {result.value:>10}   {result.target:<18} {verdict:7} {result.detail}"
                    print(line, flush=True)
        finally:
            backend.stop()
            backend.clear()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
