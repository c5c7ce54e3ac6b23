"""Notebooks as pods of a real Kubernetes: their life, what stays, what goes, and why one does not start."""

from __future__ import annotations

import httpx
import pytest

from tests.cluster.hub import UNBOUND, ClusterHub, HubUser
from tests.waiting import wait_for

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]
_SECONDS = 240


@pytest.fixture(scope="module")
def idler(hub: ClusterHub) -> tuple[HubUser, str]:
    """Somebody with a notebook that is stopped after a minute: it idles while the other tests run."""
    ivy = hub.sign_in("ivy")
    return ivy, ivy.create_notebook("idle", flavorId="brief")


def test_notebook_lives_in_a_pod_from_creation_to_deletion(hub: ClusterHub, idler: tuple[HubUser, str]) -> None:
    ada = hub.sign_in("ada")
    nas = [{"mountDirectoryName": "team", "nasUri": "nas://team:/shared"}]
    (hub.nas / "shared/hello").write_text("from the NAS")
    notebook_id = ada.create_notebook("lab", flavorId="small", nasList=nas)
    made = ada.wait_for_notebook(notebook_id, "ACTIVE", _SECONDS)
    assert (made["notebookHealthCode"], made["openable"]) == ("HEALTHY", True)
    pod = hub.pod_of(ada, notebook_id)
    container = hub.cluster.core.read_namespaced_pod(pod, "default").spec.containers[0]
    assert container.resources.limits["memory"] == str(512 * 1024**2)
    assert hub.cluster.run_in(pod, "id -u; cat /root/team/hello").split("\n") == ["0", "from the NAS"]
    script = "#!/bin/sh\necho run by $(id -un); python3 -m venv --without-pip /root/easymaker/custom-conda-envs/made\n"
    hub.cluster.run_in(pod, f"cd /root/easymaker/cont-init.d && printf '%s' '{script}' > 10-make && chmod +x 10-make")
    hub.cluster.run_in(pod, "echo kept > /root/easymaker/kept; echo lost > /root/lost")
    own = "/root/easymaker/custom-conda-envs/own"
    hub.cluster.run_in(pod, f"python3 -m venv --without-pip {own} && mkdir {own}/conda-meta")
    server = pod_server(hub, notebook_id)
    kernels = ada.in_notebook("api/kernelspecs", server).json()["kernelspecs"]
    assert "easymaker-env-own" in kernels, "without a restart"
    token = hub.cluster.run_in(pod, 'printf %s "$EASYMAKER_TOKEN"')
    assert whose(hub, token) == "ada"

    ada.act(notebook_id, "stop")
    assert ada.wait_for_notebook(notebook_id, "STOPPED", _SECONDS)["notebookStatusReason"] == "Stopped on request."
    wait_for(lambda: pod not in hub.pods(), 60)
    wait_for(lambda: whose(hub, token) == "", 60)
    changed = ada.ask("PUT", f"notebooks/{notebook_id}/flavor", json={"flavorId": "larger"})
    assert changed.status_code == 200, changed.text
    ada.act(notebook_id, "start")
    ada.wait_for_notebook(notebook_id, "ACTIVE", _SECONDS)
    pod = hub.pod_of(ada, notebook_id)
    container = hub.cluster.core.read_namespaced_pod(pod, "default").spec.containers[0]
    assert container.resources.limits["memory"] == str(640 * 1024**2)
    told = hub.cluster.run_in(
        pod, "cd /root/easymaker; cat kept cont-init.d/10-make.output cont-init.d/10-make.exitcode"
    )
    assert told.split("\n")[:3] == ["kept", "run by root", "0"]
    assert "No such file" in hub.cluster.run_in(pod, "cat /root/lost")
    kernels = ada.in_notebook("api/kernelspecs", server).json()["kernelspecs"]
    assert "easymaker-env-made" in kernels, "the start-up script's"
    shown = kernels["easymaker-env-own"]["spec"]["display_name"]
    assert shown.startswith("own (Python"), "conda's, made before the stop"
    assert "conda" in shown

    claims = [name for name in hub.claims() if server.removeprefix("nb-") in name]
    assert len(claims) == 1
    ada.ask("DELETE", f"notebooks/{notebook_id}").raise_for_status()
    wait_for(lambda: ada.ask("GET", f"notebooks/{notebook_id}").status_code == 404, _SECONDS)
    wait_for(lambda: claims[0] not in hub.claims(), 60)


