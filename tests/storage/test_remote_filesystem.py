"""s3:// and other schemes of fsspec, against the S3 interface of a real Swift and a real directory."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jupyter_easymaker.storage.access import (
    StorageError,
    StorageErrorCode,
    copy_in,
    exists,
    is_dir,
    resolve,
    stage_in,
    stage_out,
    write_file,
)
from jupyter_easymaker.storage.config import StorageConfig
from tests.swift import OWNER, Swift

from .conftest import fill

pytest.importorskip("s3fs")
pytestmark = pytest.mark.swift


@pytest.fixture
def bucket(swift: Swift, request: pytest.FixtureRequest) -> str:
    """A bucket of the test's own."""
    name = request.node.name.replace("_", "-")[:60].strip("-")
    swift.container(name)
    return name


def config_of(swift: Swift, *buckets: str, **options: object) -> StorageConfig:
    given = {
        "key": OWNER["user"],
        "secret": OWNER["key"],
        "client_kwargs": {"endpoint_url": swift.url, "region_name": "us-east-1"},
        "config_kwargs": {"s3": {"addressing_style": "path"}},
        **options,
    }
    return StorageConfig(schemes={"s3": {**given, "buckets": list(buckets)} if buckets else given})


def files(directory: Path | str) -> dict[str, bytes]:
    top = Path(directory)
    return {str(path.relative_to(top)): path.read_bytes() for path in top.rglob("*") if path.is_file()}


def test_what_is_staged_out_comes_back_the_same(swift: Swift, bucket: str, tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    fill(made, files=12)
    (made / "한글 a b.txt").write_text("a")
    (made / "zero").touch()
    config = config_of(swift, bucket)
    seen: list[tuple[int, ...]] = []
    stage_out(str(made), f"s3://{bucket}/out", config, lambda *numbers: seen.append(numbers))
    total = sum(map(len, files(made).values()))
    assert seen[-1][2:] == (total, total)
    staged = stage_in(f"s3://{bucket}/out", config, str(tmp_path / "cache"))
    assert files(staged.path) == files(made)
    assert stage_in(f"s3://{bucket}/out", config, str(tmp_path / "cache")).cached
    target = tmp_path / "copy"
    target.mkdir()
    copy_in(f"s3://{bucket}/out", config, str(target), exclude=frozenset({"sub"}))
    assert "sub/deep.txt" not in files(target)


def test_looking(swift: Swift, bucket: str) -> None:
    swift.put(f"{bucket}/data/a.csv", "a")
    config = config_of(swift, bucket)
    for path, there, directory in (("", True, True), ("/data", True, True), ("/data/a.csv", True, False)):
        uri = f"s3://{bucket}{path}"
        assert (exists(uri, config), is_dir(uri, config)) == (there, directory), path
    assert not exists(f"s3://{bucket}/dat", config)
    assert [
        (entry.name, entry.directory, entry.size) for entry in resolve(f"s3://{bucket}/data", config).entries()
    ] == [("a.csv", False, 1)]
    assert b"".join(resolve(f"s3://{bucket}/data/a.csv", config).read()) == b"a"


def test_different_content_is_not_overwritten(swift: Swift, bucket: str, tmp_path: Path) -> None:
    config = config_of(swift, bucket)
    (tmp_path / "a").write_text("one")
    stage_out(str(tmp_path), f"s3://{bucket}/out", config)
    stage_out(str(tmp_path), f"s3://{bucket}/out", config)
    (tmp_path / "a").write_text("two")
    with pytest.raises(StorageError, match="exists already with other content") as refusal:
        stage_out(str(tmp_path), f"s3://{bucket}/out", config)
    assert refusal.value.code is StorageErrorCode.EXISTS
    with pytest.raises(StorageError, match="exists already with other content"):
        write_file(f"s3://{bucket}/out", config, "a", b"two")
    assert swift.get(f"{bucket}/out/a") == b"one"


def test_what_is_missing_or_not_allowed_is_named(swift: Swift, bucket: str, tmp_path: Path) -> None:
    config = config_of(swift, bucket)
    with pytest.raises(StorageError, match=f"no such bucket .it has: {bucket}"):
        exists("s3://another/data", config)
    with pytest.raises(StorageError, match="does not exist") as missing:
        stage_in(f"s3://{bucket}/nothing", config, str(tmp_path))
    assert missing.value.is_not_found
    with pytest.raises(StorageError, match="the bucket nobody-made-it does not exist"):
        resolve("s3://nobody-made-it/out", config_of(swift)).check_writable()
    with pytest.raises(StorageError, match="is not a storage path"):
        exists(f"s3://{bucket}/data", StorageConfig())


def test_refused_credentials_are_told_without_the_key(swift: Swift, bucket: str, tmp_path: Path) -> None:
    swift.put(f"{bucket}/data/a.csv", "a")
    config = config_of(swift, bucket, secret="wrong-secret")
    with pytest.raises(StorageError) as refusal:
        stage_in(f"s3://{bucket}/data", config, str(tmp_path))
    assert refusal.value.code is StorageErrorCode.PERMISSION
    assert "wrong-secret" not in str(refusal.value)
    assert "wrong-secret" not in repr(config)


def test_a_filesystem_without_buckets_works_the_same(tmp_path: Path) -> None:
    """fsspec's own ``memory``: what is not S3 takes the same way."""
    (tmp_path / "made/sub").mkdir(parents=True)
    (tmp_path / "made/sub/a").write_bytes(os.urandom(100_000))
    config = StorageConfig(schemes={"memory": {}})
    stage_out(str(tmp_path / "made"), "memory://shelf/out", config)
    staged = stage_in("memory://shelf/out", config, str(tmp_path / "cache"))
    assert files(staged.path) == files(tmp_path / "made")


def test_files_are_found_by_name(swift: Swift, bucket: str) -> None:
    for name in ("events.1", "a/events.2", "a/b/events.3", "a/b/other"):
        swift.put(f"{bucket}/data/{name}", "x")
    place = resolve(f"s3://{bucket}/data", config_of(swift, bucket))
    assert [file.name for file in place.find(lambda name: "events" in name, 100)] == [
        "a/b/events.3",
        "a/events.2",
        "events.1",
    ]
    with pytest.raises(StorageError, match="holds more than 4 files and directories"):
        place.find(lambda name: "events" in name, 4)
    with pytest.raises(StorageError, match="does not exist"):
        resolve(f"s3://{bucket}/nothing", config_of(swift, bucket)).find(lambda _: True, 4)
