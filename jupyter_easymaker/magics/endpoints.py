"""Endpoints from a cell: ``%easymaker deploy``, ``%easymaker predict`` and ``%easymaker endpoint``."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from IPython import get_ipython
from IPython.display import display

from ..client.client import EasyMakerClient
from ..client.endpoints import settled
from ..client.errors import ClientError
from . import endpoint_render, render
from .ending import Command, delete
from .endpoint_body import endpoint_body, request_of, resource_body, stage_body
from .live import show_live
from .lookup import find, newest
from .settings_options import named_as_options

_KIND = "endpoint"
_REDRAW_SECONDS = 0.5


def deploy(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    with named_as_options():
        if options.stage:
            if not options.name:
                raise ClientError("Say to which endpoint the stage is added: --name ENDPOINT")
            endpoint = find(client, _KIND, options.name)
            client.create_stage(stage_body(client, options, endpoint))
            endpoint = client.endpoint(endpoint["endpointId"])
        else:
            endpoint = client.create_endpoint(endpoint_body(client, options))
    if not options.no_wait:
        return _watch(client, endpoint)
    name = endpoint["endpointName"]
    print(f"{name} is on its way. See it with   %easymaker endpoint watch {name}")  # noqa: T201
    return endpoint


def _watch(client: EasyMakerClient, endpoint: dict[str, Any]) -> dict[str, Any]:
    """Show an endpoint until all of its stages serve or have failed; return it as it is then."""
    current = endpoint

    def look() -> tuple[render.Shown, bool]:
        nonlocal current
        current = client.endpoint(endpoint["endpointId"])
        return endpoint_render.endpoint_shown(current), settled(current)

    show_live(look, "endpoint", endpoint["endpointName"], _REDRAW_SECONDS, end="delete")
    return current


def endpoint_watch(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    return _watch(client, find(client, _KIND, options.target))


def endpoint_list(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    options.experiment = None
    rows = [
        [
            each["endpointName"],
            each["endpointStatusCode"],
            str(len(each["endpointStageList"])),
            f"https://{each['defaultStageUrl']}",
            render.moment(each["createdDatetime"]),
        ]
        for each in newest(client, _KIND, options)
    ]
    empty = "No endpoints yet. Serve a model with %easymaker deploy MODEL."
    display(render.table(["Name", "Status", "Stages", "Address", "Created"], rows, empty=empty, statuses=1))


def endpoint_show(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    endpoint = client.endpoint(find(client, _KIND, options.target)["endpointId"])
    display(
        render.fields(
            endpoint["endpointName"],
            {
                "Status": render.label(endpoint["endpointStatusCode"]),
                "Reason": endpoint["endpointStatusReason"],
                "Description": endpoint["description"],
                "Address": f"https://{endpoint['defaultStageUrl']}",
                "Gateway": render.label(endpoint["apigwStatusCode"]),
                "API key": "needed" if endpoint["useApiKey"] else "not needed",
                "Tags": render.pairs(endpoint["tagList"], "tagKey", "tagValue"),
                "Created": render.moment(endpoint["createdDatetime"]),
                "Id": endpoint["endpointId"],
            },
        )
    )
    display(endpoint_render.stages_table(endpoint))


def predict(client: EasyMakerClient, options: argparse.Namespace, cell: str | None) -> dict[str, Any]:
    _, _, resource = _parts(client, options)
    answer = client.predict(resource["endpointModelId"], request_of(_data(options.data, cell)))
    display(endpoint_render.answer_shown(answer))
    return answer


def _data(given: str | None, cell: str | None) -> Any:
    """Return what a model is to be sent: the cell, a variable of the notebook, or JSON that was typed."""
    if (given is None) == (cell is None):
        raise ClientError(
            "Give the rows in the cell (%%easymaker predict NAME), or as a variable or JSON: "
            "%easymaker predict NAME '[[1, 2, 3]]'"
        )
    shell = get_ipython()  # type: ignore[no-untyped-call]
    if given is not None and shell is not None and given in shell.user_ns:
        return shell.user_ns[given]
    text = cell if given is None else given
    try:
        return json.loads(text or "")
    except ValueError as error:
        what = "The cell" if given is None else f"{given!r} is no variable here and"
        raise ClientError(f"{what} is no JSON: {error}.") from error


def endpoint_calls(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    _, stage = _stage(client, options)
    since = datetime.now(UTC) - timedelta(hours=options.hours)
    interval = 60 * max(1, round(options.hours * 60 / 48))
    found = client.stage_statistics(
        stage["endpointStageId"], **{"from": since.isoformat(), "intervalSeconds": interval}
    )
    display(endpoint_render.calls_table(found))
    return found


def endpoint_snippet(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    endpoint, stage, resource = _parts(client, options)
    schema = client.get(f"endpoint-models/{resource['endpointModelId']}/schema")["schema"]
    example = schema["example"] if schema["example"] is not None else {"instances": []}
    base = stage["apigwStageUrl"] if options.stage else endpoint["defaultStageUrl"]
    path = resource["apigwResourceUri"] or f"/v1/models/{resource['model']['modelName']}/predict"
    url = f"https://{base}{path}"
    print(endpoint_render.snippet(url, example, curl=options.curl, with_key=endpoint["useApiKey"]))  # noqa: T201


def endpoint_logs(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    _, _, resource = _parts(client, options)
    path = f"endpoint-models/{resource['endpointModelId']}"
    for pod in client.stage_resource(resource["endpointModelId"])["podList"]:
        log = client.download(f"{path}/logs/download", pod=pod["podName"]).decode(errors="replace")
        print(f"--- {pod['podName']} ({render.label(pod['podStatusCode'])})")  # noqa: T201
        print("\n".join(log.splitlines()[-options.tail :]))  # noqa: T201


def endpoint_add(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    endpoint, stage = _stage(client, options)
    with named_as_options():
        resource = resource_body(client, options, options.model)
        client.add_stage_resource({"endpointStageId": stage["endpointStageId"], **resource})
    return _watch(client, endpoint)


def endpoint_scale(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    if not options.pods and not options.nodes:
        raise ClientError("Say how many: --pods N of a model, or --nodes N of the stage.")
    endpoint, stage = _stage(client, options)
    with named_as_options():
        if options.nodes:
            client.put(f"endpoint-stages/{stage['endpointStageId']}", {"nodeCount": options.nodes})
        if options.pods:
            resource = _resource(stage, options.model)
            client.update_stage_resource(resource["endpointModelId"], podCount=options.pods)
    return _watch(client, endpoint)


def endpoint_rollout(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    endpoint, _, resource = _parts(client, options)
    model = find(client, "model", options.to)
    client.update_stage_resource(resource["endpointModelId"], modelId=model["modelId"])
    return _watch(client, endpoint)


def endpoint_remove(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    _, stage, resource = _parts(client, options)
    client.delete(f"endpoint-models/{resource['endpointModelId']}")
    name = resource["model"]["modelName"]
    print(f"{name} is being removed from the stage {stage['endpointStageName']}.")  # noqa: T201


def endpoint_default(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    endpoint, stage = _stage(client, options)
    client.change_default_stage(endpoint["endpointId"], stage["endpointStageId"])
    return _watch(client, endpoint)


def endpoint_traffic(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any]:
    endpoint = client.endpoint(find(client, _KIND, options.target)["endpointId"])
    weights = {_stage_of(endpoint, name)["endpointStageId"]: weight for name, weight in options.weights}
    changed = client.change_traffic(endpoint["endpointId"], weights)
    display(endpoint_render.stages_table(changed))
    return changed


def endpoint_redeploy(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    _, stage = _stage(client, options)
    client.put(f"endpoint-stages/{stage['endpointStageId']}/deploy")
    print(f"The stage {stage['endpointStageName']} is given to the gateway again.")  # noqa: T201


def endpoint_keys(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> dict[str, Any] | None:
    path = f"endpoints/{find(client, _KIND, options.target)['endpointId']}/api-keys"
    made: dict[str, Any] | None = None
    if options.new:
        made = client.post(path, {"apiKeyName": options.new})["apiKey"]
        print(f"{made['apiKey']}\nThis is shown once; keep it.")  # noqa: T201
    keys = client.get(path)["apiKeyList"]
    if options.revoke:
        ids = [key["apiKeyId"] for key in keys if options.revoke in (key["apiKeyName"], key["apiKeyId"])]
        if not ids:
            raise ClientError(f"There is no key {options.revoke}.")
        client.delete(f"{path}/{ids[0]}")
        keys = client.get(path)["apiKeyList"]
    rows = [[key["apiKeyName"], render.moment(key["createdDatetime"]), key["createdBy"]] for key in keys]
    display(render.table(["Key", "Created", "By"], rows, empty="It has no keys. Make one with --new NAME."))
    return made


def endpoint_delete_stage(client: EasyMakerClient, options: argparse.Namespace, _cell: str | None) -> None:
    endpoint, stage = _stage(client, options)
    name = stage["endpointStageName"]
    question = f"Delete the stage {name} of {endpoint['endpointName']}? Calls to it will fail. [y/N] "
    if not options.yes and input(question).strip().lower() != "y":
        print("Nothing was deleted.")  # noqa: T201
        return
    client.delete(f"endpoint-stages/{stage['endpointStageId']}")
    print(f"The stage {name} is being deleted.")  # noqa: T201


def _stage(client: EasyMakerClient, options: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the endpoint that is meant, and its stage."""
    endpoint = client.endpoint(find(client, _KIND, options.target)["endpointId"])
    return endpoint, _stage_of(endpoint, options.stage)


