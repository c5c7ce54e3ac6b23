"""Endpoints carried through their lives by a backend that is killed at every single step, against playing parts.

What the backend asks of the store is real; pods become ready when the test says so, and the gateway is a dictionary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from jupyter_easymaker.engines.local import LocalEngine
from jupyter_easymaker.engines.service import Replica, ReplicaState, Service, ServiceObservation
from jupyter_easymaker.gateway.base import CallCounts, Deployment, EndpointRoute, GatewayError, StageDeployment
from jupyter_easymaker.gateway.none import NoGateway
from jupyter_easymaker.logs.archive import LogArchive
from jupyter_easymaker.reconcilers.endpoint_context import EndpointContext
from jupyter_easymaker.reconcilers.endpoint_loop import EndpointLoop
from jupyter_easymaker.reconcilers.pod_log_keeper import PodLogKeeper
from jupyter_easymaker.resources.base import new_id
from jupyter_easymaker.resources.endpoint import EndpointCreate, EndpointStatus
from jupyter_easymaker.resources.endpoint_stage import EndpointStageCreate
from jupyter_easymaker.resources.flavor import Flavor
from jupyter_easymaker.resources.model import ModelCreate
from jupyter_easymaker.storage.config import StorageConfig
from jupyter_easymaker.store import endpoint_models, endpoint_stages, endpoints, models
from jupyter_easymaker.store.database import Database
from jupyter_easymaker.store.encryption import Encryption
from jupyter_easymaker.store.endpoint_tables import EndpointModelRow, EndpointRow, EndpointStageRow

FLAVOR = Flavor(id="c2m2", name="c2m2", vcpus=2, ram=2048)


class Killed(BaseException):
    """What ends a step as a power cut does: nothing that follows it is done."""


@dataclass
class Power:
    """Cuts the power at the n-th thing done to the world."""

    left: int = 10**9

    def use(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed


@dataclass
class PlayedServices:
    """Pods that are ready, or gone, one look after they were asked for."""

    power: Power
    wanted: dict[str, Service] = field(default_factory=dict)
    running: dict[str, list[Replica]] = field(default_factory=dict)
    started: list[str] = field(default_factory=list)

    def serve(self, service: Service) -> None:
        self.power.use()
        self.wanted[service.name] = service
        self.power.use()

    def remove_service(self, name: str) -> None:
        self.power.use()
        self.wanted.pop(name, None)

    def observe_service(self, name: str) -> ServiceObservation | None:
        if name not in self.wanted and name not in self.running:
            return None
        wanted = self.wanted.get(name)
        return ServiceObservation(name, tuple(self.running.get(name, ())), wanted.replicas if wanted else 0)

    def service_names(self) -> list[str]:
        return sorted({*self.wanted, *self.running})

    def tick(self) -> None:
        """Let what was asked for happen."""
        for name, service in self.wanted.items():
            pods = self.running.setdefault(name, [])
            while len(pods) < service.replicas:
                pods.append(Replica(f"{name}-{len(self.started)}", ReplicaState.READY, True, f"h:{len(self.started)}"))
                self.started.append(name)
            del pods[service.replicas :]
        for name in set(self.running) - set(self.wanted):
            del self.running[name]


class PlayedGateway(NoGateway):
    """Has in force what it was told one look ago."""

    def __init__(self, power: Power) -> None:
        self.power = power
        self.told: dict[str, EndpointRoute] = {}
        self.in_force: dict[str, EndpointRoute] = {}
        self.broken = ""

    def start(self) -> None:
        """It runs."""

    def apply(self, endpoints: Sequence[EndpointRoute]) -> None:
        if self.broken:
            raise GatewayError(self.broken)
        self.power.use()
        self.told = {route.name: route for route in endpoints}

    def deployment(self, stage_id: str) -> StageDeployment:
        known = any(stage.id == stage_id for route in self.told.values() for stage in route.stages)
        if not known:
            return StageDeployment(Deployment.UNKNOWN)
        return StageDeployment(Deployment.DEPLOYED if self.told == self.in_force else Deployment.PENDING)

    def calls(self) -> tuple[str, list[CallCounts]]:
        return "1", []

    def tick(self) -> None:
        self.in_force = self.told


class CutDatabase(Database):
    """A store whose commits may be the last thing that happens, or may not happen any more."""

    power: Power

    def session(self) -> Any:
        from contextlib import contextmanager

        @contextmanager
        def cut() -> Iterator[Any]:
            with Database.session(self) as session:
                yield session
                self.power.use()
            self.power.use()

        return cut()


@dataclass
class World:
    """A project's endpoints and everything around them."""

    context: EndpointContext
    power: Power
    services: PlayedServices
    gateway: PlayedGateway
    models: list[str]
    loop: EndpointLoop | None = None
    kills: int = 0

    def step(self) -> None:
        """Do one pass, in a backend that is started anew if the one before was killed."""
        try:
            if self.loop is None:
                self.loop = EndpointLoop(self.context)
                self.loop.sweep()
            self.loop.step()
        except Killed:
            self.kills += 1
            self.loop = None
            self.power.left = 10**9
        self.services.tick()
        self.gateway.tick()

    def until(self, condition: Callable[[], bool]) -> None:
        for _ in range(40):
            if condition():
                return
            self.step()
        raise AssertionError(f"never came: {self.rows()}")

    def rows(self) -> list[tuple[str, str, str]]:
        with self.context.database.reading() as session:
            return [(row.name, row.status, row.status_reason) for rows in endpoints.everything(session) for row in rows]

    def settled(self) -> bool:
        return all(status == "ACTIVE" for _, status, _ in self.rows())

    def create(self) -> str:
        resources = [{"modelId": self.models[0], "apigwResourceUri": "/inference"}]
        spec = EndpointCreate(endpoint_name="e", flavor_id="c2m2", endpoint_model_resource_list=resources)  # type: ignore[arg-type]
        with Database.session(self.context.database) as session:
            stage_id = new_id()
            row = endpoints.insert(session, appkey="p", spec=spec, default_stage_id=stage_id, created_by="me")
            self._stage(session, row, stage_id, "default", spec, self.models[0])
        return row.id

    def add_stage(self, endpoint_id: str) -> str:
        resources = [{"modelId": self.models[1], "apigwResourceUri": "/inference"}]
        spec = EndpointStageCreate(
            endpoint_id=endpoint_id,
            apigw_stage_name="next",
            flavor_id="c2m2",
            endpoint_model_resource_list=resources,  # type: ignore[arg-type]
        )
        with Database.session(self.context.database) as session:
            row = session.get_one(EndpointRow, endpoint_id)
            return self._stage(session, row, new_id(), "next", spec, self.models[1])

    def _stage(self, session: Any, row: EndpointRow, stage_id: str, name: str, spec: Any, model: str) -> str:
        stage = endpoint_stages.insert(
            session,
            endpoint=row,
            stage_id=stage_id,
            name=name,
            spec=spec,
            flavor=FLAVOR,
            cluster_version="",
            created_by="me",
        )
        deployed = {"modelName": f"model-{name}", "modelUploadUri": "nas://local:/m", "frameworkCode": "SKLEARN"}
        for each in spec.endpoint_model_resource_list:
            endpoint_models.insert(session, stage=stage, spec=each, model=deployed, pods=1, created_by="me")
        return stage_id

    def change_default(self, endpoint_id: str, stage_id: str) -> None:
        with Database.session(self.context.database) as session:
            row = session.get_one(EndpointRow, endpoint_id)
            old = session.get_one(EndpointStageRow, row.default_stage_id)
            assert endpoints.transition(session, row, None, default_stage_id=stage_id)
            assert endpoint_stages.transition(session, old, None, retired=True)

    def delete(self, endpoint_id: str) -> None:
        with Database.session(self.context.database) as session:
            row = session.get_one(EndpointRow, endpoint_id)
            assert endpoints.transition(session, row, EndpointStatus.DELETE_IN_PROGRESS)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    power = Power()
    database = CutDatabase(f"sqlite:///{tmp_path}/store.db")
    database.power = power
    database.migrate()
    engine = LocalEngine(tmp_path / "engine")  # only its files are asked for
    services, gateway = PlayedServices(power), PlayedGateway(power)
    context = EndpointContext(
        database=database,
        engine=engine,
        services=services,  # type: ignore[arg-type]
        gateway=gateway,
        encryption=Encryption(tmp_path / "keys"),
        storage_for=lambda _appkey: StorageConfig(nas={"local": str(tmp_path)}),
        data_dir=tmp_path,
        pod_logs=PodLogKeeper(engine, LogArchive(tmp_path / "logs")),
    )
    with Database.session(database) as session:
        made = [
            models.insert(
                session,
                appkey="p",
                spec=ModelCreate(model_name=name, model_format_code="SKLEARN", model_upload_uri="nas://local:/m"),  # type: ignore[arg-type]
                created_by="me",
                model_upload_uri="nas://local:/m",
                model_format="SKLEARN",
                training=None,
                tuning=None,
            ).id
            for name in ("one", "two")
        ]
    yield World(context, power, services, gateway, made)
    database.close()


