"""The application: routers, authentication, limits on what comes in, and the OpenAPI document."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI

from .. import __version__
from . import (
    administration,
    algorithms,
    all_resources,
    batch_inference_logs,
    batch_inferences,
    cluster_versions,
    comparison,
    configuration,
    counts,
    dashboard,
    endpoint_calls,
    endpoint_logs,
    endpoint_models,
    endpoint_monitoring,
    endpoint_stages,
    endpoint_statistics,
    endpoint_traffic,
    endpoints,
    events,
    experiments,
    flavors,
    health,
    hub_pull_secrets,
    hub_servers,
    hyperparameter_tunings,
    images,
    lineage,
    logs,
    metrics,
    models,
    monitoring,
    notebook_inside,
    notebook_monitoring,
    notebooks,
    projects,
    prometheus,
    registry_accounts,
    schemas,
    search,
    sources,
    storages,
    tensorboards,
    training_logs,
    training_templates,
    trainings,
    trials,
    users,
)
from .body_limit import BodyLimit
from .change_feed import ChangeFeed
from .context import ApiContext
from .envelope import ERROR_RESPONSES, install_error_handlers
from .listing import refuse_unknown_parameters
from .request_times import RequestTimes

_PROJECT_ROUTERS = (
    flavors,
    images,
    registry_accounts,
    algorithms,
    configuration,
    administration,
    counts,
    dashboard,
    schemas,
    experiments,
    comparison,  # before trainings, which would take its path for an id
    trainings,
    training_logs,
    metrics,
    lineage,
    hyperparameter_tunings,
    trials,
    training_templates,
    models,
    batch_inferences,
    batch_inference_logs,
    endpoints,
    endpoint_traffic,
    endpoint_stages,
    endpoint_statistics,
    endpoint_monitoring,
    endpoint_models,
    endpoint_calls,
    endpoint_logs,
    notebooks,
    notebook_inside,
    notebook_monitoring,
    search,
    logs,
    sources,
    storages,
    tensorboards,
    monitoring,
    events,
)


def create_app(context: ApiContext) -> FastAPI:
    """Return the API over a backend's parts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with ChangeFeed(context.database) as feed:
            app.state.change_feed = feed
            yield

    app = FastAPI(
        title="EasyMaker",
        version=__version__,
        description="Train, tune, register and serve models. Speaks the vendor's public wire format v1.0.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(refuse_unknown_parameters)],
        separate_input_output_schemas=False,
    )
    app.state.context = context
    app.state.metrics = prometheus.new_registry(context)
    app.add_middleware(BodyLimit)
    app.add_middleware(RequestTimes, registry=app.state.metrics)
    install_error_handlers(app)
    app.include_router(health.router)
    app.include_router(prometheus.router, responses=ERROR_RESPONSES)
    app.include_router(storages.tokens, responses=ERROR_RESPONSES)
    app.include_router(users.router, prefix="/v1.0", responses=ERROR_RESPONSES)
    app.include_router(projects.router, prefix="/v1.0", responses=ERROR_RESPONSES)
    app.include_router(hub_pull_secrets.router, prefix="/v1.0", responses=ERROR_RESPONSES)
    app.include_router(hub_servers.router, prefix="/v1.0", responses=ERROR_RESPONSES)
    for for_administrators in (administration.admin, all_resources.router, cluster_versions.router):
        app.include_router(for_administrators, prefix="/v1.0", responses=ERROR_RESPONSES)
    project = APIRouter(prefix="/v1.0/appkeys/{appkey}", responses=ERROR_RESPONSES)
    for module in _PROJECT_ROUTERS:
        project.include_router(module.router)
    app.include_router(project)
    return app
