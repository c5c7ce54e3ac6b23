"""Inputs are copied once, completely or not at all, and are nobody's to change."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyter_easymaker.storage import cache as cache_module
from jupyter_easymaker.storage.access import copy_in, stage_in
from jupyter_easymaker.storage.cache import remove_tree
from jupyter_easymaker.storage.config import StorageConfig
from jupyter_easymaker.storage.uri import StorageError, StorageErrorCode

from .conftest import fill

DATA = "nas://local:/data"


@pytest.fixture
def cache(root: Path) -> Path:
    return root / "cache"


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def entries(cache: Path) -> list[str]:
    return sorted(path.name for path in (cache / "inputs").iterdir() if not path.name.startswith("."))


def test_a_directory_is_staged_whole_and_read_only(root: Path, config: StorageConfig, cache: Path) -> None:
    data = fill(root / "nas/data")
    (data / "run.sh").write_text("#!/bin/sh")
    (data / "run.sh").chmod(0o755)
    staged = stage_in(DATA, config, str(cache))
    there = Path(staged.path)
    assert (staged.files, staged.cached) == (5, False)
    assert (there / "sub/deep.txt").read_text() == "deep"
    assert (there / "empty").is_dir()
    assert {stat.S_IMODE(path.stat().st_mode) for path in there.glob("*.csv")} == {0o444}
    assert stat.S_IMODE((there / "run.sh").stat().st_mode) == 0o555
    assert {stat.S_IMODE(path.stat().st_mode) for path in (there, there / "sub", there / "empty")} == {0o555}
    assert (there / "0.csv").stat().st_mtime_ns == (data / "0.csv").stat().st_mtime_ns


def test_the_same_input_is_copied_once(root: Path, config: StorageConfig, cache: Path) -> None:
    fill(root / "nas/data")
    first = stage_in(DATA, config, str(cache))
    again = stage_in(DATA + "/", config, str(cache))
    assert again.path == first.path
    assert again.cached


@pytest.mark.parametrize(
    "change",
    [
        lambda data: (data / "0.csv").write_text("other content"),
        lambda data: os.utime(data / "0.csv", (1, 1)),
        lambda data: (data / "new").write_text(""),
        lambda data: (data / "0.csv").rename(data / "9.csv"),
        lambda data: (data / "newdir").mkdir(),
        lambda data: (data / "0.csv").unlink(),
    ],
)
def test_a_changed_input_is_staged_anew(change: object, root: Path, config: StorageConfig, cache: Path) -> None:
    data = fill(root / "nas/data")
    before = stage_in(DATA, config, str(cache))
    change(data)  # type: ignore[operator]
    after = stage_in(DATA, config, str(cache))
    assert after.path != before.path
    assert names(Path(after.path)) == names(data)


def test_a_single_file_is_staged_into_a_directory(root: Path, config: StorageConfig, cache: Path) -> None:
    fill(root / "nas/data")
    staged = stage_in(f"{DATA}/0.csv", config, str(cache))
    assert names(Path(staged.path)) == ["0.csv"]


def test_an_input_from_an_object_storage_is_staged(root: Path, config: StorageConfig, cache: Path) -> None:
    fill(root / "obs/bucket/data")
    assert stage_in("obs://api.example.com/bucket/data", config, str(cache)).files == 4


def test_thousands_of_files_arrive_with_progress(root: Path, config: StorageConfig, cache: Path) -> None:
    for index in range(1500):
        (root / f"nas/data/{index:04}").write_text(str(index))
    seen: list[tuple[int, int, int, int]] = []
    staged = stage_in(DATA, config, str(cache), lambda *numbers: seen.append(numbers))
    assert seen[0][:3] == (0, 1500, 0)
    assert seen[-1] == (1500, 1500, seen[-1][3], seen[-1][3])
    assert seen == sorted(seen)
    assert {name: (Path(staged.path) / name).read_text() for name in ("0000", "1499")} == {"0000": "0", "1499": "1499"}
    assert len(names(Path(staged.path))) == 1500


def test_an_input_that_is_too_large_is_refused(root: Path, config: StorageConfig, cache: Path) -> None:
    (root / "nas/data/a").write_bytes(b"x" * 5000)
    with pytest.raises(StorageError, match=r"has 5\.0 KB, more than the 1\.0 KB left of the data storage size"):
        stage_in(DATA, config, str(cache), max_bytes=1000)
    assert not cache.exists()


def test_an_input_that_changes_while_it_is_copied_is_refused(root: Path, config: StorageConfig, cache: Path) -> None:
    data = fill(root / "nas/data")

    def change(*_: int) -> None:
        (data / "2.csv").write_text("longer than it was before")

    with pytest.raises(StorageError, match="changed while it was copied") as refusal:
        stage_in(DATA, config, str(cache), change)
    assert refusal.value.code is StorageErrorCode.FAILED
    assert entries(cache) == []


def test_an_input_that_vanishes_while_it_is_copied_is_named(root: Path, config: StorageConfig, cache: Path) -> None:
    data = fill(root / "nas/data")
    with pytest.raises(StorageError, match="cannot be found"):
        stage_in(DATA, config, str(cache), lambda *_: (data / "2.csv").unlink(missing_ok=True))
    assert entries(cache) == []


def test_an_input_that_grows_meanwhile_is_refused(root: Path, config: StorageConfig, cache: Path) -> None:
    data = fill(root / "nas/data")
    with pytest.raises(StorageError, match="changed while it was copied"):
        stage_in(DATA, config, str(cache), lambda *_: (data / "late").touch())
    assert entries(cache) == []


STAGE = """
import sys
from jupyter_easymaker.storage.access import stage_in
from jupyter_easymaker.storage.cache import remove_tree
from jupyter_easymaker.storage.config import StorageConfig
told = []
def progress(files, *_):
    if files and not told:
        told.append(print("copying", flush=True))
        sys.stdin.readline()
