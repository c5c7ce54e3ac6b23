"""``%easymaker notebook``: notebooks of the hub, from a cell of another one."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from IPython.display import display

from ..client.client import EasyMakerClient
from ..client.errors import ClientError
from ..resources.notebook import NotebookCreate
from . import render
from .editing import add_edit, edit
from .lookup import choose, find
from .parsing import Parser, help_of, listing, named, pair
from .settings_options import named_as_options

_ASKED = {
    "start": "is being started.",
    "stop": "is being stopped; its data storage stays.",
    "reboot": "is being stopped and started again.",
}


def add_to(commands: Any) -> None:
    """Add the commands of notebooks."""
    notebook = commands.add_parser("notebook", help="Notebooks: list, show, create, start, stop, reboot, delete ...")
    actions = notebook.add_subparsers(dest="action", parser_class=Parser)
    listing(actions.add_parser("list", help="The newest notebooks.")).add_argument(
        "--status", help="Only those with this status, such as ACTIVE."
    )
    named(actions.add_parser("show", help="One notebook, with its start-up scripts and environments while it runs."))
    create = actions.add_parser("create", help="Make one and start it.")
    create.add_argument("name", help=help_of(NotebookCreate, "notebook_name"))
    create.add_argument("--image", help=help_of(NotebookCreate, "image_id") + " Without it: the first there is.")
    create.add_argument("--instance", required=True, help=help_of(NotebookCreate, "flavor_id"))
    create.add_argument("--boot", type=int, metavar="GB", help=help_of(NotebookCreate, "boot_storage_size"))
    create.add_argument("--data", type=int, metavar="GB", help=help_of(NotebookCreate, "data_storage_size"))
    create.add_argument(
        "--nas", type=pair, action="append", default=[], metavar="DIRECTORY=nas://ID:/PATH", help="Mount a directory."
    )
    create.add_argument("--description", default="")
    create.add_argument("--tag", type=pair, action="append", default=[], metavar="KEY=VALUE")
    for action, help_ in (
        ("start", "Start a stopped one."),
        ("stop", "Stop it: its data storage stays, its boot storage does not."),
        ("reboot", "Stop it and start it again."),
    ):
        named(actions.add_parser(action, help=help_))
    resize = named(actions.add_parser("resize", help="Give a stopped one another instance type."))
    resize.add_argument("--instance", required=True, help="Which, of the same core type.")
    add_edit(actions, pair)
    named(actions.add_parser("delete", help="Delete it with its storages; a NAS stays."), confirm=True)


def notebook_list(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    statuses = options.status.upper() if options.status else None
    found = client.get(
        "notebooks", page=1, limit=options.limit, search=options.search, notebookStatusCodeList=statuses
    )["notebookList"]
    rows = [
        [
            each["notebookName"],
            each["notebookStatusCode"],
            each["notebookHealthCode"] or "",
            each["owner"],
            each["flavor"]["name"],
            render.moment(each["createdDatetime"]),
        ]
        for each in found
    ]
    empty = "No notebooks here. Make one with %easymaker notebook create NAME --instance TYPE."
    display(
        render.table(["Name", "Status", "Health", "Owner", "Instance type", "Created"], rows, empty=empty, statuses=1)
    )


def notebook_show(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    one = find(client, "notebook", options.target)
    health = f" ({one['notebookHealthCode']})" if one["notebookHealthCode"] else ""
    notice = one["upgradeNotice"] or {}
    inside = client.get(f"notebooks/{one['notebookId']}/inside")["inside"] if one["openable"] else {}
    scripts = [
        f"{each['name']}: {render.label(each['state']).lower()}" + (f" ({each['reason']})" if each["reason"] else "")
        for each in inside.get("scriptList", [])
    ]
    display(
        render.fields(
            one["notebookName"],
            {
                "Status": render.label(one["notebookStatusCode"]) + health,
                "Reason": one["notebookStatusReason"],
                "Notice": notice.get("reason"),
                "Until": render.moment(notice["expiresDatetime"]) if notice.get("expiresDatetime") else None,
                "Description": one["description"],
                "Owner": one["owner"],
                "Open": one["notebookAccessUri"],
                "Image": one["image"]["imageName"],
                "Instance type": one["flavor"]["name"],
                "Boot storage": f"{one['bootStorage']['storageSize']} GB",
                "Data storage": ", ".join(f"{each['storageSize']} GB" for each in one["dataStorageList"]),
                "NAS": ", ".join(f"{each['mountDirectoryName']}: {each['nasUri']}" for each in one["nasList"]),
                "Start-up scripts": "; ".join(scripts),
                "Environments": ", ".join(each["name"] for each in inside.get("environmentList", [])),
                "Notes": "; ".join(each["text"] for each in inside.get("noteList", [])),
                "Tags": ", ".join(f"{tag['tagKey']}={tag['tagValue']}" for tag in one["tagList"]),
                "Created": render.moment(one["createdDatetime"]),
                "Id": one["notebookId"],
            },
        )
    )


def notebook_create(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    images = client.get("images", groupTypeCodeList="NOTEBOOK")["imageList"]
    if not images:
        raise ClientError("There are no notebook images here: notebooks need a JupyterHub.")
    image = choose(images, options.image, "imageId", "imageName", "image") if options.image else images[0]
    flavor = choose(client.get("flavors")["flavorList"], options.instance, "id", "name", "instance type")
    body = {
        "notebookName": options.name,
        "description": options.description,
        "imageId": image["imageId"],
        "flavorId": flavor["id"],
        "bootStorageSize": options.boot,
        "dataStorageSize": options.data,
        "nasList": [{"mountDirectoryName": name, "nasUri": uri} for name, uri in options.nas],
        "tagList": [{"tagKey": key, "tagValue": value} for key, value in options.tag],
    }
    with named_as_options():
        made: dict[str, Any] = client.post("notebooks", body)["notebook"]
    print(f"{options.name} is on its way. See it with   %easymaker notebook show {options.name}")  # noqa: T201
    return made


def _ask(action: str) -> Callable[..., Any]:
    def run(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
        one = find(client, "notebook", options.target)
        client.put(f"notebooks/{one['notebookId']}/{action}")
        print(f"{one['notebookName']} {_ASKED[action]}")  # noqa: T201

    return run


def notebook_resize(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    one = find(client, "notebook", options.target)
    flavor = choose(client.get("flavors")["flavorList"], options.instance, "id", "name", "instance type")
    changed: dict[str, Any] = client.put(f"notebooks/{one['notebookId']}/flavor", {"flavorId": flavor["id"]})[
        "notebook"
    ]
    print(f"{one['notebookName']} starts with {flavor['name']} from now on.")  # noqa: T201
    return changed


def notebook_delete(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    one = find(client, "notebook", options.target)
    name = one["notebookName"]
    question = f"Delete the notebook {name} and all that is in its storages? This cannot be undone. [y/N] "
    if not options.yes and input(question).strip().lower() != "y":
        print("Nothing was deleted.")  # noqa: T201
        return
    client.delete(f"notebooks/{one['notebookId']}")
    print(f"{name} is being deleted.")  # noqa: T201


COMMANDS: dict[tuple[str, str | None], Callable[..., Any]] = {
    ("notebook", "list"): notebook_list,
    ("notebook", "show"): notebook_show,
    ("notebook", "create"): notebook_create,
    ("notebook", "resize"): notebook_resize,
    ("notebook", "edit"): edit("notebook"),
    ("notebook", "delete"): notebook_delete,
    **{("notebook", action): _ask(action) for action in _ASKED},
}
