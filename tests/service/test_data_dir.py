"""The data directory: its lock, its token, its announcement."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from jupyter_easymaker.service.data_dir import DataDir, DataDirLock, write_private


def test_token_is_made_once_and_only_its_owner_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EASYMAKER_TOKEN", raising=False)
    data_dir = DataDir(tmp_path / "data")
    token = data_dir.token()
    assert len(token) >= 32
    assert data_dir.token() == token
    assert stat.S_IMODE((data_dir.path / "token").stat().st_mode) == 0o600
    assert stat.S_IMODE(data_dir.path.stat().st_mode) == 0o700


def test_token_from_the_environment_replaces_the_kept_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data_dir = DataDir(tmp_path)
    monkeypatch.setenv("EASYMAKER_TOKEN", "given")
    assert data_dir.token() == "given"
    assert (tmp_path / "token").read_text().strip() == "given"


def test_lock_is_held_by_one_and_free_after_release(tmp_path: Path) -> None:
    data_dir = DataDir(tmp_path)
    with DataDirLock(data_dir) as first:
        assert first.acquire()
        with DataDirLock(data_dir) as second:
            assert not second.acquire()
    with DataDirLock(data_dir) as third:
        assert third.acquire()


def test_half_written_announcement_counts_as_none(tmp_path: Path) -> None:
    data_dir = DataDir(tmp_path)
    (tmp_path / "backend.json").write_text('{"url": ')
    assert data_dir.announced() is None
    data_dir.announce("http://127.0.0.1:1", "1.0")
    assert data_dir.announced() is not None
    data_dir.withdraw()
    assert data_dir.announced() is None


def test_failed_write_keeps_the_old_file_and_leaves_no_other(tmp_path: Path) -> None:
    target = tmp_path / "token"
    write_private(target, "old")
    with pytest.raises(TypeError):
        write_private(target, None)  # type: ignore[arg-type]
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]
