"""A pod of a batch inference against an in-process loop over the same file, and its memory over ten times the rows.

The loop is what one would write in a notebook: read a batch of lines, parse, predict, write a line for each row. Both
are timed from the loaded model to the last row written, in processes of their own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import joblib
import numpy as np
import psutil
from sklearn.linear_model import LogisticRegression

from tests.batch.conftest import BatchSite
from tests.benchmarks.measure import Result, interleaved
from tests.conftest import RunningBackend

_ROWS = 1_000_000
_COLUMNS = 8
_BATCH = 256
_SPEED, _MEMORY = 0.8, 1.2
_RUNS = 3

_LOOP = """
import sys, time
from itertools import islice
import joblib, numpy, orjson
model = joblib.load(sys.argv[1])
begin = time.perf_counter()
line = 0
with open(sys.argv[2], "rb") as rows, open(sys.argv[3], "wb") as results:
    while batch := list(islice(rows, int(sys.argv[4]))):
        predictions = model.predict(numpy.array([orjson.loads(row) for row in batch], dtype=float)).tolist()
        for prediction in predictions:
            line += 1
            results.write(orjson.dumps({"line": line, "prediction": prediction}) + b"\\n")
print(time.perf_counter() - begin)
"""


def run(_backend: RunningBackend, work: Path) -> list[Result]:
    site = BatchSite(work)
    (site.nas / "models/linear").mkdir(parents=True)
    model = site.nas / "models/linear/model.joblib"
    random = np.random.default_rng(1)
    features = random.normal(size=(1000, _COLUMNS))
    joblib.dump(LogisticRegression().fit(features, features.sum(axis=1) > 0), model)
    rows = random.normal(size=(_ROWS, _COLUMNS)).round(4).tolist()
    lines = [f"{row}\n" for row in rows]
    for name, count in (("large", _ROWS), ("small", _ROWS // 10)):
        directory = site.nas / name
        directory.mkdir()
        (directory / "rows.jsonl").write_text("".join(lines[:count]))
    for name, count in (("large-json", _ROWS), ("small-json", _ROWS // 10)):
        directory = site.nas / name
        directory.mkdir()
        with (directory / "rows.json").open("w") as file:
            json.dump({"instances": rows[:count]}, file)
    del rows, lines
    peaks: dict[str, list[float]] = {"small": [], "large": [], "small-json": [], "large-json": []}

    def ours(name: str = "large") -> float:
        number = site.jobs + 1
        plan = site.batch_plan(
            input_uri=f"nas://local:/{name}",
            output_uri=f"nas://local:/out/{number}",
            shared_dir=str(work / "shared" / str(number)),
            max_batch_size=_BATCH,
            data_type="JSON" if name.endswith("json") else "JSONL",
        )
        (node,) = site.start(plan)
        peaks[name].append(_peak_of(psutil.Process(node.process.pid)))
        assert node.exit_code == 0, node.log
        return float(node.report["endedAt"] - node.report["startedAt"])

    def loop() -> float:
        arguments = [str(model), str(site.nas / "large/rows.jsonl"), str(work / "results.jsonl"), str(_BATCH)]
        done = subprocess.run([sys.executable, "-c", _LOOP, *arguments], check=True, capture_output=True, text=True)
        return float(done.stdout)

    pair = interleaved(ours, loop, _RUNS)
    for _ in range(_RUNS):
        ours("small")
    ours("small-json"), ours("large-json")
    speed = 1 / pair.ratio
    return [
        Result(
            f"batch inference of {_ROWS:,} rows, speed against an in-process loop",
            f"{speed:.2f}x",
            f"at least {_SPEED}x",
            speed >= _SPEED,
            f"{_ROWS / pair.measured:,.0f} rows/s against {_ROWS / pair.reference:,.0f}; {pair.spread}",
        ),
        _memory("JSON Lines", max(peaks["small"]), max(peaks["large"])),
        _memory("JSON", max(peaks["small-json"]), max(peaks["large-json"])),
    ]


def _memory(what: str, small: float, large: float) -> Result:
    ratio = large / small
    return Result(
        f"batch inference of {what}, peak memory of ten times the rows",
        f"{ratio:.2f}x",
        f"at most {_MEMORY}x",
        ratio <= _MEMORY,
        f"{small / 2**20:.0f} MiB and {large / 2**20:.0f} MiB",
    )


def _peak_of(pod: psutil.Process) -> float:
    """Return the most memory the processes of a pod held together at any look, in bytes; returns when it has ended."""
    peak = 0
    pause = threading.Event()
    while pod.is_running() and pod.status() != psutil.STATUS_ZOMBIE:
        total = 0
        for process in (pod, *pod.children(recursive=True)):
            try:
                total += process.memory_info().rss
            except psutil.NoSuchProcess:
                continue
        peak = max(peak, total)
        pause.wait(0.05)
    return float(peak)
