"""``%easymaker files``: what the project's storages hold, and files or whole directories up and down."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from itertools import islice
from typing import Any

from IPython.display import display

from ..client.client import EasyMakerClient
from ..client.errors import ClientError
from . import render


def add_to(commands: Any, parser_class: type[argparse.ArgumentParser]) -> None:
    """Add this module's actions to the magic's command line."""
    files = commands.add_parser("files", help="Files in storages: list, put, get.")
    actions = files.add_subparsers(dest="action", parser_class=parser_class)
    listing = actions.add_parser("list", help="What a directory holds; without one, which storages there are.")
    listing.add_argument("uri", metavar="URI", nargs="?")
    listing.add_argument("--limit", type=int, default=200, help="How many.")
    put = actions.add_parser("put", help="Send files or directories of this machine; nothing is overwritten.")
    put.add_argument("paths", metavar="PATH", nargs="+")
    put.add_argument("uri", metavar="URI", help="The directory they are put into; made when there is none.")
    get = actions.add_parser("get", help="Fetch a file, or all a directory holds; nothing is overwritten.")
    get.add_argument("uri", metavar="URI")
    get.add_argument("directory", metavar="DIRECTORY", nargs="?", default=".", help="Where to. Default: here.")


def list_files(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    if options.uri is None:
        _list_storages(client)
        return
    found = list(islice(client.entries(options.uri), options.limit + 1))
    rows = [
        [
            each["name"] + ("/" if each["directory"] else ""),
            "" if each["size"] is None else render.size(each["size"]),
            render.moment(each["modifiedDatetime"]),
        ]
        for each in found[: options.limit]
    ]
    display(render.table(["Name", "Size", "Changed"], rows, empty=f"{options.uri} is empty."))
    if len(found) > options.limit:
        print("There are more; raise --limit.")  # noqa: T201


def _list_storages(client: EasyMakerClient) -> None:
    answer = client.storages()
    rows = [[each["uri"], each["title"], "" if each["writable"] else "read only"] for each in answer["storageList"]]
    display(render.table(["Path", "Storage", ""], rows, empty="This project has no storages."))
    if account := answer["systemAccount"]:
        print(  # noqa: T201
            f"EasyMaker reads and writes your containers as tenant {account['tenantId']}, user {account['userId']}: "
            "grant it access to them."
        )


def put(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    for path in options.paths:
        try:
            sent = client.upload(path, options.uri)
        except OSError as error:
            raise ClientError(f"{path} cannot be read: {error.strerror or error}.") from error
        print(f"{path}: {len(sent)} {'file' if len(sent) == 1 else 'files'} in {options.uri}")  # noqa: T201


def get(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    try:
        fetched = client.fetch(options.uri, options.directory)
    except OSError as error:
        raise ClientError(f"{options.directory} cannot be written to: {error.strerror or error}") from error
    what = "file" if len(fetched) == 1 else "files"
    print(f"{len(fetched)} {what} in {options.directory}")  # noqa: T201


COMMANDS: dict[tuple[str, str | None], Callable[[EasyMakerClient, argparse.Namespace, str | None], Any]] = {
    ("files", "list"): list_files,
    ("files", "put"): put,
    ("files", "get"): get,
}
