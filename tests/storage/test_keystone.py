"""Staging from and to a Swift that a real Keystone guards."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from jupyter_easymaker.storage.access import StorageError, StorageErrorCode, exists, stage_in, stage_out
from jupyter_easymaker.storage.config import StorageConfig, SwiftAccess
from jupyter_easymaker.storage.swift_account import account
from tests.keystone import Keystone
from tests.swift import Swift

pytestmark = pytest.mark.swift

Both = tuple[Keystone, Swift]


def config_of(both: Both, who: str = "owner", **more: object) -> StorageConfig:
    keystone, swift = both
    return StorageConfig(obs={f"127.0.0.1:{swift.port}": SwiftAccess.from_json(keystone.access(who, **more))})


def uri(both: Both, path: str, who: str = "owner") -> str:
    """The account by its name, as the vendor's SDK spells it."""
    keystone, swift = both
    return f"obs://127.0.0.1:{swift.port}/v1/AUTH_{keystone.project_ids[who]}/{path}"


def container(both: Both, name: str, config: StorageConfig, who: str = "owner") -> str:
    """Make a container; return its URI."""
    from swiftclient import client

    (endpoint, access), *_ = config.obs.items()
    assert isinstance(access, SwiftAccess)
    account(access, endpoint).call(client.put_container, name, tries=1)
    return uri(both, name, who)


@pytest.mark.parametrize("by", ["name", "id"])
def test_what_is_staged_out_comes_back_the_same(keystone_swift: Both, tmp_path: Path, by: str) -> None:
    keystone, swift = keystone_swift
    more = {} if by == "name" else {"project": "", "tenantId": keystone.project_ids["owner"]}
    config = config_of(keystone_swift, region="here", **more)
    place = container(keystone_swift, f"by-{by}", config)
    (tmp_path / "made").mkdir()
    (tmp_path / "made/large").write_bytes(os.urandom(2_000_000))
    (tmp_path / "made/small").write_text("a")
    stage_out(str(tmp_path / "made"), f"{place}/out", config)
    # The catalogue says where the project's own account is: a URI with the host alone means that.
    staged = stage_in(f"obs://127.0.0.1:{swift.port}/by-{by}/out", config, str(tmp_path / "cache"))
    for name in ("large", "small"):
        assert Path(staged.path, name).read_bytes() == (tmp_path / "made" / name).read_bytes()


def test_a_revoked_token_is_renewed_in_the_middle(keystone_swift: Both, tmp_path: Path) -> None:
    keystone, _ = keystone_swift
    config = config_of(keystone_swift)
    place = container(keystone_swift, "revoked", config)
    (tmp_path / "made").mkdir()
    for index in range(8):
        (tmp_path / f"made/{index:02}").write_text("x")
    stage_out(str(tmp_path / "made"), f"{place}/data", config)
    (endpoint, access), *_ = config.obs.items()
    assert isinstance(access, SwiftAccess)
    login = account(access, endpoint).login
    first = login.token()
    once = threading.Event()

    def revoke(done: int, *_: int) -> None:
        if done >= 3 and not once.is_set():
            once.set()
            keystone.revoke(login.token())

    assert stage_in(f"{place}/data", config, str(tmp_path / "cache"), revoke).files == 8
    assert once.is_set()
    assert login.token() != first


def test_another_project_is_refused_and_who_was_refused_is_named(keystone_swift: Both) -> None:
    keystone, _ = keystone_swift
    place = container(keystone_swift, "private", config_of(keystone_swift))
    with pytest.raises(StorageError, match="has no read permission for the container private") as refusal:
        exists(f"{place}/data", config_of(keystone_swift, "guest"))
    assert refusal.value.code is StorageErrorCode.PERMISSION
    assert f"tenant {keystone.project_ids['guest']}, user {keystone.user_ids['guest']}" in str(refusal.value)


def test_refused_credentials_are_told_without_the_password(keystone_swift: Both) -> None:
    with pytest.raises(StorageError, match="refuses the system account owner") as refusal:
        exists(uri(keystone_swift, "any/data"), config_of(keystone_swift, key="wrong-password"))
    assert refusal.value.code is StorageErrorCode.PERMISSION
    assert "wrong-password" not in str(refusal.value)


def test_a_region_without_object_storage_is_named(keystone_swift: Both) -> None:
    _, swift = keystone_swift
    with pytest.raises(StorageError, match="elsewhere") as refusal:
        exists(f"obs://127.0.0.1:{swift.port}/any/data", config_of(keystone_swift, region="elsewhere"))
    assert refusal.value.code is StorageErrorCode.NOT_CONFIGURED
