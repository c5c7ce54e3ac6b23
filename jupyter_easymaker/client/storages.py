"""Storages from a notebook: what there is, files and directories up and down. Methods of the client."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_CHUNK = 1 << 20
_PAGE = 1000
_PARTIAL = ".easymaker-partial"


class Storages:
    """Mixed into ``EasyMakerClient``, which has ``get``, ``_call`` and ``_pieces``."""

    get: Any
    _call: Any
    _pieces: Any

    def storages(self) -> dict[str, Any]:
        """Return ``storageList`` and the ``systemAccount`` to grant access to (None: there is none)."""
        found: dict[str, Any] = self.get("storages")
        return found

    def entries(self, uri: str) -> Iterator[dict[str, Any]]:
        """Yield what a directory holds, directories first: ``name``, ``uri``, ``directory``, ``size`` ..."""
        offset = 0
        while True:
            page = self.get("storages/entries", uri=uri, offset=offset, limit=_PAGE)
            yield from page["entryList"]
            offset += len(page["entryList"])
            if offset >= page["totalCount"] or not page["entryList"]:
                return

    def upload(self, path: str | Path, uri: str) -> list[str]:
        """Send a file, or all files of a directory, into the directory ``uri``; return the URIs of what is there now.

        The same content may be there already; what differs is never overwritten.

        Raises:
            FileNotFoundError: there is no such file or directory here.
        """
        source, base = Path(path).expanduser(), uri.rstrip("/")
        if source.is_dir():
            files = {f"{base}/{each.relative_to(source).as_posix()}": each for each in sorted(source.rglob("*"))}
        else:
            files = {f"{base}/{source.name}": source}
        sent = []
        for target, file in files.items():
            if file.is_dir():
                continue
            with file.open("rb") as opened:
                size = os.fstat(opened.fileno()).st_size
                headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
                pieces = iter(lambda opened=opened: opened.read(_CHUNK), b"")  # type: ignore[misc]
                self._call("PUT", "storages/files", params={"uri": target}, content=pieces, headers=headers)
            sent.append(target)
        return sent

    def fetch(self, uri: str, directory: str | Path = ".") -> list[Path]:
        """Fetch a file, or all files of a directory, into a directory here; return their paths.

        Raises:
            FileExistsError: a file is there already; nothing is overwritten.
        """
        target = Path(directory).expanduser()
        entry = self.get("storages/entry", uri=uri)["entry"]
        if not entry["directory"]:
            return [self._fetch_file(uri, target / entry["name"])]
        return list(self._fetch_directory(uri, target))

    def _fetch_directory(self, uri: str, target: Path) -> Iterator[Path]:
        for entry in self.entries(uri):
            if entry["directory"]:
                yield from self._fetch_directory(entry["uri"], target / entry["name"])
            else:
                yield self._fetch_file(entry["uri"], target / entry["name"])

    def _fetch_file(self, uri: str, target: Path) -> Path:
        if target.exists():
            raise FileExistsError(f"{target} exists already; move it away, or fetch into another directory.")
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(target.name + _PARTIAL)
        with part.open("wb") as file:
            for piece in self._pieces("storages/files", _CHUNK, uri=uri):
                file.write(piece)
        part.replace(target)
        return target
