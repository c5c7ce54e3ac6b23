"""Uploaded code: kept once under its content's name, and no archive writes anywhere else."""

from __future__ import annotations

import io
import random
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from jupyter_easymaker.resources import limits
from jupyter_easymaker.service.backend import Backend

Entries = list[tuple[str | zipfile.ZipInfo, bytes]]


@pytest.fixture
def service(shared_service: Backend) -> Backend:
    return shared_service


def archive(entries: Entries, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", compression) as target:
        for name, content in entries:
            target.writestr(name, content)
    return data.getvalue()


def upload(client: TestClient, data: bytes) -> Any:
    return client.post("sources", content=data, headers={"Content-Type": "application/zip"})


def link(name: str, target: bytes) -> tuple[zipfile.ZipInfo, bytes]:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry, target


def written(service: Backend) -> set[Path]:
    return {path for path in service.data_dir.parent.rglob("*") if "nas" in path.parts and path.is_file()}


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_current", limits.Limits(upload_bytes=100_000))


def test_directories_are_kept_and_the_content_names_the_place(client: TestClient, service: Backend) -> None:
    entries: Entries = [("train.py", b"print(1)"), ("pkg/", b""), ("pkg/deep/mod.py", b"x = 1")]
    first = upload(client, archive(entries)).json()
    stored = upload(client, archive(list(reversed(entries)), zipfile.ZIP_STORED)).json()
    other = upload(client, archive([("train.py", b"print(2)"), *entries[1:]])).json()
    assert first["files"] == 2
    assert first["sourceDirUri"] == stored["sourceDirUri"] != other["sourceDirUri"]
    directory = service.data_dir / "nas/local" / first["sourceDirUri"].removeprefix("nas://local:/")
    assert (directory / "pkg/deep/mod.py").read_bytes() == b"x = 1"


@pytest.mark.parametrize(
    "entries",
    [
        [("../evil.py", b"x")],
        [("a/../../evil.py", b"x")],
        [("/evil.py", b"x")],
        [("a\\..\\evil.py", b"x")],
        [("C:\\evil.py", b"x")],
        [("a/\x01evil.py", b"x")],
        [("x" * 300 + "evil.py", b"x")],
        [("a", b"x"), ("a/evil.py", b"x")],
        [("evil.py", b"x"), ("./evil.py", b"y")],
        [link("evil.py", b"/etc/passwd")],
        [link("a", b"/tmp"), ("a/evil.py", b"x")],
        [],
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_archive_with_tricks_is_refused_and_writes_nothing(
    client: TestClient, service: Backend, entries: Entries
) -> None:
    before = written(service)
    answer = upload(client, archive(entries))
    assert answer.status_code == 400, answer.text
    assert answer.json()["header"]["isSuccessful"] is False
    assert written(service) == before


def test_small_archive_of_a_large_content_is_refused(client: TestClient, service: Backend, small_limit: None) -> None:
    before = written(service)
    bomb = archive([(f"zeros-{number}.bin", b"\0" * 60_000) for number in range(2)])
    assert len(bomb) < 10_000
    answer = upload(client, bomb)
    assert (answer.status_code, "unpacks to more than" in answer.text) == (400, True)
    assert written(service) == before


def test_upload_larger_than_accepted_is_refused_with_413(client: TestClient, small_limit: None) -> None:
    assert upload(client, b"x" * 100_001).status_code == 413


def test_damaged_archives_never_fail_the_backend(client: TestClient) -> None:
    whole = archive([("train.py", b"print('hello')" * 50), ("pkg/a.py", b"x = 1")])
    chance = random.Random(7)
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        answer = upload(client, bytes(damaged[: chance.randint(20, len(damaged))]))
        assert answer.status_code in (200, 400), (answer.text, bytes(damaged))
