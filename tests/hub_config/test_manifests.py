"""The manifests and values of a hub on Kubernetes: valid, least rights, no secrets, and a configuration that runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from jupyterhub.app import JupyterHub
from traitlets.config import Config

from jupyter_easymaker.hub.administration import TEMPLATES
from jupyter_easymaker.hub.pod_spawner import NotebookPodSpawner
from jupyter_easymaker.service.config import ServiceConfig

PLACE = Path(__file__).parents[2] / "hub_config/kubernetes"
VERSIONS = ("1.32", "1.34", kubernetes_validate.latest_version())
"""The oldest the chart takes, and the newest we know the schema of."""
_HELM = {"values.yaml", "oauth.yaml"}
_CHART_SECRETS = {"hub"}
"""What the chart makes; all others are made by the operator, as README.md says."""


def kustomized() -> Iterator[tuple[Path, dict[str, Any]]]:
    """Return what ``kubectl apply -k`` sends, beside what it generates."""
    for path in sorted(PLACE.rglob("*.yaml")):
        if path.name not in _HELM and path.name != "kustomization.yaml":
            for document in yaml.safe_load_all(path.read_text()):
                yield path, document


def values() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((PLACE / "values.yaml").read_text())
    return found


def pods() -> dict[str, dict[str, Any]]:
    kinds = ("Deployment", "StatefulSet")
    return {each["metadata"]["name"]: each["spec"]["template"] for _, each in kustomized() if each["kind"] in kinds}


def policies() -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each["spec"] for _, each in kustomized() if each["kind"] == "NetworkPolicy"}


@pytest.mark.parametrize("version", VERSIONS)
def test_manifests_are_valid(version: str) -> None:
    kinds = []
    for _, document in kustomized():
        kubernetes_validate.validate(document, version, strict=True)
        kinds.append(document["kind"])
    assert len(kinds) == 8
    broken = {**document, "spec": {**document["spec"], "unknown": 1}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, version, strict=True)


def test_kustomizations_name_exactly_what_is_there() -> None:
    for path in PLACE.rglob("kustomization.yaml"):
        named = set(yaml.safe_load(path.read_text())["resources"])
        beside = {each.name for each in path.parent.iterdir() if each.suffix == ".yaml" or each.is_dir()}
        assert named == beside - _HELM - {"kustomization.yaml"}, path


def test_backend_has_no_right_to_anything_in_the_cluster() -> None:
    assert not [each for _, each in kustomized() if each["kind"].startswith(("Role", "ClusterRole"))]
    accounts = [each for _, each in kustomized() if each["kind"] == "ServiceAccount"]
    assert all(each["automountServiceAccountToken"] is False for each in accounts)
    assert all(each["spec"]["automountServiceAccountToken"] is False for each in pods().values())


@pytest.mark.parametrize("name", ["easymaker", "easymaker-postgresql"])
def test_pods_are_confined_probed_and_bounded(name: str) -> None:
    spec = pods()[name]["spec"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
    for container in spec["containers"]:
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["readOnlyRootFilesystem"] is True
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert {"requests", "limits"} <= container["resources"].keys()
        assert {"readinessProbe", "livenessProbe"} <= container.keys()
        assert {each["name"] for each in container["volumeMounts"]} <= {each["name"] for each in spec["volumes"]} | {
            "data"
        }


def test_probes_and_services_meet_the_port_the_backend_listens_on() -> None:
    (container,) = pods()["easymaker"]["spec"]["containers"]
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    config = backend_configuration()
    assert ports == {"http": config.ServiceConfig.port, "gateway": config.ServiceConfig.gateway_port}
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"] == {"path": "/health", "port": "http"}
    (service,) = [
        each for _, each in kustomized() if each["kind"] == "Service" and each["metadata"]["name"] == "easymaker"
    ]
    assert service["spec"]["selector"].items() <= pods()["easymaker"]["metadata"]["labels"].items()
    assert {each["targetPort"]: each["port"] for each in service["spec"]["ports"]} == ports
    assert f"http://easymaker:{ports['http']}" == values()["hub"]["services"]["easymaker"]["url"]


def backend_configuration() -> Config:
    config = Config()
    path = PLACE / "backend/jupyter_easymaker_config.py"
    exec(compile(path.read_text(), str(path), "exec"), {"get_config": lambda: config})
    return config


def test_backend_takes_its_configuration() -> None:
    config = ServiceConfig(config=backend_configuration())
    assert all(hasattr(ServiceConfig, name) for name in backend_configuration().ServiceConfig)
    assert (config.hub, config.notebook_containers) == (True, True)
    images = config.provided_notebook_images()
    assert "registry.example.com/easymaker/cpu-python-notebook:0.1.0" in [each.address for each in images]


def test_secrets_are_named_and_never_written() -> None:
    named = set()
    for _, document in kustomized():
        assert document["kind"] != "Secret"
        for container in (
            document["spec"]["template"]["spec"]["containers"] if "template" in document.get("spec", {}) else ()
        ):
            for variable in container["env"]:
                secret = "value" not in variable
                assert secret == bool(re.search(r"TOKEN|PASSWORD|DATABASE_URL", variable["name"])), variable
                if secret:
                    named.add(variable["valueFrom"]["secretKeyRef"]["name"])
    assert named - _CHART_SECRETS == {"easymaker-database"}
    example = (PLACE / "database.env.example").read_text()
    assert re.findall(r"^(\w+)=(.*)$", example, re.MULTILINE) == [("url", ""), ("password", "")]
    ignored = (PLACE.parents[1] / ".gitignore").read_text()
    assert "hub_config/kubernetes/database.env\n" in ignored
    for name in _HELM:
        text = (PLACE / name).read_text()
        assert not re.search(r"(secret|password|token)['\"]?[ ]*[:=][ ]*['\"]?[A-Za-z0-9]{8}", text, re.IGNORECASE)


def test_notebooks_reach_hub_and_backend_and_nothing_else_inside() -> None:
    policy = values()["singleuser"]["networkPolicy"]
    assert policy["enabled"] is True
    assert policy["ingress"] == []
    rules = policy["egressAllowRules"]
    assert (rules["privateIPs"], rules["cloudMetadataServer"]) == (False, False)
    (rule,) = policy["egress"]
    (to,) = rule["to"]
    assert to["podSelector"]["matchLabels"].items() <= pods()["easymaker"]["metadata"]["labels"].items()
    assert not to["podSelector"]["matchLabels"].items() <= pods()["easymaker-postgresql"]["metadata"]["labels"].items()
    assert values()["hub"]["networkPolicy"]["enabled"] is True
    assert values()["proxy"]["chp"]["networkPolicy"]["enabled"] is True


def test_database_is_reached_by_the_backend_only() -> None:
    policy = policies()["easymaker-postgresql"]
    assert policy["egress"] == []
    (rule,) = policy["ingress"]
    (source,) = rule["from"]
    assert source["podSelector"]["matchLabels"].items() <= pods()["easymaker"]["metadata"]["labels"].items()
    assert policies()["easymaker"]["policyTypes"] == ["Ingress", "Egress"]


def chart_configuration(directory: Path) -> Config:
    """Return what the values' extraConfig makes of the settings the chart has made before."""
    config = Config()
    config.JupyterHub.load_roles = [{"name": "theirs", "scopes": []}]
    config.JupyterHub.services = [{"name": "easymaker", "api_token": "made-by-the-chart"}]
    config.KubeSpawner.environment = {"THEIRS": "1"}
    config.KubeSpawner.uid = 1000
    config.KubeSpawner.fs_gid = 100
    config.KubeSpawner.start_timeout = 300
    for key, text in sorted(values()["hub"]["extraConfig"].items()):
        exec(compile(text.replace("/srv/jupyterhub", str(directory)), key, "exec"), {"c": config})
    return config


