"""A container registry of the tests' own: what a client needs of the v2 API to look at an image, over real HTTP."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar"
_INDEX = "application/vnd.oci.image.index.v1+json"


@dataclass
class Registry:
    """A registry with one account, asked for by Basic or by token."""

    login: str = "robot"
    password: str = "secret-of-the-robot"
    kind: str = "bearer"
    realm: str = ""
    """Where tokens come from; empty: here."""
    host: str = ""
    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[tuple[str, str], tuple[str, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def push(
        self, path: str, tag: str, labels: dict[str, str], *, platforms: int = 1, layers: Sequence[bytes] = ()
    ) -> str:
        """Put an image there; return its address.

        Args:
            layers: tar archives; with them it can be run.
        """
        digests = [self._keep(each) for each in layers]
        config = self._blob(
            {
                "architecture": "amd64",
                "os": "linux",
                "config": {"Labels": labels, "Env": ["PATH=/usr/local/bin:/usr/bin:/bin"]},
                "rootfs": {"type": "layers", "diff_ids": digests},
            }
        )
        manifest = {
            "schemaVersion": 2,
            "mediaType": _MANIFEST,
            "config": {"mediaType": _CONFIG, "digest": config, "size": len(self.blobs[config])},
            "layers": [{"mediaType": _LAYER, "digest": each, "size": len(self.blobs[each])} for each in digests],
        }
        digest = self._manifest(path, tag, _MANIFEST, manifest)
        if platforms > 1:
            entries = [{"digest": digest, "mediaType": _MANIFEST, "platform": {"os": "linux"}}] * platforms
            self._manifest(path, tag, _INDEX, {"schemaVersion": 2, "mediaType": _INDEX, "manifests": entries})
        return f"{self.host}/{path}:{tag}"

    def _blob(self, content: dict[str, Any]) -> str:
        return self._keep(json.dumps(content).encode())

    def _keep(self, data: bytes) -> str:
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        self.blobs[digest] = data
        return digest

    def _manifest(self, path: str, tag: str, kind: str, content: dict[str, Any]) -> str:
        digest = self._blob(content)
        for reference in (tag, digest):
            self.manifests[path, reference] = (kind, self.blobs[digest])
        return digest

    @property
    def basic(self) -> str:
        return f"Basic {base64.b64encode(f'{self.login}:{self.password}'.encode()).decode()}"

    def token(self, scope: str) -> str:
        return f"token-for-{scope or 'nothing'}"


def _handler(registry: Registry) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            registry.asked.append(self.path)
            given = self.headers.get("Authorization", "")
            if parts.path == "/token":
                scope = parse_qs(parts.query).get("scope", [""])[0]
                if given != registry.basic:
                    self._answer(401, {"errors": [{"code": "UNAUTHORIZED"}]})
                else:
                    self._answer(200, {"token": registry.token(scope)})
                return
            words = parts.path.strip("/").split("/")
            repository = "/".join(words[1:-2]) if len(words) > 3 else ""
            scope = f"repository:{repository}:pull" if repository else ""
            wanted = registry.basic if registry.kind == "basic" else f"Bearer {registry.token(scope)}"
            if given != wanted:
                self._challenge(scope)
            elif parts.path == "/v2/":
                self._answer(200, {})
            elif words[-2] == "manifests" and (repository, words[-1]) in registry.manifests:
                kind, data = registry.manifests[repository, words[-1]]
                self._send(200, kind, data, {"Docker-Content-Digest": f"sha256:{hashlib.sha256(data).hexdigest()}"})
            elif words[-2] == "blobs" and words[-1] in registry.blobs:
                self._send(200, "application/octet-stream", registry.blobs[words[-1]], {})
            else:
                self._answer(404, {"errors": [{"code": "NOT_FOUND"}]})

        def _challenge(self, scope: str) -> None:
            if registry.kind == "basic":
                challenge = 'Basic realm="registry"'
            else:
                realm = registry.realm or f"http://{registry.host}/token"
                challenge = f'Bearer realm="{realm}",service="tests"' + (f',scope="{scope}"' if scope else "")
            self._send(401, "application/json", b"{}", {"WWW-Authenticate": challenge})

        def _answer(self, status: int, content: dict[str, Any]) -> None:
            self._send(status, "application/json", json.dumps(content).encode(), {})

        def _send(self, status: int, kind: str, data: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(data)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_HEAD = do_GET  # noqa: N815 - named so in the base class

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - named so in the base class
            return

    return Handler


@contextmanager
def serving(registry: Registry, address: str = "127.0.0.1") -> Iterator[Registry]:
    """Have a registry answer on an address of this machine."""
    with ThreadingHTTPServer((address, 0), _handler(registry)) as server:
        registry.host = f"{address}:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield registry
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def registry() -> Iterator[Registry]:
    with serving(Registry()) as made:
        yield made
