"""What lies in a container of a Swift: pages of ten thousand names, large objects told from their segments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from swiftclient import client

from .copying import in_parallel
from .swift_account import PATIENT, SwiftAccount
from .swift_login import BRIEF
from .tree import File, Tree
from .uri import StorageError, check_path, is_path

PAGE = 10_000
"""The most a Swift gives at once by default; one that gives less is asked on."""
SEGMENTS = ".easymaker-segments/"
"""At the top of a container: the segments of large objects we uploaded."""
_EMPTY = "d41d8cd98f00b204e9800998ecf8427e"
_MODE = 0o644


def objects(
    account: SwiftAccount, container: str, prefix: str, *, tries: int, delimiter: str = "", limit: int | None = None
) -> Iterator[dict[str, Any]]:
    """Return a listing line by line, asking for page after page."""
    marker = ""
    while True:
        _, page = account.call(
            client.get_container,
            container,
            marker=marker,
            prefix=prefix,
            delimiter=delimiter,
            limit=limit or PAGE,
            tries=tries,
        )
        yield from page
        if not page or limit:
            return
        marker = page[-1].get("name") or page[-1]["subdir"]


def list_tree(account: SwiftAccount, container: str, path: str, exclude: frozenset[str]) -> Tree:
    """Return what is below a directory; empty if there is nothing."""
    prefix = f"{path}/" if path else ""
    tree = Tree([], [], [], [])
    directories: set[str] = set()
    found: dict[str, File] = {}
    excluded: set[str] = set()
    for line in objects(account, container, prefix, tries=PATIENT):
        name = line["name"][len(prefix) :]
        if not name or line["name"].startswith(SEGMENTS):
            continue
        is_directory = is_marker(line)
        try:
            check_path(name, name)
        except StorageError as error:
            tree.problems.append(f"the object {error.message}")
            continue
        parts = name.rstrip("/").split("/")
        left_out = next((index for index, part in enumerate(parts) if part in exclude), None)
        if left_out is not None:
            excluded.add("/".join(parts[: left_out + 1]))
            continue
        above = len(parts) if is_directory else len(parts) - 1
        directories.update("/".join(parts[:depth]) for depth in range(1, above + 1))
        if not is_directory:
            found[name] = file_of(name, line)
    _take_large_objects_apart(account, container, prefix, found, directories)
    tree.files.extend(found[name] for name in sorted(found))
    tree.directories.extend(sorted(directories))
    tree.excluded.extend(sorted(excluded))
    for name in sorted(directories & set(found)):
        tree.problems.append(f"{name} is both an object and a directory of objects; rename one")
    return tree


def find(
    account: SwiftAccount, container: str, path: str, wanted: Callable[[str], bool], look_at: int
) -> list[File] | None:
    """Return the objects below a directory whose own name is wanted; None: there are more than ``look_at``."""
    prefix = f"{path}/" if path else ""
    found: list[File] = []
    for seen, line in enumerate(objects(account, container, prefix, tries=BRIEF)):
        if seen >= look_at:
            return None
        name = line["name"][len(prefix) :]
        if line["name"].startswith(SEGMENTS) or is_marker(line) or not wanted(name.rpartition("/")[2]):
            continue
        if is_path(name):
            found.append(file_of(name, line))
    return found


def _take_large_objects_apart(
    account: SwiftAccount, container: str, prefix: str, found: dict[str, File], directories: set[str]
) -> None:
    """Give dynamic large objects, listed as empty, their size; leave out segments that lie among the files."""
    empty = [file for file in found.values() if file.size == 0]
    large: list[tuple[str, str]] = []

    def look(file: File) -> None:
        headers = account.call(client.head_object, container, file.path, tries=PATIENT)
        if manifest := headers.get("x-object-manifest"):
            found[file.name] = file_from_headers(file.name, file.path, headers)
            large.append((file.name, unquote(manifest)))

    in_parallel(empty, look, threads=8)
    for name, manifest in large:
        where, _, start = manifest.partition("/")
        if where != container or not start.startswith(prefix):
            continue
        start = start[len(prefix) :]
        for other in [other for other in found if other.startswith(start) and other != name]:
            del found[other]
        if not any(other.startswith(f"{name}/") for other in found):
            directories.discard(name)


def is_marker(line: dict[str, Any]) -> bool:
    """Tell whether a line stands for a directory."""
    name: str = line["name"]
    return name.endswith("/") or str(line.get("content_type")).startswith("application/directory")


def file_of(name: str, line: dict[str, Any]) -> File:
    etag = line.get("slo_etag") or line["hash"]
    return File(name, line["name"], line["bytes"], round(modified(line) * 1e9), _MODE, etag.strip('"'))


def file_from_headers(name: str, path: str, headers: dict[str, str]) -> File:
    seconds = float(headers.get("x-timestamp") or 0)
    return File(
        name, path, int(headers["content-length"]), round(seconds * 1e9), _MODE, headers.get("etag", _EMPTY).strip('"')
    )


def modified(line: dict[str, Any]) -> float:
    return datetime.fromisoformat(line["last_modified"]).replace(tzinfo=UTC).timestamp()
