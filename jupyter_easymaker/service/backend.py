"""The backend's parts put together: store, engine, reconcilers and API around one data directory."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from ..api.app import create_app
from ..api.context import ApiContext
from ..engines.base import Capacity
from ..engines.local import LocalEngine
from ..engines.registry import Registries
from ..gateway.none import NoGateway
from ..logs.archive import LogArchive
from ..reconcilers.context import ReconcilerContext
from ..reconcilers.endpoint_context import EndpointContext
from ..reconcilers.endpoint_loop import EndpointLoop
from ..reconcilers.experiment import reconcile_experiment
from ..reconcilers.log_keeper import LogKeeper
from ..reconcilers.loop import ReconcilerLoop
from ..reconcilers.pod_log_keeper import PodLogKeeper
from ..reconcilers.stage_meter import StageMeter
from ..runner.event_files import is_event_file
from ..store import users
from ..store.database import Database
from ..store.encryption import KEY_FILE, Encryption
from ..tensorboards.mirror import Mirrors, MirrorSettings
from ..tensorboards.service import TensorboardService
from .catalogue import machine_catalogue
from .config import DEFAULT_APPKEY, ServiceConfig
from .gateway import make_gateway
from .log_forwarding import log_forwarder
from .notebooks import notebook_service

OWNER = "owner"
"""The user whose token the data directory holds."""


class Backend:
    """A backend, built but not yet serving.

    Args:
        config: the operator's settings.
        token: the owner's token.
    """

    def __init__(self, config: ServiceConfig, token: str) -> None:
        shared = Path(config.shared_dir)
        self.data_dir = shared
        """Where jobs, logs and local storage lie."""
        shared.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, directory in config.storage_for(DEFAULT_APPKEY).nas.items():
            if name == "local":
                Path(directory).mkdir(parents=True, exist_ok=True)
        self.database = Database(config.database_url)
        self.database.migrate()
        with self.database.session() as session:
            users.ensure_project(session, DEFAULT_APPKEY, DEFAULT_APPKEY)
            users.ensure_user(session, OWNER, token, is_admin=True)
            users.ensure_member(session, DEFAULT_APPKEY, OWNER)
        self.engine = LocalEngine(
            shared / "engine",
            capacity=_configured_capacity(config),
            preload=["jupyter_easymaker.runner", "jupyter_easymaker.batch"],
            private_environment=config.secret_variables(),
            on_change=self._changed,
        )
        self.gateway = make_gateway(config, shared) or NoGateway()
        encryption = Encryption(shared / KEY_FILE)
        archive = LogArchive(shared / "logs")
        self.pod_logs = PodLogKeeper(self.engine, archive)
        endpoint_context = EndpointContext(
            database=self.database,
            engine=self.engine,
            services=self.engine,
            gateway=self.gateway,
            encryption=encryption,
            storage_for=config.storage_for,
            data_dir=shared,
            pod_logs=self.pod_logs,
            pace=config.scaling_pace(),
        )
        self.endpoints = EndpointLoop(endpoint_context)
        self.stage_meter = StageMeter(endpoint_context, self.endpoints.wake)
        catalogue = machine_catalogue(
            self.engine.capacity(),
            config.flavors,
            config.images,
            notebooks=config.hub,
            containers=config.provided_notebook_images(),
        )
        context = ReconcilerContext(
            database=self.database,
            engine=self.engine,
            catalogue=catalogue,
            storage_for=config.storage_for,
            data_dir=shared,
            region=config.region,
            logs=LogKeeper(
                self.database,
                self.engine,
                archive,
                keep_seconds=config.log_keep_days * 86400,
                keep_bytes=int(config.log_keep_gb * 10**9),
            ),
        )
        self.reconcilers = ReconcilerLoop(context)
        self.log_forwarder = log_forwarder(config, self.database, self.engine, archive)
        self.mirrors = Mirrors(
            _emptied(Path(config.data_dir) / "tensorboard-storage"),
            is_event_file,
            MirrorSettings(config.tensorboard_storage_files, int(config.tensorboard_storage_gb * 10**9)),
        )
        self.tensorboards = TensorboardService(
            idle_seconds=config.tensorboard_idle_minutes * 60,
            at_most=config.tensorboard_at_most,
            flags=config.tensorboard_flags,
            ended=self.mirrors.close,
        )
        self.notebooks = notebook_service(config, self.database, catalogue)
        self.app: FastAPI = create_app(
            ApiContext(
                database=self.database,
                engine=self.engine,
                catalogue=catalogue,
                storage_for=config.storage_for,
                region=config.region,
                default_output_uri=config.default_output_uri,
                source_upload_uri=config.source_upload_uri,
                wake=self.reconcilers.wake,
                reconcile_experiment=lambda key: reconcile_experiment(context, key),
                tensorboards=self.tensorboards,
                tensorboard_dir=context.tensorboard_dir,
                tensorboard_mirrors=self.mirrors,
                logs=archive,
                upload_dir=_emptied(Path(config.data_dir) / "uploads"),
                public_url=config.public_url.rstrip("/"),
                registries=Registries(config.registries, config.plain_registries),
                cluster=config.cluster(),
                notebook_containers=config.notebook_containers,
                gateway=self.gateway,
                encryption=encryption,
                wake_endpoints=self._endpoints_asked,
                **_identity(config, self.database),
                **(self.notebooks.for_api() if self.notebooks else {}),
            )
        )

    def _endpoints_asked(self) -> None:
        """Hear that the API has written something about endpoints."""
        self.endpoints.wake()
        self.stage_meter.wake()

    def _changed(self, name: str) -> None:
        """Hear of a job or service that changed."""
        if not self.endpoints.service_changed(name):
            self.reconcilers.job_changed(name)

    def start(self) -> None:
        """Find running jobs again and begin to reconcile."""
        self.engine.start()
        self.reconcilers.start()
        self.pod_logs.start()
        self.endpoints.start()
        self.stage_meter.start()
        if self.log_forwarder is not None:
            self.log_forwarder.start()
        if self.notebooks is not None:
            self.notebooks.start()

    def close(self) -> None:
        """End threads and connections; jobs, pods and the gateway go on."""
        self.tensorboards.close()
        self.mirrors.close_all()
        if self.notebooks is not None:
            self.notebooks.close()
        if self.log_forwarder is not None:
            self.log_forwarder.close()
        self.stage_meter.close()
        self.endpoints.close()
        self.pod_logs.close()
        self.gateway.close()
        self.reconcilers.close()
        self.engine.close()
        self.database.close()


def _identity(config: ServiceConfig, database: Database) -> dict[str, Any]:
    if not config.hub:
        return {}
    from .hub_identity import HubIdentity  # needs jupyterhub, which few have

    return {"vouched_for": HubIdentity(database, config.hub_everyone).user}


def _emptied(directory: Path) -> Path:
    """Return a directory without what a backend that was killed has left in it."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True, mode=0o700)
    return directory


def _configured_capacity(config: ServiceConfig) -> Capacity | None:
    if not config.vcpus and not config.memory_mib and config.gpus < 0:
        return None
    machine = LocalEngine.machine_capacity()
    return Capacity(
        vcpus=config.vcpus or machine.vcpus,
        memory_mib=config.memory_mib or machine.memory_mib,
        gpus=machine.gpus if config.gpus < 0 else config.gpus,
    )
