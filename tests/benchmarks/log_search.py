"""The first page of a search over 10 million kept lines, against zgrep over the same files."""

from __future__ import annotations

import subprocess
from functools import partial
from pathlib import Path

from jupyter_easymaker.logs.archive import About, LogArchive
from jupyter_easymaker.logs.query import Query
from jupyter_easymaker.logs.search import page, search
from jupyter_easymaker.logs.times import Times
from tests.benchmarks.measure import Result, interleaved, timed
from tests.conftest import RunningBackend

_TRAININGS = 10
_LINES = 1_000_000
_RARE = "gradient overflow in layer 4711"
_TARGET = 1.5


def _log(number: int) -> bytes:
    lines = [f"step {at} loss={1 / (at + 1):.6f} lr=0.001 examples/s={at * 7919 % 10007}" for at in range(_LINES)]
    lines[number * 1000] = f"WARNING {_RARE}"
    return "\n".join(lines).encode() + b"\n"


def run(_backend: RunningBackend, work: Path) -> list[Result]:
    archive = LogArchive(work)
    for number in range(_TRAININGS):
        data = _log(number)
        archive.add(
            About(f"t{number}", f"t{number}", "p", 1, float(number)),
            lambda _node, at, limit, data=data: data[at : at + limit],  # type: ignore[misc]
            lambda _node, number=number: Times([], float(number)),  # type: ignore[misc]
        )
    files = sorted(work.glob("p/*/*.gz"))

    def ours(query: str) -> float:
        def first_page() -> None:
            logs = [(about, partial(archive.sources, about)) for about in archive.kept("p")]
            found, _ = page(search(logs, Query(query)), 100)
            assert found

        return timed(first_page)

    def zgrep(pattern: str) -> float:
        command = ["zgrep", "-h", "-F", pattern, *files]
        return timed(lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True))

    results = []
    for what, query, pattern in (
        ("a rare line", f'body:"{_RARE}"', _RARE),
        ("a frequent word", "body:loss", "loss"),
    ):
        pair = interleaved(lambda query=query: ours(query), lambda pattern=pattern: zgrep(pattern), runs=5)  # type: ignore[misc]
        results.append(
            Result(
                f"first page of {_TRAININGS * _LINES // 10**6} million lines with {what}, against zgrep",
                f"{pair.ratio:.2f}x",
                f"under {_TARGET:g}x",
                pair.ratio < _TARGET,
                f"{pair.measured:.2f} s against {pair.reference:.2f} s; {pair.spread}",
            )
        )
    return results
