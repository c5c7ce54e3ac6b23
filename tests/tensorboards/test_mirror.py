"""What TensorBoard sees of a storage directory: its event files, as they are there, and nothing else."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from jupyter_easymaker.runner.event_files import is_event_file
from jupyter_easymaker.storage.access import Place, StorageError, resolve
from jupyter_easymaker.storage.config import StorageConfig
from jupyter_easymaker.tensorboards.mirror import Mirrors, MirrorSettings
from tests.waiting import wait_for

Make = Callable[..., Mirrors]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made: list[Mirrors] = []

    def mirrors(**settings: Any) -> Mirrors:
        made.append(Mirrors(tmp_path / "mirrors", is_event_file, MirrorSettings(**{"every_seconds": 0.05, **settings})))
        return made[-1]

    yield mirrors
    for each in made:
        each.close_all()
    wait_for(lambda: not (tmp_path / "mirrors").exists() or not list((tmp_path / "mirrors").iterdir()))


class Shelf:
    """A storage that is no directory of this machine."""

    def __init__(self) -> None:
        self.uri = f"memory://{uuid.uuid4().hex}/logs"
        self._files = fsspec.filesystem("memory")
        self.place: Place = resolve(self.uri, StorageConfig(schemes={"memory": {}}))

    def put(self, name: str, data: bytes) -> None:
        self._files.pipe_file(f"{self.uri}/{name}", data)

    def remove(self, name: str) -> None:
        self._files.rm(f"{self.uri}/{name}")


@pytest.fixture
def shelf() -> Shelf:
    made = Shelf()
    made.put("train/events.out.tfevents.1", b"one")
    made.put("train/weights.bin", b"large")
    return made


def below(directory: Path) -> dict[str, bytes]:
    return {
        path.relative_to(directory).as_posix(): path.read_bytes() for path in directory.rglob("*") if path.is_file()
    }


def test_event_files_alone_are_copied_and_again_when_they_change(make: Make, shelf: Shelf) -> None:
    logs = make().logs("a", shelf.place, now=True)
    assert below(logs) == {"train/events.out.tfevents.1": b"one"}
    shelf.put("train/events.out.tfevents.1", b"one two")
    shelf.put("test/events.out.tfevents.2", b"three")
    wait_for(lambda: below(logs) == {"train/events.out.tfevents.1": b"one two", "test/events.out.tfevents.2": b"three"})
    shelf.remove("train/events.out.tfevents.1")
    wait_for(lambda: list(below(logs)) == ["test/events.out.tfevents.2"])


def test_storage_rests_while_nobody_looks(make: Make, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    find = shelf.place.find
    monkeypatch.setattr(shelf.place, "find", lambda *given: looks.append(1) or find(*given))
    mirrors = make(every_seconds=0.01, watched_seconds=0.1)
    mirrors.logs("a", shelf.place, now=True)
    seen = -1

    def rests() -> bool:
        nonlocal seen
        before, seen = seen, len(looks)
        return before == seen

    wait_for(rests, interval=0.3)
    mirrors.logs("a", shelf.place, now=False)
    wait_for(lambda: len(looks) > seen)


def test_closed_mirror_leaves_nothing(make: Make, shelf: Shelf) -> None:
    mirrors = make()
    logs = mirrors.logs("a", shelf.place, now=True)
    mirrors.close("a")
    assert len(mirrors) == 0
    wait_for(lambda: not logs.parent.exists())


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"files": 1}, "holds 2 TensorBoard event files, and TensorBoard shows at most 1"),
        ({"bytes": 5}, "holds 6 bytes of TensorBoard event files, and TensorBoard reads at most 5 bytes"),
        ({"look_at": 2}, "holds more than 2 files and directories"),
    ],
)
def test_more_than_is_allowed_is_refused_with_the_way_out(
    make: Make, shelf: Shelf, settings: dict[str, int], said: str
) -> None:
    shelf.put("test/events.out.tfevents.2", b"two")
    mirrors = make(**settings)
    with pytest.raises(StorageError, match=f"{said}.*; choose a directory further down"):
        mirrors.logs("a", shelf.place, now=True)
    assert len(mirrors) == 0


def test_storage_that_fails_later_leaves_what_was_read_and_is_told(
    make: Make, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirrors = make()
    logs = mirrors.logs("a", shelf.place, now=True)

    def down(*_: object) -> None:
        raise StorageError.not_found(shelf.uri)

    monkeypatch.setattr(shelf.place, "find", down)
    with pytest.raises(StorageError, match="does not exist"):
        mirrors.logs("a", shelf.place, now=True)
    assert mirrors.logs("a", shelf.place, now=False) == logs
    assert below(logs) == {"train/events.out.tfevents.1": b"one"}
    monkeypatch.undo()
    assert mirrors.logs("a", shelf.place, now=True) == logs


def test_file_that_is_written_while_it_is_copied_is_copied_again(
    make: Make, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch, fetched = shelf.place.fetch, []

    def slow(file: Any, *given: Any) -> None:
        if not fetched:
            shelf.put("train/events.out.tfevents.1", b"1")
        fetched.append(file)
        fetch(file, *given)

    monkeypatch.setattr(shelf.place, "fetch", slow)
    logs = make(every_seconds=600).logs("a", shelf.place, now=True)
    assert below(logs) == {"train/events.out.tfevents.1": b"1"}
    assert len(fetched) == 2


def test_names_no_file_can_have_here_do_not_keep_the_others_away(make: Make, shelf: Shelf) -> None:
    shelf.put(f"{'long' * 100}/events.out.tfevents.1", b"x")
    logs = make().logs("a", shelf.place, now=True)
    assert below(logs) == {"train/events.out.tfevents.1": b"one"}


def test_full_disk_is_told(make: Make, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shelf.place, "fetch", full)
    with pytest.raises(StorageError, match="No space is left in the backend's data directory"):
        make().logs("a", shelf.place, now=True)


def test_directory_of_this_machine_is_linked_file_by_file_and_links_in_it_lead_nowhere(
    make: Make, tmp_path: Path
) -> None:
    nas = tmp_path / "nas"
    (nas / "logs/train").mkdir(parents=True)
    (nas / "logs/train/events.out.tfevents.1").write_bytes(b"one")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/events.out.tfevents.2").write_bytes(b"secret")
    (nas / "logs/out").symlink_to(tmp_path / "secret")
    (nas / "logs/train/events.out.tfevents.3").symlink_to(tmp_path / "secret/events.out.tfevents.2")
    place = resolve("nas://local:/logs", StorageConfig(nas={"local": str(nas)}))
    # Nothing is copied: there is no limit of bytes.
    logs = make(bytes=1).logs("a", place, now=True)
    assert below(logs) == {"train/events.out.tfevents.1": b"one"}
    (nas / "logs/train/events.out.tfevents.1").write_bytes(b"one two")
    assert below(logs) == {"train/events.out.tfevents.1": b"one two"}
    # One that becomes a link is not shown any more.
    (nas / "logs/train/events.out.tfevents.1").unlink()
    (nas / "logs/train/events.out.tfevents.1").symlink_to(tmp_path / "secret/events.out.tfevents.2")
    wait_for(lambda: below(logs) == {})
