"""Passwords at rest: encrypted, with keys that can be changed at any time."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from jupyter_easymaker.resources.registry_account import RegistryAccountCreate
from jupyter_easymaker.store import registry_accounts
from jupyter_easymaker.store.database import Database
from jupyter_easymaker.store.hub_tables import RegistryAccountRow
from jupyter_easymaker.store.secrets import SecretLost, Secrets


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    return Secrets(tmp_path / "keys/secret-keys")


def add(database: Database, secrets: Secrets, name: str, password: str) -> None:
    spec = RegistryAccountCreate(registry_account_name=name, login_id="me", password=SecretStr(password))
    with secrets.writing(), database.session() as session:
        registry_accounts.insert(session, secrets, appkey="p", spec=spec, created_by="me")


def passwords(database: Database, secrets: Secrets) -> dict[str, str]:
    with database.reading() as session:
        return {row.name: secrets.decrypt(row.secret) for row in session.scalars(select(RegistryAccountRow))}


def test_password_is_encrypted_and_its_key_is_its_owners(database: Database, secrets: Secrets, tmp_path: Path) -> None:
    add(database, secrets, "a", "swordfish")
    with database.reading() as session:
        assert "swordfish" not in session.scalars(select(RegistryAccountRow.secret)).one()
    assert passwords(database, secrets) == {"a": "swordfish"}
    assert (tmp_path / "keys/secret-keys").stat().st_mode & 0o777 == 0o600


def test_keys_are_rotated_while_accounts_are_added(database: Database, secrets: Secrets, tmp_path: Path) -> None:
    add(database, secrets, "first", "one")
    before = (tmp_path / "keys/secret-keys").read_bytes()

    def add_many() -> None:
        for number in range(10):
            add(database, secrets, f"n{number}", f"p{number}")

    adding = threading.Thread(target=add_many)
    adding.start()
    for _ in range(3):
        secrets.rotate(database)
    adding.join()
    after = (tmp_path / "keys/secret-keys").read_bytes()
    assert (len(after.split()), after == before) == (1, False)
    expected = {"first": "one", **{f"n{number}": f"p{number}" for number in range(10)}}
    assert passwords(database, secrets) == expected


def test_rotation_that_breaks_off_loses_nothing(
    database: Database, secrets: Secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(database, secrets, "a", "swordfish")
    write, calls = secrets._write, []

    def power_cut(keys: list[bytes]) -> None:
        calls.append(len(keys))
        if len(calls) == 2:  # before the old keys are forgotten
            raise KeyboardInterrupt
        write(keys)

    monkeypatch.setattr(secrets, "_write", power_cut)
    with pytest.raises(KeyboardInterrupt):
        secrets.rotate(database)
    monkeypatch.undo()
    assert passwords(database, secrets) == {"a": "swordfish"}
    assert secrets.rotate(database) == 1
    assert passwords(database, secrets) == {"a": "swordfish"}


def test_lost_key_is_said_and_keeps_rotation_from_forgetting(
    database: Database, secrets: Secrets, tmp_path: Path
) -> None:
    add(database, secrets, "a", "swordfish")
    (tmp_path / "keys/secret-keys").unlink()
    with pytest.raises(SecretLost, match="give the password anew"):
        passwords(database, secrets)
    with pytest.raises(SecretLost, match="registry account a"):
        secrets.rotate(database)