staged = stage_in("nas://local:/data", StorageConfig(nas={"local": sys.argv[1]}), sys.argv[2], progress,
                  waiting=lambda: print("waiting", flush=True))
print("staged", staged.cached, staged.path, flush=True)
sys.stdin.read()
"""


class Stager:
    """A process that stages the data, and after its first file waits to be told to go on."""

    def __init__(self, root: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", STAGE, str(root / "nas"), str(root / "cache")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def go_on(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def stager(root: Path) -> Iterator[Callable[[], Stager]]:
    made: list[Stager] = []

    def start() -> Stager:
        made.append(Stager(root))
        return made[-1]

    yield start
    for each in made:
        if each.process.poll() is None:
            each.kill()


@pytest.mark.timeout(30)
def test_a_second_process_waits_and_uses_the_copy_of_the_first(root: Path, stager: Callable[[], Stager]) -> None:
    fill(root / "nas/data")
    first = stager()
    assert first.line() == "copying"
    second = stager()
    assert second.line() == "waiting"
    first.go_on()
    staged = first.line()
    assert staged.startswith("staged False")
    assert second.line() == staged.replace("False", "True")


@pytest.mark.timeout(30)
def test_a_copy_that_was_killed_is_done_again(
    root: Path, config: StorageConfig, cache: Path, stager: Callable[[], Stager]
) -> None:
    fill(root / "nas/data")
    first = stager()
    assert first.line() == "copying"
    waiting = stager()
    assert waiting.line() == "waiting"
    first.kill()
    assert waiting.line() == "copying"
    waiting.kill()
    assert [name for name in entries(cache) if not name.endswith(".part")] == []
    staged = stage_in(DATA, config, str(cache))
    assert names(Path(staged.path)) == ["0.csv", "1.csv", "2.csv", "empty", "sub"]
    assert entries(cache) == [Path(staged.path).name]


def test_what_killed_copies_of_other_inputs_left_is_removed(
    root: Path, config: StorageConfig, cache: Path, stager: Callable[[], Stager]
) -> None:
    data = fill(root / "nas/data")
    first = stager()
    assert first.line() == "copying"
    first.kill()
    assert len(entries(cache)) == 1
    (data / "0.csv").write_text("now it is another input")
    staged = stage_in(DATA, config, str(cache))
    assert entries(cache) == [Path(staged.path).name]


def test_threads_share_a_copy_too(root: Path, config: StorageConfig, cache: Path) -> None:
    fill(root / "nas/data", files=200)
    staged: list[bool] = []
    kept = []

    def stage() -> None:
        result = stage_in(DATA, config, str(cache))
        kept.append(result)
        staged.append(result.cached)

    threads = [threading.Thread(target=stage) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(staged) == [False, True, True, True]


def test_who_came_first_and_lives_on_does_not_hold_up_the_copy(root: Path, config: StorageConfig, cache: Path) -> None:
    """Nobody who uses an input, for hours perhaps, is waited for by one who copies it."""
    data = fill(root / "nas/data")
    first = stage_in(DATA, config, str(cache))
    remove_tree(first.path)
    second = stage_in(DATA, config, str(cache))
    assert (second.path, second.cached) == (first.path, False)
    assert (Path(second.path) / "0.csv").read_text() == (data / "0.csv").read_text()


class Disk:
    """A disk that has room only when nothing is staged."""

    def __init__(self, cache: Path, room: int) -> None:
        self.cache, self.room = cache, room

    def usage(self, _path: str) -> Disk:
        return self

    @property
    def free(self) -> int:
        return self.room - sum(1000 for name in entries(self.cache) if not name.endswith(".part"))


def test_unused_inputs_make_room_for_new_ones_and_used_ones_stay(
    root: Path, config: StorageConfig, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("used", "unused", "new"):
        (root / "nas" / name).mkdir()
        (root / "nas" / name / "file").write_bytes(b"x" * 1000)
    used = stage_in("nas://local:/used", config, str(cache))
    unused = stage_in("nas://local:/unused", config, str(cache))
    unused.close()
    monkeypatch.setattr(cache_module.shutil, "disk_usage", Disk(cache, 2000).usage)
    new = stage_in("nas://local:/new", config, str(cache))
    assert entries(cache) == sorted(Path(staged.path).name for staged in (used, new))
    with pytest.raises(StorageError, match=r"needs 1\.0 KB, but only 0 bytes are free") as refusal:
        stage_in("nas://local:/unused", config, str(cache))
    assert refusal.value.code is StorageErrorCode.FULL


def test_a_private_copy_is_writable_and_leaves_out_what_is_asked(root: Path, config: StorageConfig) -> None:
    data = fill(root / "nas/data")
    (data / ".git").mkdir()
    (data / ".git/config").write_text("")
    (data / "0.csv").chmod(0o444)
    target = root / "copy"
    target.mkdir()
    tree = copy_in(DATA, config, str(target), exclude=frozenset({".git"}))
    assert tree.excluded == [".git"]
    assert not (target / ".git").exists()
    assert (target / "0.csv").stat().st_mode & 0o200
