"""What one project may reach: handed from the operator's configuration to the backend and into each job."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from typing import Any

Secret = str | dict[str, str]
"""A value as it is, or ``{"env": NAME}`` or ``{"file": PATH}``, where it lies."""


@dataclass(frozen=True)
class SwiftAccess:
    """How to enter an OpenStack Swift: the system account's credentials. They are in no text made of this."""

    auth_url: str
    """Of tempauth (``https://host/auth/v1.0``) or of Keystone (``https://host:5000/v3``)."""
    user: str
    """The system account; with tempauth ``project:user``."""
    key: Secret = field(repr=False)
    auth_version: str = "3"
    """"1": tempauth, "3": Keystone."""
    project: str = ""
    """Keystone: its project, by name."""
    project_id: str = ""
    """Keystone: its project (tenant), by id."""
    user_domain: str = "Default"
    project_domain: str = "Default"
    region: str = ""
    storage_url: str = ""
    """Where the object storage answers. Empty: where the URI says, or what the authentication says."""
    cacert: str = ""
    """File of certificates to trust besides the system's."""
    insecure: bool = False
    """Trust any certificate: for trying out only."""
    segment_bytes: int = 1024**3
    """A larger file is uploaded in segments of this size (a static large object)."""

    def to_json(self) -> dict[str, Any]:
        """Return it as the configuration spells it; a key from the environment is looked up, a file stays a file."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {_camel(name): value for name, value in values.items()} | {"key": _for_job(self.key)}

    @classmethod
    def from_json(cls, data: dict[str, Any], where: str = "An object storage") -> SwiftAccess:
        """Read it as operators write it; ``tenantId`` means ``projectId`` and ``tenant`` means ``project``.

        Raises:
            ValueError: naming the setting that is unknown, missing or wrong, and no value.
        """
        data = {{"tenantId": "projectId", "tenant": "project"}.get(name, name): value for name, value in data.items()}
        known = {_camel(each.name): each.name for each in fields(cls)}
        if unknown := sorted(set(data) - set(known)):
            raise ValueError(f"{where} has the unknown settings {', '.join(unknown)}; there are {', '.join(known)}")
        if missing := [name for name in ("authUrl", "user", "key") if not data.get(name)]:
            raise ValueError(f"{where} lacks {', '.join(missing)}")
        made = cls(**{known[name]: value for name, value in data.items() if name != "authVersion"})
        version = str(data.get("authVersion", "3")).removeprefix("v").removesuffix(".0")
        if version not in ("1", "3"):
            raise ValueError(f"{where} has another authVersion than 1 (tempauth) and 3 (Keystone)")
        object.__setattr__(made, "auth_version", version)
        return made


def secret(value: Secret) -> str:
    """Return a secret from wherever it lies.

    Raises:
        OSError: its file cannot be read.
        KeyError: its environment variable is not set.
    """
    if isinstance(value, str):
        return value
    if "env" in value:
        return os.environ[value["env"]]
    with open(value["file"], encoding="utf-8") as file:
        return file.read().strip()


def _for_job(value: Any) -> Any:
    """A job does not have the backend's environment, but its files."""
    if isinstance(value, dict) and set(value) == {"env"}:
        return secret(value)
    return value


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


@dataclass(frozen=True)
class StorageConfig:
    """The storages of one project. An id, endpoint or scheme that is not here cannot be reached."""

    nas: dict[str, str] = field(default_factory=dict)
    """NAS id to the directory it is mounted at: ``nas://{id}:/{path}``."""
    file_roots: tuple[str, ...] = ()
    """Directories ``file://`` may reach (symbolic links resolved); empty: file:// is refused."""
    obs: dict[str, str | SwiftAccess] = field(default_factory=dict)
    """Object storage endpoint to the Swift that answers there, or to a directory that stands in for one:
    ``obs://{endpoint}/{container}/{path}``. An endpoint may hold a path: ``api.example.com/v1/AUTH_abc``."""
    schemes: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)
    """Other schemes that are allowed, with the options of their fsspec filesystem: ``{"s3": {"key": ...}}``. Options
    may be secrets (see ``Secret``); "buckets" (a list) confines to those."""

    def to_json(self) -> dict[str, Any]:
        return {
            "nas": self.nas,
            "file_roots": list(self.file_roots),
            "obs": {
                name: backing if isinstance(backing, str) else backing.to_json() for name, backing in self.obs.items()
            },
            "schemes": {
                scheme: {name: _for_job(value) for name, value in options.items()}
                for scheme, options in self.schemes.items()
            },
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> StorageConfig:
        """Read it from a plan, or as operators write it.

        Raises:
            ValueError: naming what is wrong with an object storage.
        """
        return cls(
            nas=dict(data.get("nas", {})),
            file_roots=tuple(data.get("file_roots", ())),
            obs={
                name: backing
                if isinstance(backing, str)
                else SwiftAccess.from_json(backing, f"The object storage {name}")
                for name, backing in data.get("obs", {}).items()
            },
            schemes={scheme: dict(options) for scheme, options in data.get("schemes", {}).items()},
        )
