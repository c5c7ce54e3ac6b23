"""Secrets that have to be read again (passwords of registries, keys of endpoints) are encrypted before they are stored.

Fernet of ``cryptography``: authenticated, with the time inside. The keys lie in a file of the data directory, one a
line, the newest first: what is written uses the first, what is read may use any. ``key_rotation.py`` changes them.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from ..storage.lock import FileLock

KEY_FILE = "secret.keys"


class EncryptionError(Exception):
    """A secret cannot be read: its key is not in the key file any more."""


class Encryption:
    """Encrypts and decrypts with the keys of a file.

    Args:
        path: the key file; made with a first key, readable by its owner only, if there is none.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        if not self.keys():
            with self.locked(shared=False):
                if not self.keys():
                    self.replace_keys([Fernet.generate_key()])

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the keys as they are until what is encrypted with them is committed; a rotation waits for it."""
        with self.locked(shared=True):
            yield

    def encrypt(self, secret: str) -> str:
        """Encrypt with the newest key; within ``writing``, if it is for the store."""
        return self._opener().encrypt(secret.encode()).decode()

    def decrypt(self, stored: str) -> str:
        """Return the secret.

        Raises:
            EncryptionError: none of the keys fits.
        """
        try:
            return self._opener().decrypt(stored.encode()).decode()
        except InvalidToken:
            raise EncryptionError(
                f"a stored secret cannot be read with the keys in {self._path}; put the key it was written with back, "
                "or give the secret anew"
            ) from None

    def rotate(self, stored: str) -> str:
        """Return the same secret encrypted with the newest key.

        Raises:
            EncryptionError: none of the keys fits.
        """
        return self.encrypt(self.decrypt(stored))

    def keys(self) -> list[bytes]:
        """Return the keys, the newest first."""
        try:
            return self._path.read_bytes().split()
        except FileNotFoundError:
            return []

    def replace_keys(self, keys: list[bytes]) -> None:
        """Write the key file anew, all at once; within ``locked(shared=False)``."""
        descriptor, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=".key-")  # mode 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(b"\n".join(keys) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self._path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    @contextmanager
    def locked(self, *, shared: bool) -> Iterator[None]:
        """Keep others from changing the keys, or (not shared) from writing secrets too."""
        lock = FileLock(f"{self._path}.lock")
        try:
            lock.acquire(shared=shared)
            yield
        finally:
            lock.close()

    def _opener(self) -> MultiFernet:
        # Read each time: another process may have rotated them.
        found = self.keys()
        if not found:
            raise EncryptionError(f"there are no keys in {self._path}; put them back, or give the secrets anew")
        return MultiFernet([Fernet(key) for key in found])
