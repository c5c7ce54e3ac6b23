"""A real OpenStack Keystone on loopback, and a Swift that asks it who somebody is.

Project ``team`` with the user ``owner``, who may do everything in its account; project ``others`` with ``guest``.
"""

from __future__ import annotations

import getpass
import grp
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.ports import free_port
from tests.swift import Swift, openstack, start_swift
from tests.waiting import wait_for

_ADMIN_PASSWORD = "admin-password-only-tests-know"
PASSWORDS = {"owner": "owner-password-only-tests-know", "guest": "guest-password-only-tests-know"}
PROJECTS = {"owner": "team", "guest": "others"}

_CONFIG = """
[database]
connection = sqlite:///{directory}/keystone.db
[fernet_tokens]
key_repository = {directory}/keys
[fernet_receipts]
key_repository = {directory}/keys
[credential]
key_repository = {directory}/credential
[identity]
password_hash_rounds = 4
"""

_SERVE = """
import sys
from keystone.server import wsgi
from werkzeug.serving import run_simple
sys.argv = ["keystone"]
run_simple("127.0.0.1", {port}, wsgi.initialize_public_application(), threaded=True)
"""

_FILTERS = """
[filter:authtoken]
paste.filter_factory = keystonemiddleware.auth_token:filter_factory
www_authenticate_uri = {url}
auth_url = {url}
auth_type = password
interface = public
username = admin
password = {password}
project_name = admin
user_domain_id = default
project_domain_id = default
delay_auth_decision = true
token_cache_time = -1
[filter:keystoneauth]
use = egg:swift#keystoneauth
operator_roles = admin
"""


@dataclass
class Keystone:
    """A running Keystone."""

    directory: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    project_ids: dict[str, str] = field(default_factory=dict)
    user_ids: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v3"

    def access(self, who: str = "owner", **more: Any) -> dict[str, Any]:
        """What an operator writes into ``ServiceConfig.obs`` for somebody."""
        return {"authUrl": self.url, "user": who, "key": PASSWORDS[who], "project": PROJECTS[who], **more}

    def start(self, swift_port: int) -> None:
        """Start it with its catalogue saying where Swift will be."""
        config = self.directory / "keystone.conf"
        config.write_text(_CONFIG.format(directory=self.directory))
        user, group = getpass.getuser(), grp.getgrgid(os.getgid()).gr_name
        for keys in ("keys", "credential"):
            (self.directory / keys).mkdir(mode=0o700)
        manage = [str(openstack() / "bin/keystone-manage"), "--config-file", str(config)]
        for command in (
            ["fernet_setup", "--keystone-user", user, "--keystone-group", group],
            ["credential_setup", "--keystone-user", user, "--keystone-group", group],
            ["db_sync"],
            ["bootstrap", "--bootstrap-password", _ADMIN_PASSWORD, "--bootstrap-public-url", self.url,
             "--bootstrap-region-id", "here"],
        ):  # fmt: skip
            subprocess.run([*manage, *command], check=True, capture_output=True)
        with (self.directory / "keystone.log").open("wb") as log:
            self.process = subprocess.Popen(
                [str(openstack() / "bin/python"), "-c", _SERVE.format(port=self.port)],
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "OS_KEYSTONE_CONFIG_FILES": str(config)},
            )
        wait_for(self._answers, 60, interval=0.1)
        self._fill(swift_port)

    def _answers(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise RuntimeError(f"Keystone ended:\n{(self.directory / 'keystone.log').read_text()[-3000:]}")
        try:
            return httpx.get(self.url).status_code == 200
        except httpx.HTTPError:
            return False

    def _fill(self, swift_port: int) -> None:
        with httpx.Client(
            headers={"X-Auth-Token": self.token("admin", _ADMIN_PASSWORD, "admin")}, timeout=30
        ) as client:

            def make(kind: str, **values: Any) -> str:
                answer = client.post(f"{self.url}/{kind}s", json={kind: values}).raise_for_status()
                made: str = answer.json()[kind]["id"]
                return made

            role = client.get(f"{self.url}/roles", params={"name": "admin"}).json()["roles"][0]["id"]
            service = make("service", type="object-store", name="swift")
            make(
                "endpoint",
                service_id=service,
                interface="public",
                region_id="here",
                url=f"http://127.0.0.1:{swift_port}/v1/AUTH_%(tenant_id)s",
            )
            for who, project in PROJECTS.items():
                self.project_ids[who] = make("project", name=project, domain_id="default")
                self.user_ids[who] = make("user", name=who, password=PASSWORDS[who], domain_id="default")
                place = f"{self.url}/projects/{self.project_ids[who]}/users/{self.user_ids[who]}/roles/{role}"
                client.put(place).raise_for_status()

    def token(self, user: str, password: str, project: str) -> str:
        """Sign somebody in."""
        domain = {"domain": {"id": "default"}}
        identity = {"methods": ["password"], "password": {"user": {"name": user, "password": password, **domain}}}
        body = {"auth": {"identity": identity, "scope": {"project": {"name": project, **domain}}}}
        answer = httpx.post(f"{self.url}/auth/tokens", json=body, timeout=30).raise_for_status()
        return str(answer.headers["x-subject-token"])

    def revoke(self, token: str) -> None:
        """Have a token be good no longer."""
        admin = self.token("admin", _ADMIN_PASSWORD, "admin")
        headers = {"X-Auth-Token": admin, "X-Subject-Token": token}
        httpx.delete(f"{self.url}/auth/tokens", headers=headers, timeout=30).raise_for_status()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


@pytest.fixture(scope="session")
def keystone_swift() -> Iterator[tuple[Keystone, Swift]]:
    """A Keystone, and a Swift behind it."""
    port = free_port()
    keystone = Keystone(Path(tempfile.mkdtemp(prefix="easymaker-keystone-")), free_port())
    try:
        keystone.start(port)
        filters = _FILTERS.format(url=keystone.url, password=_ADMIN_PASSWORD)
        swift = start_swift(port, authentication="authtoken keystoneauth", filters=filters)
        yield keystone, swift
        swift.stop()
    finally:
        keystone.stop()
