"""Images of notebooks on a real Kubernetes: private ones with their registry's credentials, provided ones upgraded."""

from __future__ import annotations

import base64
import json

import pytest
from kubernetes.client.rest import ApiException

from jupyter_easymaker.resources.image import BASE_LABEL
from tests.cluster.hub import ClusterHub
from tests.cluster.images import NEXT_IMAGE, layer, notebook_layer
from tests.registry import Registry
from tests.waiting import wait_for

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]
_BASE = "cpu-python-notebook"
_SECONDS = 240


def test_private_image_is_pulled_with_its_account_and_with_nothing_else(hub: ClusterHub, registry: Registry) -> None:
    address = registry.push("team/lab", "1", {BASE_LABEL: _BASE}, layers=[layer(*notebook_layer("private"))])
    pia = hub.sign_in("pia")
    account = {"registryAccountName": "robot", "loginId": registry.login, "password": "wrong"}
    image = {"imageName": "mine", "address": address, "groupTypeCode": "NOTEBOOK", "baseImageId": _BASE}
    made = pia.ask("POST", "images", json={**image, "registryAccount": account}).json()["image"]
    body = {"notebookName": "mine", "imageId": made["imageId"], "flavorId": "small"}
    refused = pia.ask("POST", "notebooks", json=body)
    assert refused.status_code == 409
    assert "refuses the ID or the password" in refused.text

    account_id = made["registryAccount"]["registryAccountId"]
    change = {"loginId": registry.login, "password": registry.password}
    pia.ask("PUT", f"registry-accounts/{account_id}", json=change).raise_for_status()
    notebook_id = pia.create_notebook("mine", imageId=made["imageId"], flavorId="small")
    pia.wait_for_notebook(notebook_id, "ACTIVE", _SECONDS)
    pod = hub.pod_of(pia, notebook_id)
    assert hub.cluster.run_in(pod, "cat /etc/version") == "private"
    spec = hub.cluster.core.read_namespaced_pod(pod, "default").spec
    assert [each.name for each in spec.image_pull_secrets] == [f"{pod}-pull"]
    secret = hub.cluster.core.read_namespaced_secret(f"{pod}-pull", "default")
    assert secret.type == "kubernetes.io/dockerconfigjson"
    kept = json.loads(base64.b64decode(secret.data[".dockerconfigjson"]))
    assert kept["auths"][registry.host]["password"] == registry.password
    assert registry.password not in hub.cluster.run_in(pod, "env; cat /proc/1/environ")
    assert registry.password not in hub.log() + hub.backend.log()

    pia.act(notebook_id, "stop")
    pia.wait_for_notebook(notebook_id, "STOPPED", _SECONDS)
    assert not has_secret(hub, f"{pod}-pull")
    # The password is changed at the registry, and the node still has the image.
    before, registry.password = registry.password, "another"
    pia.act(notebook_id, "start")
    failed = pia.wait_for_notebook(notebook_id, "START_FAILED", _SECONDS)
    assert "team/lab:1" in failed["notebookStatusReason"]
    assert "401" in failed["notebookStatusReason"]
    registry.password = before
    pia.ask("DELETE", f"notebooks/{notebook_id}").raise_for_status()
    wait_for(lambda: pia.ask("GET", f"notebooks/{notebook_id}").status_code == 404, _SECONDS)
    assert not has_secret(hub, f"{pod}-pull")


def has_secret(hub: ClusterHub, name: str) -> bool:
    try:
        hub.cluster.core.read_namespaced_secret(name, "default")
    except ApiException as error:
        if error.status != 404:
            raise
        return False
    return True


def test_restart_takes_an_upgraded_image_and_keeps_the_data_storage(hub: ClusterHub) -> None:
    ray = hub.sign_in("ray")
    notebook_id = ray.create_notebook("upgraded", imageId="lab", flavorId="small")
    ray.wait_for_notebook(notebook_id, "ACTIVE", _SECONDS)
    pod = hub.pod_of(ray, notebook_id)
    assert hub.cluster.run_in(pod, "cat /etc/version; echo kept > /root/easymaker/kept") == "test"
    hub.offer_lab_image(NEXT_IMAGE)
    assert hub.cluster.run_in(pod, "cat /etc/version") == "test", "what runs is left alone"
    ray.act(notebook_id, "reboot")
    wait_for(lambda: ray.notebook(notebook_id)["notebookStatusCode"] != "REBOOT_IN_PROGRESS", _SECONDS)
    assert ray.notebook(notebook_id)["notebookStatusCode"] == "ACTIVE"
    assert hub.cluster.run_in(hub.pod_of(ray, notebook_id), "cat /etc/version /root/easymaker/kept") == "nextkept\n"
    ray.ask("DELETE", f"notebooks/{notebook_id}").raise_for_status()
