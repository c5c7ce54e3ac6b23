"""Outputs arrive whole, overwrite nothing, and a repeated upload finishes what a killed one began."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_easymaker.storage import copying
from jupyter_easymaker.storage.access import stage_out
from jupyter_easymaker.storage.config import StorageConfig
from jupyter_easymaker.storage.uri import StorageError, StorageErrorCode

from .conftest import fill

OUT = "nas://local:/out/run-1"


@pytest.fixture
def made(root: Path) -> Path:
    directory = root / "made"
    directory.mkdir()
    return fill(directory)


def names(directory: Path) -> list[str]:
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*"))


def test_a_directory_is_uploaded_with_its_empty_directories(root: Path, made: Path, config: StorageConfig) -> None:
    seen: list[tuple[int, ...]] = []
    assert stage_out(str(made), OUT, config, lambda *numbers: seen.append(numbers)) == 4
    assert names(root / "nas/out/run-1") == names(made)
    assert seen[-1][:2] == (4, 4)
    assert seen[-1][2] == seen[-1][3]


def test_uploading_again_changes_nothing(root: Path, made: Path, config: StorageConfig) -> None:
    stage_out(str(made), OUT, config)
    before = {path: path.stat().st_ino for path in (root / "nas/out/run-1").rglob("*")}
    assert stage_out(str(made), OUT, config) == 4
    assert {path: path.stat().st_ino for path in (root / "nas/out/run-1").rglob("*")} == before


def test_different_content_is_not_overwritten(root: Path, made: Path, config: StorageConfig) -> None:
    stage_out(str(made), OUT, config)
    (made / "0.csv").write_text("Content 0")  # as long as before
    with pytest.raises(StorageError, match=r"nas://local:/out/run-1/0\.csv exists already") as refusal:
        stage_out(str(made), OUT, config)
    assert refusal.value.code is StorageErrorCode.EXISTS
    assert (root / "nas/out/run-1/0.csv").read_text() == "content 0"
    assert names(root / "nas/out/run-1") == names(made)


def test_a_directory_in_place_of_a_file_is_not_overwritten(root: Path, made: Path, config: StorageConfig) -> None:
    (root / "nas/out/run-1/0.csv").mkdir(parents=True)
    with pytest.raises(StorageError) as refusal:
        stage_out(str(made), OUT, config)
    assert refusal.value.code is StorageErrorCode.EXISTS


UPLOAD = """
import os, sys
from jupyter_easymaker.storage.access import stage_out
from jupyter_easymaker.storage.config import StorageConfig
def progress(files, total, done, size):
    if files == 1 and done > 11:  # in the middle of the second file
        os.kill(os.getpid(), 9)
stage_out(sys.argv[1], "nas://local:/out/run-1", StorageConfig(nas={"local": sys.argv[2]}), progress)
"""


def test_an_upload_killed_in_the_middle_is_finished_by_the_next(root: Path, made: Path, config: StorageConfig) -> None:
    killed = subprocess.run([sys.executable, "-c", UPLOAD, str(made), str(root / "nas")], check=False)
    assert killed.returncode == -9
    left = names(root / "nas/out/run-1")
    assert any(name.endswith(".part") for name in left)
    assert "1.csv" not in left
    stage_out(str(made), OUT, config)
    assert names(root / "nas/out/run-1") == names(made)


def test_links_are_uploaded_as_what_they_point_to(root: Path, made: Path, config: StorageConfig) -> None:
    (made / "latest").symlink_to("0.csv")
    (root / "elsewhere").mkdir()
    (root / "elsewhere/weights").write_text("w")
    (made / "linked").symlink_to(root / "elsewhere")
    stage_out(str(made), OUT, config)
    there = root / "nas/out/run-1"
    assert (there / "latest").read_text() == "content 0"
    assert not (there / "latest").is_symlink()
    assert (there / "linked/weights").read_text() == "w"


def test_what_cannot_be_uploaded_does_not_keep_the_rest_from_it(root: Path, made: Path, config: StorageConfig) -> None:
    (made / "broken").symlink_to("nowhere")
    os.mkfifo(made / "pipe")
    with pytest.raises(StorageError, match=r"broken is a link .*; pipe is neither"):
        stage_out(str(made), OUT, config)
    assert (root / "nas/out/run-1/sub/deep.txt").exists()


def test_an_upload_through_a_link_out_is_refused(root: Path, made: Path, config: StorageConfig) -> None:
    (root / "nas/out/run-1").mkdir(parents=True)
    (root / "nas/out/run-1/sub").symlink_to(root / "home")
    with pytest.raises(StorageError, match="leads out of its storage"):
        stage_out(str(made), OUT, config)
    assert names(root / "home") == ["me"]


def test_an_empty_directory_makes_nothing(root: Path, config: StorageConfig) -> None:
    (root / "made").mkdir()
    assert stage_out(str(root / "made"), OUT, config) == 0
    assert not (root / "nas/out").exists()


def test_a_full_disk_is_told_and_leaves_no_half_file(
    root: Path, made: Path, config: StorageConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(copying.os, "copy_file_range", full)
    with pytest.raises(StorageError, match="No space is left in the storage of nas://local:/out/run-1") as refusal:
        stage_out(str(made), OUT, config)
    assert refusal.value.code is StorageErrorCode.FULL
    assert names(root / "nas/out/run-1") == ["empty", "sub"]


def test_storages_without_kernel_copies_and_hard_links_work(
    root: Path, made: Path, config: StorageConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> int:
        raise OSError(errno.EOPNOTSUPP, "not supported")

    monkeypatch.setattr(copying.os, "copy_file_range", refused)
    monkeypatch.setattr(copying.os, "link", refused)
    stage_out(str(made), OUT, config)
    stage_out(str(made), OUT, config)
    assert names(root / "nas/out/run-1") == names(made)
    (made / "0.csv").write_text("else")
    with pytest.raises(StorageError, match="exists already"):
        stage_out(str(made), OUT, config)
