"""A new key for all secrets in the store, while backends run; the old ones are forgotten at the end."""

from __future__ import annotations

from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import select

from .database import Database
from .encryption import Encryption, EncryptionError
from .endpoint_tables import EndpointApiKeyRow
from .hub_tables import RegistryAccountRow

_TABLES: tuple[Any, ...] = (RegistryAccountRow, EndpointApiKeyRow)
"""Each has a column ``secret`` and a ``name``."""


def rotate_keys(database: Database, encryption: Encryption) -> int:
    """Encrypt every secret with a new key and forget the old ones; return how many there were.

    Safe to break off at any point: the new key is in the file before the first secret is encrypted with it, the old
    ones until the last one is.

    Raises:
        EncryptionError: a secret cannot be read with the keys there are; no key was forgotten.
    """
    with encryption.locked(shared=False):
        encryption.replace_keys([Fernet.generate_key(), *encryption.keys()])
        number = 0
        with database.session() as session:
            for table in _TABLES:
                for row in session.scalars(select(table).with_for_update()):
                    try:
                        row.secret = encryption.rotate(row.secret)
                    except EncryptionError as error:
                        raise EncryptionError(f"{row.name} of {table.__tablename__}: {error}") from None
                    number += 1
        encryption.replace_keys(encryption.keys()[:1])
    return number
