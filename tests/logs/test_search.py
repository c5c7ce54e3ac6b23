"""Lines of many logs found as one, on a page at a time; logs kept after their end, until they are too old."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_easymaker.logs.archive import About, LogArchive
from jupyter_easymaker.logs.query import Query
from jupyter_easymaker.logs.search import Hit, Mark, Sources, key_of, page, search
from jupyter_easymaker.logs.source import LiveLog
from jupyter_easymaker.logs.times import Times
from jupyter_easymaker.resources.errors import EasyMakerError
from tests.conftest import RunningBackend
from tests.waiting import wait_for


def about(name: str, ended_at: float = 1000.0) -> About:
    return About(name, name, "p", 1, ended_at)


def live(data: bytes, seen: list[tuple[int, float]], end: float = 1000.0) -> LiveLog:
    return LiveLog(0, Times(seen, end), lambda at, limit: data[at : at + limit], len(data))


def found(logs: list[tuple[About, Sources]], query: str = "", **bounds: float) -> list[str]:
    return [hit.line.text for hit in search(logs, Query(query), **bounds) if isinstance(hit, Hit)]


def test_lines_of_several_logs_come_newest_first() -> None:
    one = live(b"a1\na2\na3\n", [(3, 10.0), (6, 20.0), (9, 30.0)])
    two = live(b"b1\nb2\n", [(3, 15.0), (6, 25.0)])
    assert found([(about("a"), lambda: [one]), (about("b"), lambda: [two])]) == ["a3", "b2", "a2", "b1", "a1"]


def test_pages_hold_every_line_once() -> None:
    chance = random.Random(1)
    logs: list[tuple[About, Sources]] = []
    for name in "abc":
        data, seen = b"", []
        for number in range(200):
            data += f"{name}{number}\n".encode()
            if chance.random() < 0.2:
                seen.append((len(data), float(number)))
        log = live(data, seen)
        logs.append((about(name), lambda log=log: [log]))  # type: ignore[misc]
    whole = found(logs)
    paged: list[str] = []
    cursor: str | None = None
    while True:
        hits, cursor = page(search(logs, Query(""), after=key_of(cursor) if cursor else None), 7)
        paged += [hit.line.text for hit in hits]
        if cursor is None:
            break
    assert paged == whole
    assert len(set(paged)) == 600


def test_lines_across_block_borders_are_whole(tmp_path: Path) -> None:
    data = b"".join(b"line %d %s\n" % (number, b"x" * (number % 3000)) for number in range(3000))
    archive = LogArchive(tmp_path)
    archive.add(about("a"), lambda _node, at, limit: data[at : at + limit], lambda _node: Times([], 1.0))
    expected = data.decode().splitlines()[::-1]
    assert found([(about("a"), lambda: [live(data, [])])]) == expected
    assert found([(about("a"), lambda: archive.sources(about("a")))]) == expected
    assert found([(about("a"), lambda: archive.sources(about("a")))], 'body:"line 1234 "')[0].startswith("line 1234 ")
    kept = tmp_path / "p/a/node-0.gz"
    assert subprocess.run(["zcat", kept], capture_output=True, check=True).stdout == data


def test_log_whose_oldest_lines_are_gone_is_kept_and_found_from_its_first_whole_line(tmp_path: Path) -> None:
    data = b"".join(b"line %d %s\n" % (number, b"x" * 2000) for number in range(3000))
    begin = data.index(b"line 1000 ")
    expected = data[begin:].decode().splitlines()[::-1]
    archive = LogArchive(tmp_path)
    read = lambda _node, at, limit: data[at : at + limit] if at >= begin else b""  # noqa: E731
    archive.add(about("a"), read, lambda _node: Times([], 1.0), begin=begin)
    assert found([(about("a"), lambda: archive.sources(about("a")))]) == expected
    log = LiveLog(0, Times([], 1.0), lambda at, limit: read(0, at, limit), len(data), begin)
    assert found([(about("a"), lambda: [log])]) == expected
    kept = archive.log("p", "a", 0)
    assert kept is not None
    assert (kept.begin, kept.size, kept.read(kept.begin, 10)) == (begin, len(data), b"line 1000 ")


def test_one_line_without_an_end_longer_than_a_block_is_found(tmp_path: Path) -> None:
    data = b"x" * (3 << 20) + b"end"
    archive = LogArchive(tmp_path)
    archive.add(about("a"), lambda _node, at, limit: data[at : at + limit], lambda _node: Times([], 1.0))
    assert "".join(found([(about("a"), lambda: archive.sources(about("a")))])[::-1]).encode() == data
    assert "".join(found([(about("a"), lambda: [live(data, [])])])[::-1]).encode() == data


def test_time_bounds_leave_out_older_and_newer_lines() -> None:
    log = live(b"1\n2\n3\n", [(2, 10.0), (4, 20.0), (6, 30.0)])
    assert found([(about("a"), lambda: [log])], since=15.0, until=25.0) == ["2"]


def test_search_that_takes_too_long_goes_on_where_it_was() -> None:
    data = b"".join(b"%07d %s\n" % (number, b"needle" if number % 1000 == 7 else b"x" * 90) for number in range(60_000))
    logs: list[tuple[About, Sources]] = [(about("a"), lambda: [live(data, [(len(data), 5.0)])])]
    whole = found(logs, "needle")
    paged: list[str] = []
    pages = 0
    cursor: str | None = None
    while pages == 0 or cursor:
        after = key_of(cursor) if cursor else None
        hits, cursor = page(search(logs, Query("needle"), after=after), 100, seconds=0)
        paged += [hit.line.text for hit in hits]
        pages += 1
    assert paged == whole
    assert len(whole) == 60
    assert pages > 3


def test_only_logs_that_may_hold_the_next_line_are_opened() -> None:
    opened = []

    def log(name: str) -> Sources:
        def sources() -> list[LiveLog]:
            opened.append(name)
            return [live(b"one\ntwo\n", [(8, float(name))])]

        return sources

    logs = [(About(name, name, "p", 1, float(name), float(name)), log(name)) for name in ("1", "2", "3", "4")]
    hits, cursor = page(search(logs, Query("")), 2)
    assert [hit.about.resource_id for hit in hits] == ["4", "4"]
    assert opened == ["4", "3"]  # the last to see that there is more
    assert cursor
    opened.clear()
    assert found(logs, until=2.5, since=1.5) == ["two", "one"]
    assert opened == ["2"]


def test_lines_are_numbered_and_their_log_can_be_read_in_pieces(tmp_path: Path) -> None:
    data = b"".join(b"%d %s\n" % (number, b"x" * 700) for number in range(1, 4001))
    archive = LogArchive(tmp_path)
    archive.add(about("a"), lambda _node, at, limit: data[at : at + limit], lambda _node: Times([], 1.0))
    logs: list[tuple[About, Sources]] = [(about("a"), lambda: archive.sources(about("a")))]
    for query in ("", "x"):
        for hit in search(logs, Query(query)):
            assert isinstance(hit, Mark) or hit.line.text.startswith(f"{hit.number} ")
    log = archive.log("p", "a", 0)
    assert log is not None
    assert log.size == len(data)
    pieces, at = b"", 0
    while piece := log.read(at, 300_000):
        pieces += piece
        at += len(piece)
    assert pieces == data
    assert archive.log("p", "a", 1) is None


@pytest.mark.parametrize("cursor", ["nonsense", "", "W10", "bnVsbA"])
def test_cursor_that_is_none_of_ours_is_refused(cursor: str) -> None:
    with pytest.raises(EasyMakerError, match="cursor"):
        key_of(cursor)


def test_old_logs_and_what_exceeds_the_room_are_removed(tmp_path: Path) -> None:
    import time

    archive = LogArchive(tmp_path)
    for name, age in (("new", 10), ("older", 1000), ("ancient", 10**6)):
        noise = random.Random(name).randbytes(50_000)
        archive.add(
            about(name, time.time() - age),
            lambda _node, at, limit, noise=noise: noise[at : at + limit],  # type: ignore[misc]
            lambda _node: Times([], 1.0),
        )
    archive.remove_old(10**5, 0)
    assert {each.resource_id for each in archive.kept("p")} == {"new", "older"}
    archive.remove_old(0, 60_000)
    assert {each.resource_id for each in archive.kept("p")} == {"new"}
    assert [entry.name for entry in (tmp_path / "p").iterdir()] == ["new"]


def test_failed_keeping_leaves_nothing_behind(tmp_path: Path) -> None:
    def full(_node: int, _at: int, _limit: int) -> bytes:
        raise OSError(28, "No space left on device")

    archive = LogArchive(tmp_path)
    with pytest.raises(OSError, match="No space"):
        archive.add(about("a"), full, lambda _node: Times([], 1.0))
    assert not archive.kept("p")
    assert list((tmp_path / "p").iterdir()) == []


def lines(backend: RunningBackend, query: str, **more: str) -> list[str]:
    return [line["body"] for line in backend.get("logs", params={"query": query, **more})["logList"]]


def test_running_ended_and_deleted_trainings_are_searched(backend: RunningBackend) -> None:
    code = "import time; print('zebra begins', flush=True); time.sleep(600)"
    training = backend.train("zebra", code, useLog=True)
    quiet = backend.train("quiet", "print('zebra unseen')")
    backend.wait_for_status(quiet, "COMPLETE")
    wait_for(lambda: lines(backend, "zebra") == ["zebra begins"])
    backend.request("PUT", f"trainings/{training}/stop")
    backend.wait_for_status(training, "STOPPED")
    kept = backend.data_dir / "logs/default" / training
    wait_for(kept.exists)
    assert lines(backend, f"trainingId:{training} AND begins") == ["zebra begins"]
    assert backend.request("DELETE", f"trainings/{training}").status_code == 200
    wait_for(lambda: not (backend.data_dir / f"engine/jobs/training-{training}").exists())
    assert lines(backend, "trainingName:zebra AND begins") == ["zebra begins"]
    text = backend.request("GET", "logs/download", params={"query": "zebra"}).text
    assert "zebra begins" in text
    assert "zebra\t0\t" in text
    assert "unseen" not in text


def test_hundred_megabytes_in_seconds_lose_no_line(backend: RunningBackend) -> None:
    code = (
        "import sys\nline = 'x' * 93\n"
        "for block in range(1000):\n"
        "    sys.stdout.write(''.join(f'{block * 1000 + i:06d} {line}\\n' for i in range(1000)))"
    )
    training = backend.train("flood", code, useLog=True)
    backend.wait_for_status(training, "COMPLETE", timeout=120)
    kept = backend.data_dir / "logs/default" / training / "node-0.gz"
    wait_for(kept.exists, 60)
    counted = subprocess.run(f"zcat {kept} | wc -lc", shell=True, capture_output=True, text=True, check=True)
    assert counted.stdout.split() == ["1000000", str(101 * 10**6)]
    (only,) = lines(backend, f'trainingId:{training} AND body:"054321 x"')
    assert only.startswith("054321")
    assert lines(backend, f"trainingId:{training}", size="2") == [f"{n:06d} {'x' * 93}" for n in (999_999, 999_998)]


def test_bad_query_is_refused_at_its_field(backend: RunningBackend) -> None:
    answer = backend.request("GET", "logs", params={"query": "body:("})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "query"


Make = Callable[..., RunningBackend]


def test_log_left_by_a_killed_backend_is_kept_by_the_next(own_backend: Make) -> None:
    running = own_backend()
    training = running.train("left", "import time; time.sleep(1); print('kept all the same')", useLog=True)
    running.wait_for_status(training, "RUNNING")
    running.kill()
    running.start()
    running.wait_for_status(training, "COMPLETE")
    wait_for((running.data_dir / "logs/default" / training).exists)
    assert lines(running, "kept") == ["kept all the same"]