def _stage_of(endpoint: dict[str, Any], name: str | None) -> dict[str, Any]:
    stages: list[dict[str, Any]] = endpoint["endpointStageList"]
    for stage in stages:
        if stage["isDefaultStage"] if name is None else name in (stage["endpointStageName"], stage["endpointStageId"]):
            return stage
    known = ", ".join(stage["endpointStageName"] for stage in stages)
    raise ClientError(f"{endpoint['endpointName']} has no stage {name}; it has {known}.")


def _parts(
    client: EasyMakerClient, options: argparse.Namespace
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return the endpoint, the stage and the stage resource that are meant."""
    endpoint, stage = _stage(client, options)
    return endpoint, stage, _resource(stage, options.model)


def _resource(stage: dict[str, Any], model: str | None) -> dict[str, Any]:
    resources: list[dict[str, Any]] = stage["endpointModelList"]
    found = [each for each in resources if model in (None, each["modelId"], each["model"]["modelName"])]
    if len(found) == 1:
        return found[0]
    names = ", ".join(each["model"]["modelName"] for each in resources)
    if not found:
        raise ClientError(f"The stage {stage['endpointStageName']} does not serve {model}; it serves {names}.")
    raise ClientError(f"The stage {stage['endpointStageName']} serves {names}; say which with --model.")


COMMANDS: dict[tuple[str, str | None], Command] = {
    ("deploy", None): deploy,
    ("predict", None): predict,
    ("endpoint", "list"): endpoint_list,
    ("endpoint", "show"): endpoint_show,
    ("endpoint", "watch"): endpoint_watch,
    ("endpoint", "calls"): endpoint_calls,
    ("endpoint", "logs"): endpoint_logs,
    ("endpoint", "snippet"): endpoint_snippet,
    ("endpoint", "add"): endpoint_add,
    ("endpoint", "scale"): endpoint_scale,
    ("endpoint", "rollout"): endpoint_rollout,
    ("endpoint", "remove"): endpoint_remove,
    ("endpoint", "default"): endpoint_default,
    ("endpoint", "traffic"): endpoint_traffic,
    ("endpoint", "redeploy"): endpoint_redeploy,
    ("endpoint", "keys"): endpoint_keys,
    ("endpoint", "delete-stage"): endpoint_delete_stage,
    ("endpoint", "delete"): delete(_KIND),
}
