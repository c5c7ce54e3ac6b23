"""The cluster's versions with their ends, and what has to leave them, for administrators."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from ..resources.administration import ClusterVersion
from ..store import cluster_versions
from .auth import Admin
from .context import Context
from .envelope import envelope, success

router = APIRouter(prefix="/admin", tags=["administration"])
Answer = envelope("ClusterVersions", cluster_version_list=list[ClusterVersion])


@router.get("/cluster-versions", response_model=Answer)
def list_cluster_versions(context: Context, _caller: Admin) -> Any:
    """List the versions the operator names and those something runs on: the current one, then what ends first."""
    with context.database.reading() as session:
        notebooks, stages = cluster_versions.notebooks(session), cluster_versions.endpoint_stages(session)
    cluster = context.cluster
    named = {*cluster.expiry, *([cluster.current] if cluster.current else [])}
    found = [
        ClusterVersion(
            version=version,
            current=version == cluster.current,
            known=version in named,
            expires_datetime=cluster.ends(version),
            notebooks=notebooks.get(version, 0),
            endpoint_stages=stages.get(version, 0),
        )
        for version in sorted({*named, *notebooks, *stages})
    ]
    found.sort(key=lambda each: (not each.current, each.expires_datetime is None, str(each.expires_datetime)))
    return success(cluster_version_list=found)
