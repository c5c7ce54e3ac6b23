"""What a URI may reach, and every way out of a storage that must stay closed."""

from __future__ import annotations

import os
import string
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_easymaker.storage.access import exists, is_dir, resolve, stat_tree, write_file
from jupyter_easymaker.storage.config import StorageConfig
from jupyter_easymaker.storage.uri import StorageError, StorageErrorCode, is_path, parse

from .conftest import fill


def test_uris_lead_to_their_directories(root: Path, config: StorageConfig) -> None:
    expected = {
        "nas://local:/data/a b.csv": "nas/data/a b.csv",
        "nas://local:/": "nas",
        "nas://local:/data/": "nas/data",
        "obs://api.example.com/bucket/data/x": "obs/bucket/data/x",
        "obs://api.example.com/bucket": "obs/bucket",
        "obs://api.example.com/v1/AUTH_abc/bucket/x": "tenant/bucket/x",
        "obs://api.example.com/v1/AUTH_abcd/x": "obs/v1/AUTH_abcd/x",
        f"file://{root}/home/me/한글.txt": "home/me/한글.txt",
    }
    assert {uri: resolve(uri, config).path for uri in expected} == {
        uri: str(root / path) for uri, path in expected.items()
    }


@pytest.mark.parametrize(
    "uri",
    [
        "nas://local:/../secret",
        "nas://local:/data/../../secret",
        "nas://local:/data/./x",
        "nas://local:/%2e%2e/secret",
        "nas://local:/%252E%252e/secret",
        "nas://local:/data%2f..%2f..%2fsecret",
        "nas://local://etc/passwd",
        "nas://local:/data//x",
        "nas://local:/..\\secret",
        "nas://local:/x\0y",
        "nas://local:/x%00y",
        "nas://local:/x\ny",
        "nas://local:/\ud800",
        "nas://..:/secret",
        "nas://lo/cal:/x",
        "nas://:/x",
        "nas://local/x",
        "nas:/local/x",
        "obs://api.example.com/../other/secret",
        "obs://api.example.com/..",
        "obs://api.example.com/.",
        "obs://api.example.com/bucket/../other/secret",
        "obs://api.example.com/",
        "obs://api.example.com",
        "obs://api.example.com/v1/AUTH_abc",
        "obs:///bucket/x",
        "obs://user@api.example.com/bucket/x",
        "file://host/etc/passwd",
        "file://etc/passwd",
        "/etc/passwd",
        "s3://bucket/x",
        "NAS://local:/x",
        "",
    ],
)
def test_path_tricks_are_refused_with_what_would_be_accepted(uri: str, config: StorageConfig) -> None:
    with pytest.raises(StorageError) as refusal:
        resolve(uri, config)
    assert refusal.value.code is StorageErrorCode.INVALID
    text = str(refusal.value)
    accepted = ("use nas://", "use obs://", "use file://", "remove it", "write the path", "separate directories")
    assert any(words in text for words in accepted)


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("nas://backup:/x", "no NAS backup (it has: local)"),
        ("obs://other.example.com/bucket/x", "no such object storage (it has: api.example.com"),
    ],
)
def test_storages_the_project_does_not_have_are_named(uri: str, said: str, config: StorageConfig) -> None:
    with pytest.raises(StorageError) as refusal:
        resolve(uri, config)
    assert refusal.value.code is StorageErrorCode.NOT_CONFIGURED
    assert said in str(refusal.value)


def test_file_uris_stay_below_their_roots(root: Path, config: StorageConfig) -> None:
    with pytest.raises(StorageError) as refusal:
        resolve(f"file://{root}/secret", config)
    assert refusal.value.code is StorageErrorCode.PERMISSION
    with pytest.raises(StorageError, match="not allowed in this project"):
        resolve(f"file://{root}/home/me", StorageConfig())
    with pytest.raises(StorageError):
        resolve(f"file://{root}/homestead", config)


def test_links_out_of_a_storage_are_refused(root: Path, config: StorageConfig) -> None:
    (root / "nas/out").symlink_to(root)
    (root / "nas/file").symlink_to(root / "secret")
    (root / "obs/bucket/across").symlink_to(root / "obs/other")
    (root / "obs/away").symlink_to(root)
    (root / "home/up").symlink_to(root)
    for uri in (
        "nas://local:/out/secret",
        "nas://local:/out",
        "nas://local:/file",
        "obs://api.example.com/bucket/across/secret",
        "obs://api.example.com/away/secret",
        f"file://{root}/home/up/secret",
    ):
        with pytest.raises(StorageError):
            resolve(uri, config)
        with pytest.raises(StorageError):
            exists(uri, config)


def test_links_that_stay_inside_are_followed(root: Path, config: StorageConfig) -> None:
    fill(root / "nas/data")
    (root / "nas/latest").symlink_to("data")
    assert [file.name for file in stat_tree("nas://local:/latest", config)] == [
        "0.csv",
        "1.csv",
        "2.csv",
        "sub/deep.txt",
    ]


@pytest.mark.parametrize("target", ["../../secret", "/etc/passwd", "nothing", "."])
def test_a_bad_link_inside_a_directory_is_named(target: str, root: Path, config: StorageConfig) -> None:
    (root / "nas/data/link").symlink_to(target)
    with pytest.raises(StorageError, match="link is a link"):
        stat_tree("nas://local:/data", config)


