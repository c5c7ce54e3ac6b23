"""What the routers work with, put together by the service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from ..engines.hub import Hub
from ..engines.registry import Registries
from ..engines.service import FullEngine
from ..gateway.base import Gateway
from ..logs.archive import LogArchive
from ..metrics.reader import MetricsReader
from ..reconcilers.notebook_adoption import Adoption
from ..resources.catalogue import Catalogue
from ..resources.cluster_version import ClusterVersions
from ..storage.config import StorageConfig
from ..store.database import Database
from ..store.encryption import Encryption
from ..store.tables import UserRow
from ..tensorboards.mirror import Mirrors
from ..tensorboards.service import TensorboardService


@dataclass(frozen=True)
class ApiContext:
    """The backend's parts, as the API needs them."""

    database: Database
    engine: FullEngine
    catalogue: Catalogue
    storage_for: Callable[[str], StorageConfig]
    """The storages of a project, by appkey."""
    region: str
    default_output_uri: str
    """Where outputs go when a form or a magic is given no path."""
    source_upload_uri: str
    """Where code sent by the panel and the magics is kept."""
    wake: Callable[[str | None], None]
    """Tells the reconcilers that a commit gave them work: with one training or tuning (by id), or somewhere."""
    reconcile_experiment: Callable[[str], None]
    """Does an experiment's next step now, so that the answer to its creation already says ACTIVE."""
    tensorboards: TensorboardService
    tensorboard_dir: Callable[[str, str], Path]
    """Where the trainings of an experiment write TensorBoard logs to, by appkey and experiment."""
    tensorboard_mirrors: Mirrors
    """What TensorBoard shows of storages."""
    logs: LogArchive
    upload_dir: Path
    """Where files lie that are being sent, until they are whole."""
    public_url: str
    """What addresses for browsers begin with."""
    gateway: Gateway
    encryption: Encryption
    wake_endpoints: Callable[[], None]
    """Tells the reconcilers of endpoints that a commit gave them work."""
    vouched_for: Callable[[str], UserRow | None] = lambda _token: None
    """Whose token one is that the store does not know, by another service's word."""
    metrics: MetricsReader = field(default_factory=MetricsReader)
    registries: Registries = field(kw_only=True)
    """Where private images may lie."""
    cluster: ClusterVersions = field(default_factory=ClusterVersions)
    notebook_containers: bool = False
    """Whether the hub runs notebooks in containers."""
    hub: Hub | None = None
    """Where notebooks run; None: there are none here."""
    hub_token: str = field(default="", repr=False)
    """What the hub shows that it is the hub: the token it gave its service, this backend."""
    hub_public_url: str = ""
    """What addresses of notebooks begin with; empty: they are told from the root of the browser's own."""
    wake_notebooks: Callable[[], None] = lambda: None
    """Tells the reconcilers that a commit gave them work with a notebook."""
    adoption: Adoption | None = None
    """Makes notebooks of servers that were made at the hub's own page."""


def _context(request: Request) -> ApiContext:
    context: ApiContext = request.app.state.context
    return context


Context = Annotated[ApiContext, Depends(_context)]
