"""A real OpenStack Swift on loopback: its four servers, one replica, in an environment of OpenStack's own.

Users ``project:user`` with their keys: ``test:tester`` owns the account AUTH_test; ``guest:reader`` owns nothing and
sees of AUTH_test what its containers' access lists allow.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.ports import free_port
from tests.waiting import wait_for

OWNER = {"authVersion": "1", "user": "test:tester", "key": "owner-key-only-tests-know"}
GUEST = {"authVersion": "1", "user": "guest:reader", "key": "guest-key-only-tests-know"}

_REPOSITORY = Path(__file__).parents[1]
_PACKAGES = ("swift==2.38.3", "keystone==30.0.0", "setuptools<81")

_CACHE = '''
"""Stands in for memcached: one process, one dictionary; emptied when the file FLUSH appears, and with it all tokens."""
import json, os, time


class Cache:
    def __init__(self, flush):
        self.flush, self.kept = flush, {}

    def get(self, key, *_, **__):
        if os.path.exists(self.flush):
            self.kept.clear()
            os.unlink(self.flush)
        value, until = self.kept.get(key, (None, 0))
        return json.loads(value) if value is not None and (not until or until > time.time()) else None

    def set(self, key, value, time=0, *_, **__):
        import time as clock
        self.kept[key] = (json.dumps(value), time and clock.time() + time)

    def delete(self, key, *_, **__):
        self.kept.pop(key, None)

    def incr(self, key, delta=1, time=0, *_, **__):
        self.set(key, int(self.get(key) or 0) + int(delta), time)
        return self.get(key)


def filter_factory(_, **conf):
    cache = Cache(conf["flush"])

    def make(app):
        def call(env, start_response):
            env["swift.cache"] = cache
            return app(env, start_response)
        return call
    return make
'''

_RINGS = """
import sys
from swift.common.ring import RingBuilder
directory, *servers = sys.argv[1:]
for server in servers:
    name, port = server.split("=")
    builder = RingBuilder(6, 1, 1)
    builder.add_dev({"id": 0, "region": 1, "zone": 1, "ip": "127.0.0.1", "port": int(port), "device": "d", "weight": 1})
    builder.rebalance()
    builder.get_ring().save(f"{directory}/{name}.ring.gz")
"""

_TEMPAUTH = """
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = {owner} .admin
user_guest_reader = {guest}
[filter:s3api]
use = egg:swift#s3api
s3_acl = false
""".format(owner=OWNER["key"], guest=GUEST["key"])

_PROXY = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {directory}
workers = 0
user = {user}
log_address = {directory}/no-syslog
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats bulk tempurl {authentication} copy
    container-quotas slo dlo versioned_writes symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:cache]
paste.filter_factory = easymaker_test_cache:filter_factory
flush = {directory}/FLUSH
{filters}
[filter:slo]
use = egg:swift#slo
""" + "".join(
    f"[filter:{name}]\nuse = egg:swift#{name.replace('-', '_')}\n"
    for name in (
        "catch_errors", "gatekeeper", "healthcheck", "listing_formats", "bulk", "tempurl", "copy", "container-quotas",
        "dlo", "versioned_writes", "symlink",
    )
)  # fmt: skip

