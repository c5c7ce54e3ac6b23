"""``%easymaker logs``: one search over the logs of all trainings, batch inferences and endpoints."""

from __future__ import annotations

import argparse

from IPython.display import display

from ..client.client import EasyMakerClient
from . import render


def search_logs(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    """Show the newest lines that match, in the order they were printed."""
    parameters = {"query": " ".join(options.query), "from": options.since, "to": options.until, "size": options.limit}
    answer = client.get("logs", **parameters)
    rows = [
        [
            render.moment(line["time"]),
            line["trainingName"] or line["batchInferenceName"] or line["endpointName"],
            str(line["node"]),
            line["logLevel"],
            line["body"],
        ]
        for line in reversed(answer["logList"])
    ]
    empty = "No line matches. Only logs of what was started with log management (--log) are searched."
    display(render.table(["Time", "Of", "Node", "Level", "Line"], rows, empty=empty))
    if answer["nextCursor"]:
        print("There are older lines too: narrow the search, or raise --limit.")  # noqa: T201
