"""One cluster for the whole run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster.cluster import GATEWAY, Cluster
from tests.cluster.hub import ClusterHub
from tests.registry import Registry, serving


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    running = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def registry(cluster: Cluster) -> Iterator[Registry]:
    """A registry that wants credentials, on the pods' network."""
    with serving(Registry(kind="basic"), GATEWAY) as made:
        cluster.pull_plainly_from(made.host)
        yield made


@pytest.fixture(scope="session")
def hub(cluster: Cluster, registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterHub]:
    """A hub whose notebooks are pods: sign in under names of your own."""
    running = ClusterHub(
        tmp_path_factory.mktemp("cluster-hub"),
        cluster=cluster,
        backend_settings={"plain_registries": [registry.host]},
    )
    try:
        running.start()
        yield running
    finally:
        if running.process is not None:
            running.stop()