_SERVER = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {directory}
devices = {directory}/devices
mount_check = false
disable_fallocate = true
workers = 0
user = {user}
log_address = {directory}/no-syslog
[pipeline:main]
pipeline = {name}-server
[app:{name}-server]
use = egg:swift#{name}
"""


@dataclass
class Swift:
    """A running Swift."""

    directory: Path
    port: int
    authentication: str = "s3api tempauth"
    """The part of the proxy's pipeline that says who somebody is, and the settings of that part."""
    filters: str = _TEMPAUTH
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=60), repr=False)
    _tokens: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def endpoint(self) -> str:
        """What stands in ``obs://{endpoint}/{container}``: the owner's account."""
        return f"127.0.0.1:{self.port}/v1/AUTH_test"

    def access(self, who: dict[str, str] = OWNER, **more: Any) -> dict[str, Any]:
        """What an operator writes into ``ServiceConfig.obs`` for somebody."""
        return {"authUrl": f"{self.url}/auth/v1.0", **who, **more}

    def request(self, method: str, path: str, who: dict[str, str] = OWNER, **arguments: Any) -> httpx.Response:
        """Ask with somebody's token, below the account AUTH_test."""
        headers = {"X-Auth-Token": self._token(who), **arguments.pop("headers", {})}
        url = f"{self.url}/v1/AUTH_test{'/' if path else ''}{path}"
        return self._client.request(method, url, headers=headers, **arguments)

    def _token(self, who: dict[str, str]) -> str:
        if who["user"] not in self._tokens:
            asked = {"X-Auth-User": who["user"], "X-Auth-Key": who["key"]}
            answer = self._client.get(f"{self.url}/auth/v1.0", headers=asked).raise_for_status()
            self._tokens[who["user"]] = answer.headers["x-auth-token"]
        return self._tokens[who["user"]]

    def container(self, name: str, **headers: str) -> str:
        """Make a container; return its URI."""
        self.request("PUT", name, headers=headers).raise_for_status()
        return f"obs://{self.endpoint}/{name}"

    def put(self, path: str, data: bytes | str, **headers: str) -> None:
        self.request("PUT", path, content=data, headers=headers).raise_for_status()

    def get(self, path: str) -> bytes:
        return self.request("GET", path).raise_for_status().content

    def names(self, container: str) -> list[str]:
        return self.request("GET", container).raise_for_status().text.split()

    def forget_tokens(self) -> None:
        """Have all tokens be expired."""
        flush = self.directory / "FLUSH"
        flush.touch()
        httpx.get(f"{self.url}/v1/AUTH_test", headers={"X-Auth-Token": "AUTH_tkx"}, timeout=30)
        wait_for(lambda: not flush.exists())
        self._tokens.clear()

    def start(self) -> None:
        python = str(openstack() / "bin/python")
        ports = {"proxy": self.port, **{name: free_port() for name in ("account", "container", "object")}}
        (self.directory / "devices/d").mkdir(parents=True)
        (self.directory / "easymaker_test_cache.py").write_text(_CACHE)
        (self.directory / "swift.conf").write_text(
            "[swift-hash]\nswift_hash_path_suffix = tests\nswift_hash_path_prefix = tests\n"
        )
        rings = [f"{name}={port}" for name, port in ports.items() if name != "proxy"]
        subprocess.run([python, "-c", _RINGS, str(self.directory), *rings], check=True)
        for name, port in ports.items():
            text = (_PROXY if name == "proxy" else _SERVER).format(
                name=name,
                port=port,
                directory=self.directory,
                user=os.environ.get("USER", "root") if os.geteuid() else "root",
                authentication=self.authentication,
                filters=self.filters,
            )
            file = self.directory / f"{name}.conf"
            file.write_text(text)
            with (self.directory / f"{name}.log").open("wb") as log:
                self.processes.append(
                    subprocess.Popen(
                        [python, str(openstack() / f"bin/swift-{name}-server"), str(file), "-v"],
                        stdout=log,
                        stderr=subprocess.STDOUT,
                        stdin=subprocess.DEVNULL,
                        start_new_session=True,
                        env={**os.environ, "PYTHONPATH": str(self.directory), "SWIFT_DIR": str(self.directory)},
                    )
                )
        wait_for(self._answers, 60, interval=0.1)

    def _answers(self) -> bool:
        for process in self.processes:
            if process.poll() is not None:
                logs = "\n".join(log.read_text()[-2000:] for log in self.directory.glob("*.log"))
                raise RuntimeError(f"a server of Swift ended with {process.returncode}:\n{logs}")
        try:
            return self._client.get(f"{self.url}/healthcheck").status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._client.close()
        shutil.rmtree(self.directory, ignore_errors=True)


def openstack() -> Path:
    """Return OpenStack's own environment, made when it is not there; test runs at the same time wait for each other."""
    directory = _REPOSITORY / ".venv-openstack"
    done = directory / f".installed-{'-'.join(_PACKAGES)}"
    with Path(__file__).open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(directory)], check=True)
            pip = [str(directory / "bin/python"), "-m", "pip", "install", "--quiet"]
            subprocess.run([*pip, *_PACKAGES], check=True)
            done.touch()
    return directory


def start_swift(port: int = 0, **settings: str) -> Swift:
    """Start a Swift; on tmpfs where there is one, because attributes of files are limited on ext4."""
    shared_memory = Path("/dev/shm")
    base = (
        shared_memory if os.access(shared_memory, os.W_OK) and shutil.disk_usage(shared_memory).free > 2**32 else None
    )
    running = Swift(Path(tempfile.mkdtemp(prefix="easymaker-swift-", dir=base)), port or free_port(), **settings)
    try:
        running.start()
    except BaseException:
        running.stop()
        raise
    return running


@pytest.fixture(scope="session")
def swift() -> Iterator[Swift]:
    """A Swift shared by the whole run: use containers of your own in it."""
    running = start_swift()
    yield running
    running.stop()