def live(world: World, *, cut_at: int = 10**9) -> None:
    """Create an endpoint, scale it, change its default stage, delete it; the power is cut once in each part."""
    world.power.left = cut_at
    key = world.create()
    world.until(world.settled)
    with world.context.database.reading() as session:
        (resource,) = endpoints.everything(session)[2]
    with Database.session(world.context.database) as session:
        row = session.get_one(EndpointModelRow, resource.id)
        assert endpoint_models.transition(session, row, None, pods=2, pod_count=2)
    world.power.left = cut_at
    world.until(lambda: len(world.services.running[f"endpoint-{resource.id}"]) == 2 and world.settled())
    stage = world.add_stage(key)
    world.until(world.settled)
    world.power.left = cut_at
    world.change_default(key, stage)
    world.until(lambda: len(world.rows()) == 3 and world.settled())
    (route,) = world.gateway.in_force.values()
    assert [each.id for each in route.stages] == [stage] == [route.default_stage_id]
    assert world.services.service_names() == [f"endpoint-{_only_resource(world)}"]
    assert len(world.services.started) == 3, "nothing was started twice"
    world.power.left = cut_at
    world.delete(key)
    world.until(lambda: world.rows() == [])
    assert world.services.service_names() == []
    world.until(lambda: world.gateway.in_force == {})


