"""Endpoints in tests: artifacts that are served quickly, and what is asked of a running backend."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass, field
from typing import Any

import httpx
import joblib
from sklearn.dummy import DummyClassifier

from jupyter_easymaker.gateway.settings import GatewaySettings
from jupyter_easymaker.gateway.traefik import TraefikGateway
from tests.conftest import RunningBackend
from tests.waiting import wait_for

ROW = [5.1, 3.5, 1.4, 0.2]
BODY = {"instances": [ROW]}


@dataclass
class Endpoints:
    """A backend's endpoints, asked for over HTTP."""

    backend: RunningBackend
    models: dict[str, str] = field(default_factory=dict)
    _client: httpx.Client | None = None

    def artifact(self, name: str, answer: int) -> str:
        """Put a classifier that always answers the same on the NAS ``local``; return its URI."""
        directory = self.backend.data_dir / "nas" / "local" / "artifacts" / name
        directory.mkdir(parents=True, exist_ok=True)
        model = DummyClassifier(strategy="constant", constant=answer).fit([ROW, ROW], [answer, answer + 1])
        joblib.dump(model, directory / "model.joblib")
        return f"nas://local:/artifacts/{name}"

    def model(self, name: str, answer: int = 1, uri: str | None = None) -> str:
        """Register a model that always answers the same; return its id."""
        body = {
            "modelName": name,
            "modelFormatCode": "SKLEARN",
            "modelUploadUri": uri or self.artifact(name, answer),
        }
        return self.backend.post("models", body)["model"]["modelId"]

    def body(self, name: str, *models: str, pods: int = 1, **changes: Any) -> dict[str, Any]:
        """Return the create body of an endpoint that serves models under /inference, /inference-1 ..."""
        resources = [
            {"modelId": model, "apigwResourceUri": "/inference" + (f"-{index}" if index else ""), "podCount": pods}
            for index, model in enumerate(models)
        ]
        return {"endpointName": name, "flavorId": "c1m1", "endpointModelResourceList": resources, **changes}

    def create(self, name: str, *models: str, wait: bool = True, **changes: Any) -> dict[str, Any]:
        """Create an endpoint; return it once it is ACTIVE."""
        made = self.backend.post("endpoints", self.body(name, *models, **changes))["endpoint"]
        return self.wait(made["endpointId"], "ACTIVE") if wait else made

    def stage(self, endpoint_id: str, name: str, *models: str, wait: bool = True, **changes: Any) -> dict[str, Any]:
        """Create a stage; return it once it is ACTIVE."""
        body = self.body("", *models, **changes) | {"endpointId": endpoint_id, "apigwStageName": name}
        del body["endpointName"]
        made = self.backend.post("endpoint-stages", body)["endpointStage"]
        return self.wait_stage(made["endpointStageId"], "ACTIVE") if wait else made

    def get(self, endpoint_id: str) -> dict[str, Any]:
        return self.backend.get(f"endpoints/{endpoint_id}")["endpoint"]

    def get_stage(self, stage_id: str) -> dict[str, Any]:
        return self.backend.get(f"endpoint-stages/{stage_id}")["endpointStage"]

    def get_resource(self, resource_id: str) -> dict[str, Any]:
        return self.backend.get(f"endpoint-models/{resource_id}")["endpointModel"]

    def wait(self, endpoint_id: str, *statuses: str, timeout: float = 60) -> dict[str, Any]:
        try:
            wait_for(lambda: self.get(endpoint_id)["endpointStatusCode"] in statuses, timeout, 0.1)
        except TimeoutError as error:
            raise TimeoutError(json.dumps(self.get(endpoint_id), indent=1)) from error
        return self.get(endpoint_id)

    def wait_stage(self, stage_id: str, *statuses: str, timeout: float = 60) -> dict[str, Any]:
        try:
            wait_for(lambda: self.get_stage(stage_id)["endpointStageStatusCode"] in statuses, timeout, 0.1)
        except TimeoutError as error:
            raise TimeoutError(json.dumps(self.get_stage(stage_id), indent=1)) from error
        return self.get_stage(stage_id)

    def gone(self, path: str, timeout: float = 60) -> None:
        """Wait until there is nothing at a path any more."""
        wait_for(lambda: self.backend.request("GET", path).status_code == 404, timeout, 0.1)

    @property
    def authority(self) -> str:
        """The certificates clients verify the gateway with."""
        return TraefikGateway(GatewaySettings(self.backend.data_dir / "gateway")).certificate_authority

    def call(self, url: str, body: Any = None, **arguments: Any) -> httpx.Response:
        """Call a model through the gateway; ``url`` is without the scheme."""
        return self.post(url, json=BODY if body is None else body, **arguments)

    def post(self, url: str, **arguments: Any) -> httpx.Response:
        """Send the gateway anything; ``url`` is without the scheme."""
        if self._client is None:
            context = ssl.create_default_context(cafile=self.authority)
            self._client = httpx.Client(verify=context, timeout=30)
        return self._client.post(f"https://{url}", **arguments)

    def answer(self, url: str) -> Any:
        """Return what a model predicts for one row."""
        answered = self.call(url)
        assert answered.status_code == 200, answered.text
        return answered.json()["predictions"][0]
