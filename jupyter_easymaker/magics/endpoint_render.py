"""How endpoints, their stages and their calls look in a cell."""

from __future__ import annotations

import html
import json
from typing import Any

from . import render
from .curves import spark


def stages_table(endpoint: dict[str, Any]) -> render.Shown:
    """Return an endpoint's stages with what they serve."""
    rows = [
        [
            stage["endpointStageName"],
            stage["endpointStageStatusCode"],
            _share(endpoint, stage),
            f"{stage['nodeCount']} x {stage['flavor']['name']}",
            pods(stage),
            ", ".join(model["model"]["modelName"] for model in stage["endpointModelList"]),
            f"https://{stage['apigwStageUrl']}",
        ]
        for stage in endpoint["endpointStageList"]
    ]
    columns = ["Stage", "Status", "Calls", "Instances", "Pods", "Models", "Address"]
    return render.table(columns, rows, empty="It has no stages.", statuses=1)


def _share(endpoint: dict[str, Any], stage: dict[str, Any]) -> str:
    if endpoint["trafficList"]:
        return f"{stage['weight']} %"
    return "default" if stage["isDefaultStage"] else ""


def pods(stage: dict[str, Any]) -> str:
    """Return how many pods answer, of how many."""
    return f"{stage['runningPodCount']} of {stage['podCount']}"


def endpoint_shown(endpoint: dict[str, Any]) -> render.Shown:
    """Return an endpoint with its stages, as it is watched."""
    status, name = endpoint["endpointStatusCode"], endpoint["endpointName"]
    address = f"https://{endpoint['defaultStageUrl']}"
    text = [f"{name}: {render.label(status)}, {address}"]
    markup = [
        f"<div><b>{html.escape(name)}</b> {render.chip(status)} <code>{html.escape(address)}</code></div>",
    ]
    for reason in filter(None, dict.fromkeys(_reasons(endpoint))):
        text.append(f"  {reason}")
        markup.append(f"<div>{html.escape(reason)}</div>")
    stages = stages_table(endpoint)
    return render.Shown("\n".join([*text, stages.text]), "".join([*markup, stages.markup]))


def _reasons(endpoint: dict[str, Any]) -> list[str]:
    found = [endpoint["endpointStatusReason"]]
    for stage in endpoint["endpointStageList"]:
        found.append(stage["endpointStageStatusReason"])
        for model in stage["endpointModelList"]:
            found.append(model["endpointModelStatusReason"])
            found += [pod.get("reason", "") for pod in model["podList"]]
    return found


def calls_table(statistics: dict[str, Any]) -> render.Shown:
    """Return a stage's calls by path, with their number over time."""
    if not statistics["available"]:
        return render.Shown(statistics["reason"], html.escape(statistics["reason"]))
    over_time = [[at, 0.0, point["callCount"]] for at, point in enumerate(statistics["pointList"])]
    rows = [
        [
            path["path"],
            "default" if path["byDefaultAddress"] else "stage",
            *_counts(path),
        ]
        for path in statistics["pathList"]
    ]
    total = ["All", "", *_counts(statistics["totals"])]
    columns = ["Path", "Address", "Calls", "2xx", "4xx", "5xx", "p50", "p99"]
    blank = render.Shown("", "")
    pictures = [spark([over_time]), *[blank] * len(rows)]
    if not statistics["totals"]["callCount"]:
        return render.table(columns, [], empty="Nobody has called it in this time.")
    return render.table(columns, [total, *rows], empty="", pictures=pictures)


def _counts(calls: dict[str, Any]) -> list[str]:
    return [
        f"{calls['callCount']:,}",
        f"{calls['success2xxCount']:,}",
        f"{calls['fail4xxCount']:,}",
        f"{calls['fail5xxCount']:,}",
        _milliseconds(calls["p50Milliseconds"]),
        _milliseconds(calls["p99Milliseconds"]),
    ]


def _milliseconds(value: float | None) -> str:
    return "" if value is None else f"{value:.3g} ms"


def answer_shown(answer: dict[str, Any]) -> render.Shown:
    """Return what a model answered, with its status and how long it took."""
    body = answer["body"]
    shown = body if isinstance(body, str) else json.dumps(body, indent=2, ensure_ascii=False)
    head = f"{answer['statusCode']}, {_milliseconds(answer['elapsedMilliseconds'])}"
    good = 200 <= answer["statusCode"] < 300
    chip = f"<span class='em-chip em-{'good' if good else 'bad'}'>{answer['statusCode']}</span>"
    markup = (
        f"<div>{chip} <span class='em-dim'>{_milliseconds(answer['elapsedMilliseconds'])} · "
        f"{html.escape(answer['url'])}</span></div><pre>{html.escape(shown)}</pre>"
    )
    return render.Shown(f"{head}\n{shown}", markup)


def snippet(url: str, example: Any, *, curl: bool, with_key: bool) -> str:
    """Return a program, or a command line, that calls a model."""
    if curl:
        body = json.dumps(example, ensure_ascii=False).replace("'", "'\\''")
        key = " -H 'X-Api-Key: YOUR-KEY'" if with_key else ""
        return f"curl -X POST {url} -H 'Content-Type: application/json'{key} \\\n  -d '{body}'"
    headers = ', headers={"X-Api-Key": "YOUR-KEY"}' if with_key else ""
    return (
        "import requests\n\n"
        f"answer = requests.post({url!r}, json={example!r}{headers})\n"
        "answer.raise_for_status()\n"
        "print(answer.json())"
    )
