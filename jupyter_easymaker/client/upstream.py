"""Requests of this server to the backend, with the token and over connections that are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote

from .connection import Connection, is_loopback

if TYPE_CHECKING:
    import httpx

_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 300.0
_MAX_CONNECTIONS = 1000
"""Each open browser tab holds one for its event stream."""
_KEEP_ALIVE_SECONDS = 3.0
"""Below uvicorn's 5 s: a connection it is about to close is not used again."""


class NoAnswer(Exception):
    """The backend could not be asked."""


class Upstream:
    """The way to the backend. ``httpx`` is loaded with the first request: JupyterLab's start does not wait for it."""

    def __init__(self) -> None:
        self._client: httpx.AsyncClient | None = None

    async def open(
        self, connection: Connection, method: str, path: str, *, headers: Mapping[str, str], body: bytes
    ) -> httpx.Response:
        """Send a request; the answer's body is not read yet, and the caller closes it. Redirects are not followed.

        Raises:
            NoAnswer: nobody answers.
        """
        import httpx

        if self._client is None:
            from http.cookiejar import CookieJar, DefaultCookiePolicy

            self._client = httpx.AsyncClient(
                # All people of a shared server come through here: what one is given, another must not send.
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                timeout=httpx.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS),
                limits=httpx.Limits(
                    max_connections=_MAX_CONNECTIONS,
                    max_keepalive_connections=20,
                    keepalive_expiry=_KEEP_ALIVE_SECONDS,
                ),
                # A proxy of the environment cannot reach what listens on this machine only.
                trust_env=not is_loopback(connection.url),
            )
        request = self._client.build_request(
            method,
            connection.url + path,
            headers={"Accept-Encoding": "identity", **headers, "X-EasyMaker-Token": connection.token},
            content=body or None,
        )
        try:
            return await self._client.send(request, stream=True)
        except httpx.TransportError as error:
            raise NoAnswer(str(error) or type(error).__name__) from error

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None


def is_plain(path: str) -> bool:
    """Return whether every part of a path means just itself."""
    parts = unquote(path).removeprefix("/").split("/")
    return not any(part in ("", ".", "..") or "\\" in part for part in parts)
