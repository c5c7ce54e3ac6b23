"""Asking a container registry: the two ways it asks who we are, and what must not be sent where."""

from __future__ import annotations

import pytest

from jupyter_easymaker.engines.registry import ImageMissing, LoginRefused, Registries, RegistryError
from tests.registry import Registry, registry

__all__ = ["registry"]


@pytest.mark.parametrize("kind", ["basic", "bearer"])
def test_account_is_taken_or_refused(registry: Registry, kind: str) -> None:
    registry.kind = kind
    registries = Registries([], [registry.host])
    registries.login(registry.host, registry.login, registry.password)
    with pytest.raises(LoginRefused, match="refuses the ID or the password"):
        registries.login(registry.host, registry.login, "wrong")


@pytest.mark.parametrize("kind", ["basic", "bearer"])
@pytest.mark.parametrize("platforms", [1, 2])
def test_image_is_found_with_its_labels(registry: Registry, kind: str, platforms: int) -> None:
    registry.kind = kind
    registry.push("team/tools/image", "v1", {"made-by": "us"}, platforms=platforms)
    registries = Registries([], [registry.host])
    found = registries.image(registry.host, "team/tools/image", "v1", registry.login, registry.password)
    assert found.labels == {"made-by": "us"}
    assert found.digest.startswith("sha256:")
    with pytest.raises(ImageMissing, match="there is no image"):
        registries.image(registry.host, "team/tools/image", "v2", registry.login, registry.password)


def test_password_is_not_sent_where_the_operator_did_not_say(registry: Registry) -> None:
    registry.realm = "https://collector.example.com/token"
    with pytest.raises(RegistryError, match=r"collector\.example\.com"):
        Registries([], [registry.host]).login(registry.host, registry.login, registry.password)
    with pytest.raises(RegistryError, match="not among those the operator allows"):
        Registries(["*.example.com"]).login(registry.host, registry.login, registry.password)
    assert not any("/token" in asked for asked in registry.asked)


def test_registry_that_is_not_there_is_no_crash() -> None:
    from tests.ports import free_port

    host = f"127.0.0.1:{free_port()}"
    with pytest.raises(RegistryError, match="does not answer"):
        Registries([], [host]).login(host, "a", "b")
