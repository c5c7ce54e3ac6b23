"""A log that is cut while it is written: offsets stay, the disk does not fill."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_easymaker.engines import job_files, log_bounds
from jupyter_easymaker.engines.local_reading import log
from tests.waiting import wait_for

KEEP = 1 << 18


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """A job's directory with a log of numbered lines of 16 bytes, 4 times as long as what is kept."""
    job_files.write_json(str(tmp_path / job_files.JOB), {"nodes": 1, "logBytes": KEEP})
    lines = b"".join(b"line %010d\n" % number for number in range(4 * KEEP // 16))
    (tmp_path / "node-0.log").write_bytes(lines)
    return tmp_path


def test_cut_log_keeps_offsets_and_its_last_lines_and_gives_its_blocks_back(job: Path) -> None:
    path = job / "node-0.log"
    before = path.read_bytes()
    begin = log_bounds.cut(str(path), len(before), KEEP)
    assert begin == len(before) - KEEP
    assert path.stat().st_size == len(before)
    wait_for(lambda: path.stat().st_blocks * 512 <= KEEP + (1 << 16))
    with path.open("ab") as file:
        file.write(b"after\n")
    first = log(job, 0, 0, 1000)
    assert first.data == before[begin + 16 :][: 1000 - 16]  # from the first whole line
    assert first.next_offset == begin + 1000
    assert log(job, 0, first.next_offset, 1 << 20).data == before[begin + 1000 :] + b"after\n"
    assert log(job, 0, -6, 100).data == b"after\n"
    assert log(job, 0, len(before) + 6, 100).data == b""


def test_log_is_emptied_where_the_file_system_knows_no_holes(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_bounds, "_punched", lambda *_: False)
    path = job / "node-0.log"
    with path.open("ab") as writer:
        assert log_bounds.cut(str(path), path.stat().st_size, KEEP) == 0
        writer.write(b"after\n")
    assert log(job, 0, 0, 100).data == b"after\n"


def test_short_log_is_left_alone(job: Path) -> None:
    path = job / "node-0.log"
    assert log_bounds.cut(str(path), 100, KEEP) == 0
    assert log(job, 0, 0, 16).data == b"line 0000000000\n"


def test_times_of_what_is_gone_go_and_very_many_are_thinned_out(tmp_path: Path) -> None:
    path = tmp_path / "times"
    times = [(size, float(size)) for size in range(1, 100_001)]
    path.write_bytes(b"".join(job_files.LOG_TIME.pack(*each) for each in times))
    log_bounds.cut_times(str(path), 10)
    kept = list(job_files.LOG_TIME.iter_unpack(path.read_bytes()))
    assert len(kept) == 49_995
    assert kept[0][0] in (11, 12)
    assert kept[-1] == times[-1]
