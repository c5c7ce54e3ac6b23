"""One cluster for the whole run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.hub import ClusterHub


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    running = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def hub(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClusterHub]:
    """A hub whose notebooks are pods: sign in under names of your own."""
    running = ClusterHub(tmp_path_factory.mktemp("cluster-hub"), cluster=cluster)
    running.start()
    yield running
    running.stop()
