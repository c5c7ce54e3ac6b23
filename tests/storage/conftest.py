"""Storages in a directory: a NAS, an object storage with two containers, and a home, with secrets beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_easymaker.storage.config import StorageConfig


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("nas/data", "obs/bucket/data", "obs/other", "tenant/bucket", "home/me"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "obs/other/secret").write_text("secret")
    return tmp_path


@pytest.fixture
def config(root: Path) -> StorageConfig:
    return StorageConfig(
        nas={"local": str(root / "nas")},
        obs={"https://api.example.com/": str(root / "obs"), "api.example.com/v1/AUTH_abc": str(root / "tenant")},
        file_roots=(str(root / "home"),),
    )


def fill(directory: Path, files: int = 3) -> Path:
    """Put some files into a directory, one of them in an own one, and an empty directory."""
    for index in range(files):
        (directory / f"{index}.csv").write_text(f"content {index}")
    (directory / "sub").mkdir()
    (directory / "sub/deep.txt").write_text("deep")
    (directory / "empty").mkdir()
    return directory