def _only_resource(world: World) -> str:
    with world.context.database.reading() as session:
        (row,) = endpoints.everything(session)[2]
    return row.id


def test_endpoint_lives_from_its_creation_to_its_end(world: World) -> None:
    live(world)


@pytest.mark.parametrize("cut_at", range(24))
def test_backend_killed_at_any_step_leaves_everything_as_asked(world: World, cut_at: int) -> None:
    live(world, cut_at=cut_at)
    assert world.kills > (2 if cut_at < 8 else 0)


def test_old_default_stage_serves_until_the_gateway_says_the_new_one_does(world: World) -> None:
    key = world.create()
    world.until(world.settled)
    stage = world.add_stage(key)
    world.until(world.settled)
    world.change_default(key, stage)
    loop = EndpointLoop(world.context)
    for _ in range(3):  # told, but not in force: the gateway takes its time
        loop.step()
        world.services.tick()
        assert len(world.services.running) == 2
        assert len(world.gateway.told["e"].stages) == 2
    world.gateway.tick()
    loop.step()  # now the old one may go: first out of the gateway, then its pods
    loop.step()
    assert [each.id for each in world.gateway.told["e"].stages] == [stage]


def test_pod_that_drains_gets_no_calls_and_one_more_is_added_at_once(world: World) -> None:
    world.create()
    world.until(world.settled)
    (name,) = world.services.running
    ready = world.services.running[name][0]
    world.services.running[name] = [replace(ready, state=ReplicaState.DRAINING), replace(ready, address="h:9")]
    EndpointLoop(world.context).step()
    assert world.gateway.told["e"].stages[0].models[0].addresses == ("h:9",)


def test_gateway_that_cannot_be_told_is_shown_and_nothing_is_removed_before_it_can(world: World) -> None:
    key = world.create()
    world.until(world.settled)
    world.gateway.broken = "no space left"
    world.delete(key)
    for _ in range(3):
        world.step()
    assert len(world.services.running) == 1
    world.gateway.broken = ""
    world.until(lambda: world.rows() == [])


def test_gateway_that_refuses_shows_why_and_recovers_by_itself(world: World) -> None:
    world.create()
    world.until(world.settled)
    world.gateway.broken = "no space left"
    world.step()
    with world.context.database.reading() as session:
        (stage,) = endpoints.everything(session)[1]
    assert (stage.gateway_status, stage.gateway_reason) == ("STAGE_DEPLOY_FAIL", "no space left")
    world.gateway.broken = ""
    world.step()
    world.step()
    with world.context.database.reading() as session:
        (stage,) = endpoints.everything(session)[1]
    assert (stage.gateway_status, stage.gateway_reason) == ("ACTIVE", "")


def test_service_nothing_stands_behind_is_removed_when_a_backend_starts(world: World) -> None:
    world.services.wanted["endpoint-nobody"] = Service("endpoint-nobody", ("x",), resources=None)  # type: ignore[arg-type]
    EndpointLoop(world.context).sweep()
    assert world.services.service_names() == []
