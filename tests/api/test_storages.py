"""Browsing storages and moving single files, through the backend people start."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.conftest import RunningBackend


def put(backend: RunningBackend, uri: str, data: bytes) -> httpx.Response:
    return backend.request("PUT", "storages/files", params={"uri": uri}, content=data)


def entries(backend: RunningBackend, uri: str, **more: int) -> dict:
    return backend.get("storages/entries", params={"uri": uri, **more})


def test_storages_are_listed_with_what_can_be_done(backend: RunningBackend) -> None:
    answer = backend.get("storages")
    kinds = {storage["kind"]: storage for storage in answer["storageList"]}
    assert kinds["nas"] == {"uri": "nas://local:/", "kind": "nas", "title": "NAS local", "writable": True}
    assert kinds["file"]["uri"] == f"file://{Path.home().resolve()}/"
    assert answer["systemAccount"] is None


def test_directories_are_browsed_up_and_down(backend: RunningBackend) -> None:
    for name in ("b.txt", "a.txt", "sub/c.txt"):
        assert put(backend, f"nas://local:/browse/{name}", b"123").status_code == 200
    answer = entries(backend, "nas://local:/browse")
    assert [(each["name"], each["uri"], each["directory"], each["size"]) for each in answer["entryList"]] == [
        ("sub", "nas://local:/browse/sub", True, None),
        ("a.txt", "nas://local:/browse/a.txt", False, 3),
        ("b.txt", "nas://local:/browse/b.txt", False, 3),
    ]
    assert answer["parentUri"] == "nas://local:/"
    assert entries(backend, "nas://local:/browse/sub/")["parentUri"] == "nas://local:/browse"
    assert entries(backend, "nas://local:/")["parentUri"] is None
    page = entries(backend, "nas://local:/browse", offset=1, limit=1)
    assert ([each["name"] for each in page["entryList"]], page["totalCount"]) == (["a.txt"], 3)


def test_a_file_goes_up_and_down_and_is_not_overwritten(backend: RunningBackend) -> None:
    data = bytes(range(256)) * 20_000  # more than any JSON body may have
    uri = "nas://local:/files/한글 a.bin"
    answer = put(backend, uri, data)
    assert answer.json()["file"] == {"uri": uri, "size": len(data)}
    assert put(backend, uri, data).status_code == 200
    refused = put(backend, uri, b"other")
    assert refused.status_code == 409
    assert "exists already with other content" in refused.json()["header"]["resultMessage"]
    got = backend.request("GET", "storages/files", params={"uri": uri})
    assert got.content == data
    assert got.headers["content-disposition"].startswith("attachment")
    assert not list((backend.data_dir / "uploads").iterdir())


@pytest.mark.parametrize(
    ("uri", "status", "said"),
    [
        ("nas://local:/nowhere", 400, "does not exist"),
        ("nas://other:/x", 400, "no NAS other (it has: local)"),
        ("nas://local:/../x", 400, "write the path without"),
        ("file:///etc", 400, "lies outside of what file:// may reach"),
        ("s3://bucket/x", 400, "is not a storage path"),
    ],
)
def test_what_cannot_be_browsed_is_named(backend: RunningBackend, uri: str, status: int, said: str) -> None:
    for path in ("storages/entries", "storages/files"):
        refused = backend.request("GET", path, params={"uri": uri})
        assert refused.status_code == status
        assert said in refused.json()["header"]["resultMessage"]


def test_a_directory_is_no_file_and_a_file_no_directory(backend: RunningBackend) -> None:
    put(backend, "nas://local:/kinds/file", b"")
    assert backend.request("GET", "storages/files", params={"uri": "nas://local:/kinds"}).status_code == 400
    assert backend.request("GET", "storages/entries", params={"uri": "nas://local:/kinds/file"}).status_code == 400
    assert put(backend, "nas://local:/kinds/", b"").status_code == 400
    assert put(backend, "nas://local:/kinds/file/below", b"").status_code == 409


def test_without_an_object_storage_the_sdk_is_told_so(backend: RunningBackend) -> None:
    answer = httpx.get(
        f"{backend.url}/token/v1.0/appkeys/default/groups/None/iaas-token",
        headers={"X-EasyMaker-Token": backend.token},
        timeout=30,
    )
    assert answer.status_code == 404
    assert "no OpenStack Swift" in answer.json()["header"]["resultMessage"]
