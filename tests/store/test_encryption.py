"""Secrets at rest: unreadable without the key file, readable through a rotation."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from jupyter_easymaker.store.encryption import Encryption, EncryptionError


def test_secret_comes_back_and_is_not_in_what_is_stored(tmp_path: Path) -> None:
    encryption = Encryption(tmp_path / "keys")
    stored = encryption.encrypt("hunter2")
    assert "hunter2" not in stored
    assert Encryption(tmp_path / "keys").decrypt(stored) == "hunter2"


def test_only_the_owner_may_read_the_key_file(tmp_path: Path) -> None:
    Encryption(tmp_path / "keys")
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o600


def test_old_secrets_are_readable_after_a_new_key_and_can_be_rotated_to_it(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    stored = Encryption(path).encrypt("hunter2")
    old = path.read_bytes()
    new = Fernet.generate_key() + b"\n"
    path.write_bytes(new + old)
    rotated = Encryption(path).rotate(stored)
    path.write_bytes(new)
    assert Encryption(path).decrypt(rotated) == "hunter2"
    with pytest.raises(EncryptionError, match="put the key"):
        Encryption(path).decrypt(stored)
