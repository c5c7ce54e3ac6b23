"""One object of a Swift to a local file: gone on with after a break, checked against the storage's checksums."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator
from typing import Any

from swiftclient import client

from .copying import Counter
from .failures import human_bytes
from .place import PARTIAL
from .swift_account import PATIENT, SwiftAccount
from .swift_login import BROKEN, pause
from .tree import File
from .uri import StorageError, StorageErrorCode

CHUNK = 1024**2


class Checksum:
    """Compares bytes that pass with MD5 sums of the parts they are made of.

    Args:
        parts: bytes and MD5 sum of each; no sum: it cannot be checked.
    """

    def __init__(self, parts: list[tuple[int, str | None]]) -> None:
        self._parts = iter(parts)
        self._left = 0
        self._expected: str | None = None
        self._digest = hashlib.md5(usedforsecurity=False)
        self.wrong = False
        self._next()

    def update(self, data: memoryview) -> None:
        while data and not self.wrong:
            piece = data[: self._left] if self._left else data
            if self._expected is not None:
                self._digest.update(piece)
            self._left -= len(piece)
            data = data[len(piece) :]
            if self._left <= 0:
                self._end_part()

    def _end_part(self) -> None:
        if self._expected is not None and self._digest.hexdigest() != self._expected:
            self.wrong = True
        self._next()

    def _next(self) -> None:
        self._left, self._expected = next(self._parts, (0, None))
        self._digest = hashlib.md5(usedforsecurity=False)


class Download:
    """The download of one object.

    Args:
        uri: for messages.
    """

    def __init__(self, account: SwiftAccount, container: str, file: File, uri: str) -> None:
        self._account = account
        self._container = container
        self._file = file
        self._uri = uri
        self._parts: list[tuple[int, str | None]] | None = None

    def to(self, target: str, mode: int, counter: Counter) -> None:
        """Download to ``target``, by way of ``target`` + PARTIAL; what is there of it is kept."""
        file = self._file
        if os.path.exists(target):
            counter.add(1, file.size)  # it was finished before the copy was interrupted
            return
        part = target + PARTIAL
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT, mode | 0o600)
        try:
            if file.size:
                self._fill(descriptor, counter)
            os.utime(descriptor, ns=(file.mtime_ns, file.mtime_ns))
            os.fchmod(descriptor, stat.S_IMODE(os.fstat(descriptor).st_mode) & mode)
        finally:
            os.close(descriptor)
        os.rename(part, target)
        counter.add(1, 0)

    def _fill(self, descriptor: int, counter: Counter) -> None:
        done = min(os.fstat(descriptor).st_size, self._file.size)
        kept = done
        counter.add(0, kept)
        attempt = 0
        checksum: Checksum | None = None
        while True:
            before = done
            try:
                headers, body = self._open(done)
                if checksum is None:
                    checksum = self._checksum(headers, descriptor, done)
                for data in body:
                    _write(descriptor, data, done)
                    checksum.update(memoryview(data))
                    done += len(data)
                    counter.add(0, len(data))
            except BROKEN:
                if done == before and attempt + 1 >= PATIENT:
                    raise
            except BaseException:
                self._account.forget_connection()  # with the rest of the body in it
                raise
            if done >= self._file.size:
                break
            self._account.forget_connection()
            attempt = 0 if done > before else attempt + 1
            pause(attempt)
        if done > self._file.size:
            raise self._changed()
        if checksum is None or checksum.wrong:
            os.ftruncate(descriptor, 0)
            if kept:  # by a machine that crashed before it had written all, perhaps
                counter.add(0, -done)
                self._fill(descriptor, counter)
                return
            raise StorageError(
                StorageErrorCode.FAILED, f"{self._uri} arrived with another checksum than it was stored with; run again"
            )

    def _open(self, start: int) -> tuple[dict[str, str], Iterator[bytes]]:
        """Ask for the object from a byte on."""
        headers = {"Range": f"bytes={start}-"} if start else {}
        if start == self._file.size:  # it is all there, only not checked
            return self._account.call(client.head_object, self._container, self._file.path, tries=PATIENT), iter(())
        answer, body = self._account.call(
            client.get_object,
            self._container,
            self._file.path,
            resp_chunk_size=CHUNK,
            headers=headers,
            tries=PATIENT,
        )
        if answer.get("etag", "").strip('"') != self._file.etag or (start and "content-range" not in answer):
            raise self._changed()
        return answer, body

    def _changed(self) -> StorageError:
        return StorageError(
            StorageErrorCode.FAILED,
            f"{self._uri} changed while it was copied (it had {human_bytes(self._file.size)}); run again when nothing "
            "writes to it",
        )

    def _checksum(self, headers: dict[str, str], descriptor: int, done: int) -> Checksum:
        """Return the checksum of all, having passed what was there already."""
        if headers.get("x-static-large-object"):
            parts = slo_parts(self._account, self._container, self._file.path)
        elif headers.get("x-object-manifest"):
            parts = [(self._file.size, None)]
        else:
            parts = [(self._file.size, self._file.etag)]
        checksum = Checksum(parts)
        for offset in range(0, done, CHUNK):
            checksum.update(memoryview(os.pread(descriptor, min(CHUNK, done - offset), offset)))
        return checksum


def slo_parts(account: SwiftAccount, container: str, name: str) -> list[tuple[int, str | None]]:
    """Return size and MD5 sum of a static large object's segments; nothing if they are not all whole plain objects."""
    _, body = account.call(client.get_object, container, name, query_string="multipart-manifest=get", tries=PATIENT)
    segments = json.loads(body)
    if any(segment.get("sub_slo") or segment.get("range") or "data" in segment for segment in segments):
        return []
    return [(int(segment["bytes"]), segment["hash"]) for segment in segments]


def _write(descriptor: int, data: bytes, offset: int) -> None:
    view: Any = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        offset += written
        view = view[written:]
