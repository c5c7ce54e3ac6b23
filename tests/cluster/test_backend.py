"""The backend in its own pod, installed from the manifests of hub_config/kubernetes: its rights, and its death."""

from __future__ import annotations

import pytest
from kubernetes import client

from tests.cluster.hub import ClusterHub
from tests.waiting import wait_for

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(600)]
_SECONDS = 240
_ACCOUNT = "system:serviceaccount:default:easymaker"


def test_backend_is_a_pod_that_can_do_nothing_to_the_cluster(hub: ClusterHub) -> None:
    (pod,) = hub.backend.pods()
    assert pod.spec.service_account_name == "easymaker"
    script = "id -u; grep -c serviceaccount /proc/mounts; awk '$2 == \"/\" {print substr($4, 1, 2)}' /proc/mounts"
    assert hub.cluster.run_in(pod.metadata.name, script).split() == ["1000", "0", "ro"]
    for verb, resource in (
        ("list", "pods"), ("create", "pods"), ("delete", "pods"), ("get", "secrets"), ("list", "configmaps"),
        ("delete", "persistentvolumeclaims"), ("list", "nodes"), ("create", "rolebindings"),
    ):  # fmt: skip
        assert not may(hub, verb, resource), (verb, resource)
    count = "psql --username easymaker --tuples-only --command 'SELECT count(*) FROM users'"
    assert int(hub.cluster.run_in("easymaker-postgresql-0", count)) >= 1, "its store is the database's pod"


def may(hub: ClusterHub, verb: str, resource: str) -> bool:
    group = "rbac.authorization.k8s.io" if resource == "rolebindings" else ""
    attributes = client.V1ResourceAttributes(namespace="default", verb=verb, resource=resource, group=group)
    review = client.V1SubjectAccessReview(
        spec=client.V1SubjectAccessReviewSpec(user=_ACCOUNT, resource_attributes=attributes)
    )
    made = client.AuthorizationV1Api(hub.cluster.api).create_subject_access_review(review)
    return bool(made.status.allowed)


def replaced(hub: ClusterHub, killed: str) -> None:
    """Wait until another pod serves in place of a killed one."""
    wait_for(lambda: hub.backend.rolled_out() and hub.backend.pods()[0].metadata.name != killed, _SECONDS, 0.2)
    wait_for(lambda: hub.answers(f"{hub.backend_url}/health"), 60)


def starts(hub: ClusterHub, pod: str) -> int:
    """Return how often a pod of this name was made."""
    events = hub.cluster.core.list_namespaced_event("default", field_selector=f"involvedObject.name={pod}").items
    return sum(each.reason == "Scheduled" for each in events)


def test_actions_survive_the_loss_of_the_backends_pod_and_are_done_once(hub: ClusterHub) -> None:
    eve = hub.sign_in("eve")
    notebook_id = eve.create_notebook("survivor", flavorId="small")
    replaced(hub, hub.backend.kill())
    eve.wait_for_notebook(notebook_id, "ACTIVE", _SECONDS)
    pod = hub.pod_of(eve, notebook_id)
    assert starts(hub, pod) == 1
    server = f"nb-{notebook_id.replace('-', '')[:16]}"
    told = wait_for(lambda: (found := eve.in_notebook("easymaker/context", server).json()) and found, 60)
    assert (told["status"], told["user"]) == ("ready", "eve"), "it finds the new pod by the service's name"

    eve.act(notebook_id, "stop")
    replaced(hub, hub.backend.kill())
    stopped = eve.wait_for_notebook(notebook_id, "STOPPED", _SECONDS)
    assert stopped["notebookStatusReason"] == "Stopped on request."
    wait_for(lambda: pod not in hub.pods(), 60)
    assert starts(hub, pod) == 1

    claims = [name for name in hub.claims() if server.removeprefix("nb-") in name]
    assert len(claims) == 1
    eve.ask("DELETE", f"notebooks/{notebook_id}").raise_for_status()
    replaced(hub, hub.backend.kill())
    wait_for(lambda: eve.ask("GET", f"notebooks/{notebook_id}").status_code == 404, _SECONDS)
    wait_for(lambda: claims[0] not in hub.claims(), 60)
