"""Secrets that have to be read again (passwords of registries, keys of endpoints) are encrypted before they are stored.

Fernet of ``cryptography``: authenticated, with the time inside. The keys lie in a file of the data directory, one a
line, the newest first: what is written uses the first, what is read may use any, so a key is rotated by putting a new
one before it and re-encrypting at leisure.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class EncryptionError(Exception):
    """A secret cannot be read: its key is not in the key file any more."""


class Encryption:
    """Encrypts and decrypts with the keys of a file.

    Args:
        path: the key file; made with a first key, readable by its owner only, if there is none.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        if not path.exists():
            _write_new(path, Fernet.generate_key() + b"\n")
        self._keys = MultiFernet([Fernet(line) for line in path.read_bytes().split()])

    def encrypt(self, secret: str) -> str:
        return self._keys.encrypt(secret.encode()).decode()

    def decrypt(self, stored: str) -> str:
        """Return the secret.

        Raises:
            EncryptionError: none of the keys fits.
        """
        try:
            return self._keys.decrypt(stored.encode()).decode()
        except InvalidToken:
            raise EncryptionError(
                f"a stored secret cannot be read with the keys in {self._path}; put the key it was written with back"
            ) from None

    def rotate(self, stored: str) -> str:
        """Return the same secret encrypted with the newest key.

        Raises:
            EncryptionError: none of the keys fits.
        """
        return self.encrypt(self.decrypt(stored))


def _write_new(path: Path, content: bytes) -> None:
    """Make a file all at once, unless another process was faster."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".key-")  # mode 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)  # fails where the file is there by now
        except FileExistsError:
            return
    finally:
        Path(temporary).unlink()
