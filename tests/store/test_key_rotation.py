"""New keys for the secrets in the store, at any time."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from jupyter_easymaker.resources.registry_account import RegistryAccountCreate
from jupyter_easymaker.store import registry_accounts
from jupyter_easymaker.store.database import Database
from jupyter_easymaker.store.encryption import Encryption, EncryptionError
from jupyter_easymaker.store.hub_tables import RegistryAccountRow
from jupyter_easymaker.store.key_rotation import rotate_keys


@pytest.fixture
def encryption(tmp_path: Path) -> Encryption:
    (tmp_path / "keys").mkdir()
    return Encryption(tmp_path / "keys/secret-keys")


def add(database: Database, encryption: Encryption, name: str, password: str) -> None:
    spec = RegistryAccountCreate(registry_account_name=name, login_id="me", password=SecretStr(password))
    with encryption.writing(), database.session() as session:
        registry_accounts.insert(session, encryption, appkey="p", spec=spec, created_by="me")


def passwords(database: Database, encryption: Encryption) -> dict[str, str]:
    with database.reading() as session:
        return {row.name: encryption.decrypt(row.secret) for row in session.scalars(select(RegistryAccountRow))}


def test_password_is_encrypted_and_its_key_is_its_owners(
    database: Database, encryption: Encryption, tmp_path: Path
) -> None:
    add(database, encryption, "a", "swordfish")
    with database.reading() as session:
        assert "swordfish" not in session.scalars(select(RegistryAccountRow.secret)).one()
    assert passwords(database, encryption) == {"a": "swordfish"}
    assert (tmp_path / "keys/secret-keys").stat().st_mode & 0o777 == 0o600


def test_keys_are_rotated_while_accounts_are_added(database: Database, encryption: Encryption, tmp_path: Path) -> None:
    add(database, encryption, "first", "one")
    before = (tmp_path / "keys/secret-keys").read_bytes()

    def add_many() -> None:
        for number in range(10):
            add(database, encryption, f"n{number}", f"p{number}")

    adding = threading.Thread(target=add_many)
    adding.start()
    for _ in range(3):
        rotate_keys(database, encryption)
    adding.join()
    after = (tmp_path / "keys/secret-keys").read_bytes()
    assert (len(after.split()), after == before) == (1, False)
    expected = {"first": "one", **{f"n{number}": f"p{number}" for number in range(10)}}
    assert passwords(database, encryption) == expected


def test_rotation_that_breaks_off_loses_nothing(
    database: Database, encryption: Encryption, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(database, encryption, "a", "swordfish")
    write, calls = encryption.replace_keys, []

    def power_cut(keys: list[bytes]) -> None:
        calls.append(len(keys))
        if len(calls) == 2:  # before the old keys are forgotten
            raise KeyboardInterrupt
        write(keys)

    monkeypatch.setattr(encryption, "replace_keys", power_cut)
    with pytest.raises(KeyboardInterrupt):
        rotate_keys(database, encryption)
    monkeypatch.undo()
    assert passwords(database, encryption) == {"a": "swordfish"}
    assert rotate_keys(database, encryption) == 1
    assert passwords(database, encryption) == {"a": "swordfish"}


def test_lost_key_is_said_and_keeps_rotation_from_forgetting(
    database: Database, encryption: Encryption, tmp_path: Path
) -> None:
    add(database, encryption, "a", "swordfish")
    (tmp_path / "keys/secret-keys").unlink()  # and nothing in its place
    with pytest.raises(EncryptionError, match="give the secrets anew"):
        passwords(database, encryption)
    with pytest.raises(EncryptionError, match="a of registry_accounts"):
        rotate_keys(database, encryption)