def test_pipes_are_refused_instead_of_waited_for(root: Path, config: StorageConfig) -> None:
    os.mkfifo(root / "nas/data/pipe")
    with pytest.raises(StorageError, match="pipe is neither a file nor a directory"):
        stat_tree("nas://local:/data", config)


def test_looking_at_what_is_not_there(root: Path, config: StorageConfig) -> None:
    assert not exists("nas://local:/data/iris", config)
    assert exists("nas://local:/data", config)
    assert is_dir("nas://local:/data", config)
    with pytest.raises(StorageError, match=r"^nas://local:/data/iris does not exist") as refusal:
        stat_tree("nas://local:/data/iris", config)
    assert refusal.value.is_not_found
    assert not exists("nas://local:/" + "x" * 300, config)


def test_written_files_appear_and_are_not_overwritten(root: Path, config: StorageConfig) -> None:
    write_file("nas://local:/new/dir", config, "a/b.txt", b"1")
    write_file("nas://local:/new/dir", config, "a/b.txt", b"1")
    with pytest.raises(StorageError) as refusal:
        write_file("nas://local:/new/dir", config, "a/b.txt", b"2")
    assert refusal.value.code is StorageErrorCode.EXISTS
    assert [path.name for path in (root / "nas/new/dir/a").iterdir()] == ["b.txt"]
    assert (root / "nas/new/dir/a/b.txt").read_bytes() == b"1"


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "", "a//b", "a\\b", "%2e%2e/x"])
def test_written_names_cannot_leave_their_directory(name: str, root: Path, config: StorageConfig) -> None:
    before = sorted(root.rglob("*"))
    with pytest.raises(StorageError):
        write_file("nas://local:/data", config, name, b"x")
    assert sorted(root.rglob("*")) == before


def test_names_of_objects_are_told_from_paths_that_mean_another_place() -> None:
    assert is_path("a/한글 b.txt")
    for name in ("../x", "/x", "a/../x", "", "a//b", "a\\b", "%2e%2e/x", "a/", "x\0y", "x\ny"):
        assert not is_path(name), name


def test_files_are_found_by_name_and_links_are_not_followed(root: Path, config: StorageConfig) -> None:
    fill(root / "nas/data")
    (root / "nas/data/link.txt").symlink_to(root / "nas/data/sub/deep.txt")
    (root / "nas/data/out").symlink_to(root / "obs")
    place = resolve("nas://local:/data", config)
    (found,) = place.find(lambda name: name.endswith(".txt") or name == "secret", 100)
    assert (found.name, found.path, found.size) == ("sub/deep.txt", str(root / "nas/data/sub/deep.txt"), 4)
    with pytest.raises(StorageError, match="holds more than 4 files and directories"):
        place.find(str.isupper, 4)
    with pytest.raises(StorageError, match="does not exist"):
        resolve("nas://local:/nothing", config).find(str.isupper, 4)


def test_writing_through_a_link_out_is_refused(root: Path, config: StorageConfig) -> None:
    (root / "nas/data/out").symlink_to(root / "home")
    with pytest.raises(StorageError, match="leads out of its storage"):
        write_file("nas://local:/data", config, "out/x", b"x")
    assert list((root / "home").iterdir()) == [root / "home/me"]


def test_a_storage_that_is_not_mounted_is_not_written_beside(root: Path) -> None:
    config = StorageConfig(nas={"gone": str(root / "mnt/gone")})
    with pytest.raises(StorageError, match="is it mounted") as refusal:
        write_file("nas://gone:/x", config, "a", b"1")
    assert refusal.value.code is StorageErrorCode.NOT_CONFIGURED
    assert not (root / "mnt").exists()


def test_a_new_container_is_made_when_written_to(root: Path, config: StorageConfig) -> None:
    write_file("obs://api.example.com/fresh/dir", config, "a", b"1")
    assert (root / "obs/fresh/dir/a").read_bytes() == b"1"


@settings(max_examples=300, deadline=None)
@given(
    scheme=st.sampled_from(["nas://local:/", "obs://api.example.com/", "file:///"]),
    path=st.text(alphabet=st.sampled_from(string.ascii_letters + "./\\%2eEfF50 \0~:한"), max_size=30),
)
def test_whatever_is_accepted_stays_inside(scheme: str, path: str) -> None:
    config = StorageConfig(nas={"local": "/srv/nas"}, obs={"api.example.com": "/srv/obs"}, file_roots=("/srv/home",))
    try:
        location = resolve(scheme + path, config)
    except StorageError:
        return
    assert location.path == os.path.normpath(location.path)
    assert f"{location.path}/".startswith(("/srv/nas/", "/srv/obs/", "/srv/home/"))
    assert parse(scheme + path).path == path.removesuffix("/")


def test_importing_the_storage_stays_cheap() -> None:
    code = (
        "import sys, jupyter_easymaker.storage.access, jupyter_easymaker.runner.run\n"
        "heavy = {'fsspec', 'pathlib', 'asyncio', 'concurrent.futures', 'tempfile', 'urllib.parse', 'pydantic', "
        "'importlib.metadata', 'logging'}\n"
        "print(*sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
