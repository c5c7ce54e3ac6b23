"""Staging from and to a real OpenStack Swift: whole, checked, gone on with after every kind of break."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jupyter_easymaker.storage import swift_listing, swift_login
from jupyter_easymaker.storage.access import (
    StorageError,
    StorageErrorCode,
    copy_in,
    exists,
    is_dir,
    resolve,
    stage_in,
    stage_out,
    stat_tree,
    write_file,
)
from jupyter_easymaker.storage.config import StorageConfig, SwiftAccess
from tests.fault_proxy import CUT, PASS, REFUSE, UNAVAILABLE, FaultProxy, fault_proxy
from tests.swift import GUEST, OWNER, Swift

from .conftest import fill

pytestmark = pytest.mark.swift


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swift_login, "FIRST_PAUSE", 0.001)


@pytest.fixture
def container(swift: Swift, request: pytest.FixtureRequest) -> str:
    """The name of a container of the test's own."""
    name = re.sub(r"[^a-z_0-9]+", "-", request.node.name.lower())[:100]
    swift.container(name)
    return name


@pytest.fixture
def proxy(swift: Swift) -> Iterator[FaultProxy]:
    with fault_proxy(swift.port) as running:
        yield running


def config_of(swift: Swift, who: dict[str, str] = OWNER, **more: object) -> StorageConfig:
    return StorageConfig(obs={swift.endpoint: SwiftAccess.from_json(swift.access(who, **more))})


def through(swift: Swift, proxy: FaultProxy, **more: object) -> StorageConfig:
    """Reach the same URIs by way of the proxy."""
    return config_of(swift, storageUrl=proxy.url, **more)


def uri(swift: Swift, path: str) -> str:
    return f"obs://{swift.endpoint}/{path}"


def files(directory: Path | str) -> dict[str, bytes]:
    top = Path(directory)
    return {str(path.relative_to(top)): path.read_bytes() for path in top.rglob("*") if path.is_file()}


