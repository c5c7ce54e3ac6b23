"""Metrics in a log: found by an expression, read once, never hanging."""

from __future__ import annotations

import time

import pytest

from jupyter_easymaker.metrics.log import LogMetrics, ReadLog

LATER = float("inf")


class Log:
    """A log that grows, and counts what is read of it."""

    def __init__(self, text: bytes = b"") -> None:
        self.data = text
        self.ended = False
        self.read_bytes = 0

    def __call__(self, offset: int, limit: int) -> tuple[bytes, int, bool]:
        found = self.data[offset : offset + limit]
        self.read_bytes += len(found)
        return found, offset + len(found), self.ended and offset + len(found) >= len(self.data)


def points(metrics: LogMetrics) -> dict[str, list[tuple[int, float]]]:
    return {name: [(step, value) for step, _, value in series.points(1000)] for name, series in metrics.series}


def read(text: str, *arguments: object) -> dict[str, list[tuple[int, float]]]:
    metrics = LogMetrics(*arguments)  # type: ignore[arg-type]
    assert metrics.read(Log(text.encode()), LATER)
    return points(metrics)


def test_vendor_form_is_understood_without_saying_anything() -> None:
    assert read("start\nloss = 0.5, val-acc=1e-1\nloss=.25 nothing= \n") == {
        "loss": [(0, 0.5), (1, 0.25)],
        "val-acc": [(0, 0.1)],
    }


def test_step_on_the_line_places_its_values() -> None:
    assert read("epoch=1 step=10 loss=3\nstep=20 loss=2\nepoch=7 loss=1\n") == {
        "loss": [(10, 3.0), (20, 2.0), (7, 1.0)]
    }


def test_only_names_that_are_asked_for() -> None:
    assert read("epoch=1 loss=3 lr=0.1\n", r"([\w|-]+)\s*=\s*([\d.]+)", frozenset({"loss", "epoch"})) == {
        "loss": [(1, 3.0)],
        "epoch": [(1, 1.0)],
    }


def test_named_groups_may_stand_in_any_order() -> None:
    regex = r"^(?P<value>[\d.]+) <- (?P<name>\w+) @(?P<step>\d+)$"
    assert read("0.5 <- loss @7\nx 0.4 <- loss @8\n0.3 <- acc @9\n", regex) == {"loss": [(7, 0.5)], "acc": [(9, 0.3)]}


def test_a_match_never_spans_lines() -> None:
    assert read("loss=\n5\na = 1\n") == {"a": [(0, 1.0)]}
    assert read("x\nloss: 1\n", r"\A(\w+): (\d)\z") == {"loss": [(0, 1.0)]}


def test_progress_bars_are_lines_too() -> None:
    assert read("loss=3\rloss=2\rloss=1\n") == {"loss": [(0, 3.0), (1, 2.0), (2, 1.0)]}


def test_growing_log_is_read_once_and_a_half_line_waits() -> None:
    log = Log(b"loss=1\nloss=2")
    metrics = LogMetrics()
    metrics.read(log, LATER)
    assert points(metrics) == {"loss": [(0, 1.0)]}
    log.data += b"5\nloss=3"
    metrics.read(log, LATER)
    metrics.read(log, LATER)
    assert points(metrics) == {"loss": [(0, 1.0), (1, 25.0)]}
    log.ended = True
    metrics.read(log, LATER)
    metrics.read(log, LATER)
    assert points(metrics) == {"loss": [(0, 1.0), (1, 25.0), (2, 3.0)]}
    assert log.read_bytes == len(log.data)


def test_endless_line_costs_no_memory() -> None:
    log = Log(b"loss=1 " + b"x" * 5_000_000)
    metrics = LogMetrics()
    metrics.read(log, LATER)
    assert len(metrics._rest) <= 64 * 1024
    log.data += b" loss=7\nloss=2\n"
    metrics.read(log, LATER)
    assert points(metrics) == {"loss": [(0, 1.0), (1, 2.0)]}


@pytest.mark.parametrize("regex", [r"(a*)*(b)", r"((a+)+)+(=)", r"(.*)*=(.*)*x", r"(x?){50}(x){50}"])
def test_pathological_expression_takes_no_longer_than_any(regex: str) -> None:
    started = time.monotonic()
    LogMetrics(regex).read(Log((b"a" * 30_000 + b"\n") * 100), LATER)
    assert time.monotonic() - started < 10


def test_large_log_is_read_in_pieces_of_time() -> None:
    log = Log(b"step=1 loss=2 acc=3\n" * 60_000)
    metrics = LogMetrics()
    looks = 1
    while not metrics.read(log, time.monotonic()):
        looks += 1
    assert looks > 1
    assert {name: series.count for name, series in metrics.series} == {"loss": 60_000, "acc": 60_000}


def test_more_names_than_there_is_room_for_are_counted() -> None:
    metrics = LogMetrics()
    metrics.read(Log("".join(f"n{number}=1\n" for number in range(100)).encode()), LATER)
    assert (len(dict(metrics.series)), len(metrics.series.left_out)) == (64, 36)


def test_reading_is_typed_as_the_engine_offers_it() -> None:
    source: ReadLog = Log(b"a=1\n")
    assert LogMetrics().read(source, LATER)
