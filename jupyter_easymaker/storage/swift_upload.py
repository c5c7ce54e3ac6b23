"""A local file to an object of a Swift: whole or not at all, in segments when it is large, over nothing different."""

from __future__ import annotations

import hashlib
import json
from typing import IO, Any

from swiftclient import client
from swiftclient.exceptions import ClientException

from .copying import Counter, in_parallel
from .swift_account import PATIENT, SwiftAccount
from .swift_download import CHUNK, slo_parts
from .swift_listing import SEGMENTS, objects
from .tree import File

_IN_MEMORY = 4 * 1024**2
_SEGMENT_THREADS = 4


class Exists(Exception):
    """Something different is there."""


class Uploads:
    """Uploads into one container.

    Args:
        there: the etags of objects that are known to be there, by name.
    """

    def __init__(self, account: SwiftAccount, container: str, there: dict[str, str]) -> None:
        self._account = account
        self._container = container
        self._there = there

    def put(self, file: File, name: str, counter: Counter) -> None:
        """Upload one file.

        Raises:
            Exists: something different is there.
            ClientException: the storage's refusal.
            OSError: the file cannot be read, or nothing answers.
        """
        if file.size > self._account.segment_bytes:
            self._put_large(file, name, counter)
        elif file.size <= _IN_MEMORY:
            with open(file.path, "rb") as opened:
                data = opened.read()
            self.put_bytes(data, name)
            counter.add(1, file.size)
        else:
            etag = _md5(file.path, 0, file.size)
            if not self._is_there(name, etag):
                self._put_range(file, 0, file.size, name, etag, counter, {"If-None-Match": "*"})
                counter.add(1, 0)
            else:
                counter.add(1, file.size)

    def put_bytes(self, data: bytes, name: str, content_type: str | None = None) -> bool:
        """Upload a small object; return False if it was there already."""
        etag = hashlib.md5(data, usedforsecurity=False).hexdigest()
        if self._is_there(name, etag):
            return False
        return self._put(name, data, etag, {"If-None-Match": "*"}, content_type=content_type)

    def _is_there(self, name: str, etag: str) -> bool:
        known = self._there.get(name)
        if known is None:
            return False
        if known != etag:
            raise Exists(name)
        return True

    def _put(self, name: str, contents: Any, etag: str, headers: dict[str, str], **options: Any) -> bool:
        """Send an object; return False if it is there already (which a lost answer to an earlier try may be)."""
        try:
            self._account.call(
                client.put_object,
                self._container,
                name,
                contents,
                etag=etag,
                headers=headers,
                tries=PATIENT,
                **options,
            )
        except ClientException as error:
            if error.http_status != 412:
                raise
            if self._head(name).get("etag", "").strip('"') != etag:
                raise Exists(name) from None
            return False
        return True

    def _put_range(
        self, file: File, start: int, length: int, name: str, etag: str, counter: Counter, headers: dict[str, str]
    ) -> None:
        with open(file.path, "rb") as opened:
            part = _Part(opened, start, length, counter)

            def send(url: str, token: str, *arguments: Any, **options: Any) -> Any:
                part.rewind()
                return client.put_object(url, token, *arguments, **options)

            try:
                self._account.call(
                    send,
                    self._container,
                    name,
                    part,
                    content_length=length,
                    etag=etag,
                    headers=headers,
                    tries=PATIENT,
                )
            except ClientException as error:
                if error.http_status != 412:
                    raise
                if self._head(name).get("etag", "").strip('"') != etag:
                    raise Exists(name) from None
            part.count_all()

    def _put_large(self, file: File, name: str, counter: Counter) -> None:
        """Upload segments, those that an interrupted upload has left out, then the manifest that makes them one."""
        size = self._account.segment_bytes
        ranges = [(start, min(size, file.size - start)) for start in range(0, file.size, size)]
        headers = self._head(name)
        if headers:
            if not self._has_same_segments(file, name, headers):
                raise Exists(name)
            counter.add(1, file.size)
            return
        prefix = f"{SEGMENTS}{hashlib.sha256(name.encode()).hexdigest()[:32]}/"
        there = {line["name"] for line in objects(self._account, self._container, prefix, tries=PATIENT)}
        etags: dict[int, str] = {}

        def put_segment(part: tuple[int, int]) -> None:
            start, length = part
            etag = etags[start] = _md5(file.path, start, length)
            segment = f"{prefix}{etag}-{length}"
            if segment in there:
                counter.add(0, length)
            else:
                self._put_range(file, start, length, segment, etag, counter, {})

        in_parallel(ranges, put_segment, _SEGMENT_THREADS)
        manifest = [
            {
                "path": f"/{self._container}/{prefix}{etags[start]}-{length}",
                "etag": etags[start],
                "size_bytes": length,
            }
            for start, length in ranges
        ]
        whole = hashlib.md5("".join(etags[start] for start, _ in ranges).encode(), usedforsecurity=False).hexdigest()
        self._put(
            name,
            json.dumps(manifest).encode(),
            whole,
            {"If-None-Match": "*"},
            query_string="multipart-manifest=put",
        )
        counter.add(1, 0)

    def _has_same_segments(self, file: File, name: str, headers: dict[str, str]) -> bool:
        """Compare with what is there, in its segments' sizes."""
        if int(headers["content-length"]) != file.size:
            return False
        if not headers.get("x-static-large-object"):
            return headers.get("etag", "").strip('"') == _md5(file.path, 0, file.size)
        start = 0
        parts = slo_parts(self._account, self._container, name)
        for length, etag in parts:
            if _md5(file.path, start, length) != etag:
                return False
            start += length
        return bool(parts)

    def _head(self, name: str) -> dict[str, str]:
        """Return an object's headers; empty if it is not there."""
        try:
            headers: dict[str, str] = self._account.call(client.head_object, self._container, name, tries=PATIENT)
        except ClientException as error:
            if error.http_status != 404:
                raise
            return {}
        return headers


class _Part:
    """A range of a file as swiftclient reads it, which counts every byte once however often it is sent."""

    def __init__(self, file: IO[bytes], start: int, length: int, counter: Counter) -> None:
        self._file = file
        self._start = start
        self._length = length
        self._counter = counter
        self._sent = 0
        self._counted = 0

    def rewind(self) -> None:
        self._file.seek(self._start)
        self._sent = 0

    def read(self, size: int = -1) -> bytes:
        left = self._length - self._sent
        data = self._file.read(left if size < 0 else min(size, left))
        self._sent += len(data)
        if self._sent - self._counted >= CHUNK:
            self._count(self._sent)
        return data

    def tell(self) -> int:
        return self._sent

    def seek(self, position: int) -> None:
        self._file.seek(self._start + position)
        self._sent = position

    def count_all(self) -> None:
        self._count(self._length)

    def _count(self, to: int) -> None:
        if to > self._counted:
            self._counter.add(0, to - self._counted)
            self._counted = to


def _md5(path: str, start: int, length: int) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with open(path, "rb") as file:
        file.seek(start)
        while length and (data := file.read(min(CHUNK, length))):
            digest.update(data)
            length -= len(data)
    return digest.hexdigest()