def test_what_is_staged_out_comes_back_the_same(swift: Swift, container: str, tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    fill(made, files=40)
    (made / "한글 a%b#c?d.txt").write_text("a")
    (made / "zero").touch()
    (made / "large").write_bytes(os.urandom(3_000_001))
    config = config_of(swift, segmentBytes=1_000_000)
    seen: list[tuple[int, ...]] = []
    assert stage_out(str(made), uri(swift, f"{container}/out"), config, lambda *numbers: seen.append(numbers)) == 44
    total = sum(map(len, files(made).values()))
    assert seen[-1] == (44, 44, total, total)
    assert seen == sorted(seen)
    assert swift.request("HEAD", f"{container}/out/large").headers["x-static-large-object"] == "True"

    back: list[tuple[int, ...]] = []
    staged = stage_in(
        uri(swift, f"{container}/out"), config, str(tmp_path / "cache"), lambda *numbers: back.append(numbers)
    )
    assert files(staged.path) == files(made)
    assert (Path(staged.path) / "empty").is_dir()
    assert back[-1] == (44, 44, total, total)
    assert stage_in(uri(swift, f"{container}/out"), config, str(tmp_path / "cache")).cached
    target = tmp_path / "copy"
    target.mkdir()
    copy_in(uri(swift, f"{container}/out"), config, str(target), exclude=frozenset({"sub", "zero"}))
    assert sorted(set(files(made)) - set(files(target))) == ["sub/deep.txt", "zero"]
    assert os.access(target / "0.csv", os.W_OK)


def test_looking(swift: Swift, container: str) -> None:
    swift.put(f"{container}/data/a.csv", "a")
    swift.put(f"{container}/database", "not in data")
    config = config_of(swift)
    for path, there, directory in (
        ("", True, True),
        ("/data", True, True),
        ("/data/", True, True),
        ("/data/a.csv", True, False),
        ("/dat", False, False),
        ("/data/a.csv/b", False, False),
    ):
        assert (exists(uri(swift, container + path), config), is_dir(uri(swift, container + path), config)) == (
            there,
            directory,
        ), path
    assert [file.name for file in stat_tree(uri(swift, f"{container}/data"), config)] == ["a.csv"]
    assert [file.name for file in stat_tree(uri(swift, f"{container}/data/a.csv"), config)] == ["a.csv"]


def test_the_host_alone_may_be_configured_and_the_uri_names_the_account(swift: Swift, container: str) -> None:
    swift.put(f"{container}/a", "a")
    config = StorageConfig(obs={f"127.0.0.1:{swift.port}": SwiftAccess.from_json(swift.access())})
    assert exists(uri(swift, f"{container}/a"), config)
    assert exists(f"obs://127.0.0.1:{swift.port}/{container}/a", config)


def test_listings_longer_than_a_page_are_complete(
    swift: Swift, container: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(swift_listing, "PAGE", 7)
    for index in range(30):
        swift.put(f"{container}/data/{index:02}", str(index))
    config = config_of(swift)
    assert len(files(stage_in(uri(swift, f"{container}/data"), config, str(tmp_path)).path)) == 30
    assert len(resolve(uri(swift, f"{container}/data"), config).entries()) == 30


def test_a_changed_object_is_another_input(swift: Swift, container: str, tmp_path: Path) -> None:
    config = config_of(swift)
    swift.put(f"{container}/data/a", "one")
    first = stage_in(uri(swift, f"{container}/data"), config, str(tmp_path))
    swift.put(f"{container}/data/a", "two")
    second = stage_in(uri(swift, f"{container}/data"), config, str(tmp_path))
    assert (files(first.path), files(second.path)) == ({"a": b"one"}, {"a": b"two"})


def test_dynamic_large_objects_of_the_sdk_are_one_file(swift: Swift, container: str, tmp_path: Path) -> None:
    for index in (1, 2, 3):
        swift.put(f"{container}/data/model.bin/{index:03}", str(index) * 100)
    swift.put(f"{container}/data/model.bin", b"", **{"X-Object-Manifest": f"{container}/data/model.bin"})
    staged = stage_in(uri(swift, f"{container}/data"), config_of(swift), str(tmp_path))
    assert files(staged.path) == {"model.bin": b"1" * 100 + b"2" * 100 + b"3" * 100}
    assert staged.bytes == 300


@pytest.mark.parametrize("name", ["../up", "a//b", "x%2f..%2fy"])
def test_names_that_would_leave_the_directory_are_refused(
    swift: Swift, container: str, tmp_path: Path, name: str
) -> None:
    from urllib.parse import quote

    swift.put(f"{container}/data/{quote(name, safe='')}", "x")
    with pytest.raises(StorageError, match="the object") as refusal:
        stage_in(uri(swift, f"{container}/data"), config_of(swift), str(tmp_path))
    assert refusal.value.code is StorageErrorCode.INVALID


def every(number: int, what: str, method: str = "GET") -> Callable[[str, str], str]:
    """Every n-th request of a kind goes wrong."""
    counts = iter(range(1_000_000))
    return lambda asked, path: what if asked == method and "/v1/" in path and next(counts) % number == 0 else PASS


@pytest.mark.parametrize("what", [UNAVAILABLE, REFUSE, CUT])
def test_a_storage_that_stumbles_is_asked_again(
    swift: Swift, container: str, proxy: FaultProxy, tmp_path: Path, what: str
) -> None:
    for index in range(20):
        swift.put(f"{container}/data/{index:02}", os.urandom(10_000))
    swift.put(f"{container}/data/large", os.urandom(5_000_000))
    proxy.rule = every(3, what)
    target = tmp_path / "target"
    target.mkdir()
    seen: list[tuple[int, ...]] = []
    copy_in(uri(swift, f"{container}/data"), through(swift, proxy), str(target), lambda *numbers: seen.append(numbers))
    assert {name: len(data) for name, data in files(target).items()}["large"] == 5_000_000
    assert all(swift.get(f"{container}/data/{name}") == data for name, data in files(target).items())
    assert seen[-1] == (21, 21, 5_200_000, 5_200_000)


@pytest.mark.parametrize("what", [UNAVAILABLE, REFUSE])
def test_uploads_are_sent_again(swift: Swift, container: str, proxy: FaultProxy, tmp_path: Path, what: str) -> None:
    for index in range(12):
        (tmp_path / f"{index:02}").write_bytes(os.urandom(10_000))
    (tmp_path / "large").write_bytes(os.urandom(5_000_000))
    proxy.rule = every(3, what, "PUT")
    stage_out(str(tmp_path), uri(swift, f"{container}/out"), through(swift, proxy, segmentBytes=2_000_000))
    assert {name: swift.get(f"{container}/out/{name}") for name in files(tmp_path)} == files(tmp_path)


def test_connections_are_used_again(swift: Swift, container: str, proxy: FaultProxy, tmp_path: Path) -> None:
    for index in range(50):
        swift.put(f"{container}/data/{index:02}", "x")
    stage_in(uri(swift, f"{container}/data"), through(swift, proxy), str(tmp_path))
    assert len(proxy.seen) >= 50
    assert proxy.connections <= 12


def test_a_token_that_expires_in_the_middle_is_renewed(swift: Swift, container: str, tmp_path: Path) -> None:
    for index in range(30):
        swift.put(f"{container}/data/{index:02}", "x")
    once = threading.Event()

    def expire(done: int, *_: int) -> None:
        if done >= 5 and not once.is_set():
            once.set()
            swift.forget_tokens()

    config = config_of(swift)
    assert len(files(stage_in(uri(swift, f"{container}/data"), config, str(tmp_path), expire).path)) == 30
    assert once.is_set()
    swift.forget_tokens()
    write_file(uri(swift, f"{container}/out"), config, "a", b"a")


def test_a_storage_that_does_not_answer_is_named(swift: Swift, proxy: FaultProxy, tmp_path: Path) -> None:
    proxy.rule = lambda _method, _path: REFUSE
    for config in (through(swift, proxy), config_of(swift, authUrl=f"{proxy.url}/auth/v1.0")):
        with pytest.raises(StorageError, match=rf"at {proxy.host} does not answer") as refusal:
            stage_in(uri(swift, "any/data"), config, str(tmp_path))
        assert refusal.value.code is StorageErrorCode.FAILED
        assert OWNER["key"] not in str(refusal.value)


def test_refused_credentials_are_told_without_the_key(swift: Swift) -> None:
    with pytest.raises(StorageError, match="refuses the system account test:tester") as refusal:
        exists(uri(swift, "any"), config_of(swift, key="wrong-key"))
    assert refusal.value.code is StorageErrorCode.PERMISSION
    assert "wrong-key" not in str(refusal.value)


def test_secrets_are_in_no_text(swift: Swift, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-file\n")
    config = config_of(swift)
    by_file = config_of(swift, key={"file": str(tmp_path / "key")})
    assert OWNER["key"] not in repr(config)
    assert "from-file" not in repr(by_file.to_json())
    with pytest.raises(ValueError, match="has the unknown settings pass") as refusal:
        SwiftAccess.from_json({"authUrl": "x", "user": "y", "pass": "hidden-key"})
    assert "hidden-key" not in str(refusal.value)


def test_missing_rights_and_containers_are_named(swift: Swift, container: str, tmp_path: Path) -> None:
    swift.put(f"{container}/data/a", "a")
    guest = config_of(swift, GUEST)
    with pytest.raises(
        StorageError, match=r"may not be read: the system account \(tenant guest, user guest:reader\) has no read"
    ) as refusal:
        exists(uri(swift, f"{container}/data"), guest)
    assert refusal.value.code is StorageErrorCode.PERMISSION
    swift.container(container, **{"X-Container-Read": "guest:reader"})
    assert exists(uri(swift, f"{container}/data"), guest)
    assert files(stage_in(uri(swift, f"{container}/data"), guest, str(tmp_path)).path) == {"a": b"a"}
    with pytest.raises(StorageError, match="has no write permission for the container"):
        resolve(uri(swift, f"{container}/out"), guest).check_writable()
    with pytest.raises(StorageError, match="has no write permission for the container"):
        write_file(uri(swift, f"{container}/out"), guest, "a", b"a")
    with pytest.raises(StorageError, match="the container nothing-here does not exist") as missing:
        stage_in(uri(swift, "nothing-here/data"), config_of(swift), str(tmp_path))
    assert missing.value.is_not_found
    with pytest.raises(StorageError, match="the container nothing-here does not exist"):
        resolve(uri(swift, "nothing-here/data"), config_of(swift)).check_writable()


def test_one_who_may_write_but_not_read_can_upload(swift: Swift, container: str, tmp_path: Path) -> None:
    swift.container(container, **{"X-Container-Write": "guest:reader"})
    (tmp_path / "a").write_text("a")
    guest = config_of(swift, GUEST)
    resolve(uri(swift, f"{container}/out"), guest).check_writable()
    stage_out(str(tmp_path), uri(swift, f"{container}/out"), guest)
    assert swift.get(f"{container}/out/a") == b"a"


def test_checking_leaves_nothing_behind(swift: Swift, container: str) -> None:
    resolve(uri(swift, f"{container}/out"), config_of(swift)).check_writable()
    assert swift.names(container) == []


@pytest.mark.parametrize("size", [10, 5_000_000, 7_000_000])
def test_different_content_is_not_overwritten(swift: Swift, container: str, tmp_path: Path, size: int) -> None:
    """Small, streamed and segmented files, known to be there or not."""
    config = config_of(swift, segmentBytes=6_000_000)
    made = tmp_path / "made"
    made.mkdir()
    (made / "a").write_bytes(b"x" * size)
    stage_out(str(made), uri(swift, f"{container}/out"), config)
    before = swift.request("HEAD", f"{container}/out/a").headers
    stage_out(str(made), uri(swift, f"{container}/out"), config)
    assert swift.request("HEAD", f"{container}/out/a").headers["x-timestamp"] == before["x-timestamp"]
    # Uploaded by somebody else, who made other segments: the same content all the same.
    stage_out(str(made), uri(swift, f"{container}/out"), config_of(swift, segmentBytes=6_500_000))
    (made / "a").write_bytes(b"y" * size)
    with pytest.raises(StorageError, match="out/a exists already with other content") as refusal:
        stage_out(str(made), uri(swift, f"{container}/out"), config)
    assert refusal.value.code is StorageErrorCode.EXISTS
    assert swift.get(f"{container}/out/a") == b"x" * size


def test_two_that_write_the_same_name_do_not_overwrite_each_other(swift: Swift, container: str) -> None:
    config = config_of(swift)
    place = uri(swift, f"{container}/out")
    write_file(place, config, "a", b"1")
    write_file(place, config, "a", b"1")
    with pytest.raises(StorageError, match="exists already"):
        write_file(place, config, "a", b"2")  # nothing was listed before: the storage refuses
    assert swift.get(f"{container}/out/a") == b"1"


STAGE = """
import json, os, sys
from jupyter_easymaker.storage.access import stage_in, stage_out
from jupyter_easymaker.storage.config import StorageConfig
what, uri, directory, limit = sys.argv[1:5]
def progress(files, total, done, size):
    if done >= int(limit):
        os.kill(os.getpid(), 9)
config = StorageConfig.from_json(json.loads(os.environ["STORAGE"]))
if what == "in":
    stage_in(uri, config, directory, progress)
else:
    stage_out(directory, uri, config, progress)
"""


def killed_at(limit: int, what: str, place: str, directory: Path, config: StorageConfig) -> None:
    """Stage in a process that is killed after so many bytes."""
    import json

    environment = {**os.environ, "STORAGE": json.dumps(config.to_json())}
    done = subprocess.run(
        [sys.executable, "-c", STAGE, what, place, str(directory), str(limit)], check=False, env=environment
    )
    assert done.returncode == -signal.SIGKILL


def test_a_download_that_was_killed_goes_on_where_it_was(
    swift: Swift, container: str, proxy: FaultProxy, tmp_path: Path
) -> None:
    for index in range(10):
        swift.put(f"{container}/data/{index}", os.urandom(1_000_000))
    swift.put(f"{container}/data/z-large", os.urandom(30_000_000))
    place = uri(swift, f"{container}/data")
    killed_at(22_000_000, "in", place, tmp_path, config_of(swift))
    asked: list[str] = []
    proxy.rule = lambda method, path: (asked.append(path) if method == "GET" else None) or PASS
    seen: list[int] = []
    staged = stage_in(place, through(swift, proxy), str(tmp_path), lambda _files, _of, done, _bytes: seen.append(done))
    assert all(swift.get(f"{container}/data/{name}") == data for name, data in files(staged.path).items())
    assert len(files(staged.path)) == 11
    assert any(done >= 10_000_000 for done in seen[:15])
    assert len([path for path in asked if "/data/" in path]) < 11
    assert (
        os.listdir(tmp_path / "inputs") == [".locks", Path(staged.path).name]
        or len([name for name in os.listdir(tmp_path / "inputs") if not name.startswith(".")]) == 1
    )


def test_a_part_that_a_crash_damaged_is_fetched_anew(swift: Swift, container: str, tmp_path: Path) -> None:
    data = os.urandom(5_000_000)
    swift.put(f"{container}/data/a", data)
    target = tmp_path / "target"
    target.mkdir()
    (target / "a.easymaker-partial").write_bytes(b"\0" * 2_000_000)
    copy_in(uri(swift, f"{container}/data"), config_of(swift), str(target))
    assert files(target) == {"a": data}


def test_an_upload_that_was_killed_sends_no_segment_twice(
    swift: Swift, container: str, proxy: FaultProxy, tmp_path: Path
) -> None:
    (tmp_path / "large").write_bytes(os.urandom(40_000_000))
    place = uri(swift, f"{container}/out")
    killed_at(20_000_000, "out", place, tmp_path, config_of(swift, segmentBytes=4_000_000))
    there = [name for name in swift.names(container) if name.startswith(".easymaker-segments/")]
    assert 0 < len(there) < 10
    stage_out(str(tmp_path), place, through(swift, proxy, segmentBytes=4_000_000))
    puts = [path for method, path in proxy.seen if method == "PUT"]
    segments = [path for path in puts if "/.easymaker-segments/" in path]
    # What was under way at the kill may have arrived after the look.
    assert len(segments) == len(set(segments)) <= 10 - len(there)
    assert not [path for path in segments for name in there if path.endswith(name)]
    assert len(puts) == len(segments) + 1
    assert swift.get(f"{container}/out/large") == (tmp_path / "large").read_bytes()
    assert [file.name for file in stat_tree(uri(swift, container), config_of(swift))] == ["out/large"]


def test_an_input_that_vanishes_while_it_is_copied_is_named(swift: Swift, container: str, tmp_path: Path) -> None:
    for index in range(30):
        swift.put(f"{container}/data/{index:02}", "x")

    def vanish(*_: int) -> None:
        if not once.is_set():
            once.set()
            swift.request("DELETE", f"{container}/data/29")

    once = threading.Event()
    with pytest.raises(StorageError, match="data/29 does not exist") as refusal:
        stage_in(uri(swift, f"{container}/data"), config_of(swift), str(tmp_path), vanish)
    assert refusal.value.is_not_found


def test_an_input_that_changes_while_it_is_copied_is_refused(swift: Swift, container: str, tmp_path: Path) -> None:
    for index in range(30):
        swift.put(f"{container}/data/{index:02}", "x")

    def change(*_: int) -> None:
        if not once.is_set():
            once.set()
            swift.put(f"{container}/data/29", "y")

    once = threading.Event()
    with pytest.raises(StorageError, match="changed while it was copied"):
        stage_in(uri(swift, f"{container}/data"), config_of(swift), str(tmp_path), change)


def test_a_full_quota_is_told(swift: Swift, container: str, tmp_path: Path) -> None:
    swift.request("POST", container, headers={"X-Container-Meta-Quota-Bytes": "1000"}).raise_for_status()
    (tmp_path / "a").write_bytes(b"x" * 5000)
    with pytest.raises(StorageError, match="No space is left in the storage of") as refusal:
        stage_out(str(tmp_path), uri(swift, f"{container}/out"), config_of(swift))
    assert refusal.value.code is StorageErrorCode.FULL


def test_files_are_found_by_name_page_after_page(swift: Swift, container: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swift_listing, "PAGE", 2)
    for name in ("events.1", "a/events.2", "a/other", ".easymaker-segments/events.4"):
        swift.put(f"{container}/{name}", "x")
    swift.request("PUT", f"{container}/a/events", headers={"Content-Type": "application/directory"})
    place = resolve(uri(swift, container), config_of(swift))
    found = place.find(lambda name: "events" in name, 5)
    assert [(file.name, file.size) for file in found] == [("a/events.2", 1), ("events.1", 1)]
    with pytest.raises(StorageError, match="holds more than 4 files and directories"):
        place.find(lambda name: "events" in name, 4)