def test_hub_spawns_notebooks_as_pods_with_the_charts_settings_around(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Settings only: there is no cluster to connect to.
    monkeypatch.setattr("kubespawner.spawner.load_config", lambda **_options: None)
    monkeypatch.setattr("kubespawner.spawner.shared_client", lambda _kind: None)
    config = chart_configuration(tmp_path)
    assert config.JupyterHub.spawner_class == f"{NotebookPodSpawner.__module__}.NotebookPodSpawner"
    assert config.JupyterHub.allow_named_servers is True
    assert [each["name"] for each in config.JupyterHub.load_roles] == ["theirs", "user", "server", "easymaker-backend"]
    assert config.KubeSpawner.environment["THEIRS"] == "1"
    assert config.KubeSpawner.environment["EASYMAKER_URL"] == "http://easymaker:8090"
    spawner = NotebookPodSpawner(config=config, _mock=True)
    assert (spawner.uid, spawner.fs_gid) == (0, None)
    assert spawner.start_timeout == values()["singleuser"]["startTimeout"] > 600
    assert spawner.backend_url == "http://easymaker:8090"
    assert spawner.service_token == "made-by-the-chart"
    assert spawner.automount_service_account_token is False
    assert spawner.delete_pvc is True
    hub = JupyterHub(config=config)
    assert r"/easymaker/?" in [route for route, *_ in hub.extra_handlers], "the administrators' page"
    assert hub.template_paths[0] == str(TEMPLATES)
    assert config.JupyterHub.authenticator_class == "shared-password"
    assert (tmp_path / "user-password").stat().st_mode & 0o777 == 0o600


def test_oauth_replaces_the_shared_password() -> None:
    oauth = yaml.safe_load((PLACE / "oauth.yaml").read_text())["hub"]
    assert oauth["extraConfig"].keys() < values()["hub"]["extraConfig"].keys(), "it takes another's place"
    config = Config()
    for key, text in oauth["extraConfig"].items():
        exec(compile(text, key, "exec"), {"c": config})
    assert config.JupyterHub.authenticator_class == "generic-oauth"
    assert config.GenericOAuthenticator.manage_groups is True
    references = [each["valueFrom"]["secretKeyRef"]["name"] for each in oauth["extraEnv"].values()]
    assert references == ["easymaker-oauth"] * 2
