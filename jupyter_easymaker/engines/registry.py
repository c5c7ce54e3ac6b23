"""Where container images are: a registry's v2 API, asked whether an account and an image are good.

Passwords go to hosts the operator has named and to no other, wherever a registry sends us.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from typing import Any
from urllib.parse import urlsplit

import httpx

_SECONDS = 10.0
_MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_PARAMETER = re.compile(r'(\w+)="([^"]*)"')
_MOST_BYTES = 4 * 1024**2


class RegistryError(Exception):
    """The registry cannot be asked, or says no; the text says which."""


class LoginRefused(RegistryError):
    """The name or the password is wrong, or may not do it."""


class ImageMissing(RegistryError):
    """There is no such image."""


@dataclass(frozen=True)
class FoundImage:
    """An image as its registry has it."""

    digest: str
    labels: dict[str, str]


class Registries:
    """The registries an operator allows.

    Args:
        allowed: hosts (with their port), with shell wildcards.
        plain: hosts spoken to without TLS; allowed, too.
    """

    def __init__(self, allowed: Sequence[str], plain: Sequence[str] = ()) -> None:
        self._allowed = (*allowed, *plain)
        self._plain = frozenset(plain)

    def allows(self, host: str) -> bool:
        return any(fnmatch(host, pattern) for pattern in self._allowed)

    @property
    def names(self) -> str:
        return ", ".join(self._allowed) or "none"

    def login(self, host: str, login: str, password: str) -> None:
        """See whether a registry takes an account.

        Raises:
            RegistryError: it does not, or does not answer.
        """
        with self._client(host) as client:
            answer = _Session(self, client, host, login, password).get(f"{self._root(host)}/v2/", "")
            if answer.status_code != 200:
                raise RegistryError(f"{host} is no container registry: it answers with HTTP {answer.status_code}")

    def image(self, host: str, path: str, reference: str, login: str, password: str) -> FoundImage:
        """Return an image.

        Raises:
            RegistryError: it cannot be pulled.
        """
        with self._client(host) as client:
            session = _Session(self, client, host, login, password)
            base = f"{self._root(host)}/v2/{path}"
            manifest, digest = session.manifest(base, path, reference)
            if "manifests" in manifest:  # of several platforms; they are built from the same
                entry = manifest["manifests"][0]["digest"]
                manifest, _ = session.manifest(base, path, entry)
            config = session.json(f"{base}/blobs/{manifest['config']['digest']}", path)
            labels = (config.get("config") or {}).get("Labels") or {}
            return FoundImage(digest, {str(key): str(value) for key, value in labels.items()})

    def _root(self, host: str) -> str:
        if not self.allows(host):
            raise RegistryError(f"the registry {host} is not among those the operator allows ({self.names})")
        return f"{'http' if host in self._plain else 'https'}://{host}"

    def _client(self, host: str) -> httpx.Client:
        self._root(host)
        return httpx.Client(timeout=_SECONDS, follow_redirects=False)

    def may_authenticate(self, realm: str) -> bool:
        """Return whether a password may be sent to where a registry says tokens come from."""
        parts = urlsplit(realm)
        plain = parts.netloc in self._plain
        return parts.scheme == ("http" if plain else "https") and self.allows(parts.netloc)


class _Session:
    def __init__(self, registries: Registries, client: httpx.Client, host: str, login: str, password: str) -> None:
        self._registries = registries
        self._client = client
        self._host = host
        self._login = (login, password)
        self._token = ""
        self._basic = False

    def get(self, url: str, path: str) -> httpx.Response:
        """Ask, with the account if the registry wants to know who asks."""
        answer = self._ask(url)
        if answer.status_code != 401:
            return answer
        challenge = answer.headers.get("WWW-Authenticate", "")
        kind, _, rest = challenge.partition(" ")
        if kind.lower() == "basic":
            self._basic = True
        elif kind.lower() == "bearer":
            self._token = self._fetch_token(dict(_PARAMETER.findall(rest)), path)
        else:
            raise RegistryError(f"{self._host} wants to know who asks, but not how: {challenge!r}")
        answer = self._ask(url)
        if answer.status_code in (401, 403):
            raise LoginRefused(f"{self._host} refuses the ID or the password, or they may not pull {path or 'there'}")
        return answer

    def _ask(self, url: str) -> httpx.Response:
        headers = {"Accept": ", ".join(_MANIFESTS)}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        try:
            answer = self._client.get(url, headers=headers, auth=self._login if self._basic else None)
            if answer.is_redirect:  # to where blobs lie; nothing of ours goes along
                target = str(answer.next_request.url) if answer.next_request else ""
                if not target.startswith("https://"):
                    raise RegistryError(f"{self._host} sends us to {target or 'nowhere'} without TLS")
                answer = self._client.get(target)
        except httpx.HTTPError as error:
            raise RegistryError(f"{self._host} does not answer: {error or type(error).__name__}") from error
        return answer

    def _fetch_token(self, challenge: dict[str, str], path: str) -> str:
        realm = challenge.get("realm", "")
        if not self._registries.may_authenticate(realm):
            raise RegistryError(
                f"{self._host} wants the password to be sent to {realm or 'nowhere'}, which the operator does not allow"
            )
        parameters = {"service": challenge.get("service", ""), "account": self._login[0]}
        if path:
            parameters["scope"] = challenge.get("scope") or f"repository:{path}:pull"
        try:
            answer = self._client.get(realm, params=parameters, auth=self._login)
        except httpx.HTTPError as error:
            raise RegistryError(f"{realm} does not answer: {error or type(error).__name__}") from error
        if answer.status_code in (400, 401, 403):
            raise LoginRefused(f"{self._host} refuses the ID or the password")
        try:
            told = answer.json()
            return str(told.get("token") or told["access_token"])
        except (ValueError, KeyError, AttributeError):
            raise RegistryError(f"{realm} gives no token: HTTP {answer.status_code}") from None

    def manifest(self, base: str, path: str, reference: str) -> tuple[dict[str, Any], str]:
        answer = self.get(f"{base}/manifests/{reference}", path)
        return self._object(answer, f"{self._host}/{path}:{reference}"), answer.headers.get("Docker-Content-Digest", "")

    def json(self, url: str, path: str) -> dict[str, Any]:
        return self._object(self.get(url, path), path)

    def _object(self, answer: httpx.Response, what: str) -> dict[str, Any]:
        if answer.status_code == 404:
            raise ImageMissing(f"there is no image {what}")
        if answer.status_code != 200 or len(answer.content) > _MOST_BYTES:
            raise RegistryError(f"{what} cannot be read: HTTP {answer.status_code}")
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise RegistryError(f"what {self._host} says of {what} is not what a registry says")
        return found