def whose(hub: ClusterHub, token: str) -> str:
    """Return whom the backend takes somebody with this token for; empty: nobody."""
    headers = {"Authorization": f"token {token}"}
    answer = httpx.get(f"{hub.backend_url}/v1.0/users/me", headers=headers, timeout=30)
    return str(answer.json()["user"]["userId"]) if answer.status_code == 200 else ""


def pod_server(hub: ClusterHub, notebook_id: str) -> str:
    return f"nb-{notebook_id.replace('-', '')[:16]}"


def test_image_that_cannot_be_pulled_fails_with_its_reason(hub: ClusterHub) -> None:
    bo = hub.sign_in("bo")
    notebook_id = bo.create_notebook("of a private image", imageId="private", flavorId="small")
    failed = bo.wait_for_notebook(notebook_id, "CREATE_FAILED", _SECONDS)
    assert "private/notebook:1" in failed["notebookStatusReason"]
    bo.ask("DELETE", f"notebooks/{notebook_id}").raise_for_status()
    wait_for(lambda: bo.ask("GET", f"notebooks/{notebook_id}").status_code == 404, _SECONDS)


def test_volume_that_never_comes_fails_the_start_with_its_reason(hub: ClusterHub) -> None:
    hub.cluster.make_storage_class("nowhere", "kubernetes.io/no-provisioner")
    una = hub.sign_in(UNBOUND)
    notebook_id = una.create_notebook("without a volume", flavorId="small")
    failed = una.wait_for_notebook(notebook_id, "CREATE_FAILED", _SECONDS)
    assert "did not start within 15 seconds" in failed["notebookStatusReason"]
    assert "unbound" in failed["notebookStatusReason"]
    before = hub.claims()
    una.ask("DELETE", f"notebooks/{notebook_id}").raise_for_status()
    wait_for(lambda: una.ask("GET", f"notebooks/{notebook_id}").status_code == 404, _SECONDS)
    wait_for(lambda: len(hub.claims()) < len(before), 60)


def test_notebook_whose_pod_is_deleted_behind_our_back_is_seen_stopped_and_starts_again(hub: ClusterHub) -> None:
    cy = hub.sign_in("cy")
    notebook_id = cy.create_notebook("deleted", flavorId="small")
    cy.wait_for_notebook(notebook_id, "ACTIVE", _SECONDS)
    hub.cluster.core.delete_namespaced_pod(hub.pod_of(cy, notebook_id), "default", grace_period_seconds=0)
    stopped = cy.wait_for_notebook(notebook_id, "STOPPED", _SECONDS)
    assert stopped["notebookStatusReason"]
    cy.act(notebook_id, "start")
    cy.wait_for_notebook(notebook_id, "ACTIVE", _SECONDS)
    dee = hub.sign_in("dee")
    server = pod_server(hub, notebook_id)
    assert dee.browser.get(f"/user/cy/{server}/api/status").status_code in (403, 404)
    assert dee.ask("PUT", f"notebooks/{notebook_id}/stop").status_code == 403
    own = dee.create_notebook("of dee", flavorId="small")
    hub.cluster.run_in(hub.pod_of(cy, notebook_id), "echo of cy > /root/easymaker/hers")
    dee.wait_for_notebook(own, "ACTIVE", _SECONDS)
    assert "hers" not in hub.cluster.run_in(hub.pod_of(dee, own), "ls /root/easymaker")
    dee.ask("DELETE", f"notebooks/{own}").raise_for_status()
    # The hub is restarted: notebook and backend go on.
    (backend,) = hub.backend.pods()
    hub.kill()
    hub.start()
    cy = hub.sign_in("cy")
    (still,) = hub.backend.pods()
    assert still.metadata.uid == backend.metadata.uid
    assert [each.restart_count for each in still.status.container_statuses] == [0]
    assert cy.notebook(notebook_id)["notebookStatusCode"] == "ACTIVE"
    assert cy.in_notebook("api/status", server).status_code == 200


def test_notebook_nobody_uses_is_stopped(hub: ClusterHub, idler: tuple[HubUser, str]) -> None:
    ivy, notebook_id = idler
    stopped = ivy.wait_for_notebook(notebook_id, "STOPPED", _SECONDS)
    assert "Nobody used it for 1 minutes" in stopped["notebookStatusReason"]
    wait_for(lambda: not any("ivy" in name for name in hub.pods()), 60)
