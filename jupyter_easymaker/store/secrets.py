"""Passwords we have to know again are kept encrypted. The keys lie in a file beside the data, not in the database.

The file holds one key a line, the newest first: it encrypts, all of them decrypt.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import select

from ..storage.lock import FileLock
from .database import Database
from .hub_tables import RegistryAccountRow

KEY_FILE = "secret-keys"


class SecretLost(Exception):
    """No key there is opens it."""


class Secrets:
    """Encrypts and decrypts with the keys of a file, made at first use.

    Args:
        path: of the file; only its owner may read it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the keys as they are until what is encrypted with them is written down."""
        if not self._read():
            with self._locked(shared=False):
                if not self._read():
                    self._write([Fernet.generate_key()])
        with self._locked(shared=True):
            yield

    def encrypt(self, text: str) -> str:
        """Return a text encrypted with the newest key; only within ``writing``."""
        return self._keys().encrypt(text.encode()).decode()

    def decrypt(self, secret: str) -> str:
        """Return the text.

        Raises:
            SecretLost: the key it was encrypted with is gone.
        """
        try:
            return self._keys().decrypt(secret.encode()).decode()
        except InvalidToken:
            raise SecretLost(f"the key it was encrypted with is not in {self._path}; give the password anew") from None

    def rotate(self, database: Database) -> int:
        """Encrypt everything with a new key and forget the old ones; return how many passwords there were.

        Safe to break off at any point and to do while backends run: the new key is there before the first password
        is encrypted with it, the old ones until the last one is.

        Raises:
            SecretLost: a password cannot be read with the keys there are; nothing was forgotten.
        """
        with self._locked(shared=False):
            self._write([Fernet.generate_key(), *self._read()])
            with database.session() as session:
                rows = list(session.scalars(select(RegistryAccountRow).with_for_update()))
                for row in rows:
                    try:
                        row.secret = self._keys().rotate(row.secret.encode()).decode()
                    except InvalidToken:
                        raise SecretLost(
                            f"the password of the registry account {row.name} of the project {row.appkey} cannot be "
                            f"read with the keys in {self._path}; give it anew or delete the account, then try again"
                        ) from None
            self._write(self._read()[:1])
        return len(rows)

    def _keys(self) -> MultiFernet:
        # Read each time: another process may have rotated them.
        found = self._read()
        if not found:
            raise SecretLost(f"there are no keys in {self._path}; give the password anew")
        return MultiFernet([Fernet(key) for key in found])

    @contextmanager
    def _locked(self, *, shared: bool) -> Iterator[None]:
        lock = FileLock(f"{self._path}.lock")
        try:
            lock.acquire(shared=shared)
            yield
        finally:
            lock.close()

    def _read(self) -> list[bytes]:
        try:
            return self._path.read_bytes().split()
        except FileNotFoundError:
            return []

    def _write(self, keys: list[bytes]) -> None:
        descriptor, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")  # mode 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(b"\n".join(keys) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self._path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
