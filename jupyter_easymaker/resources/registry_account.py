"""Registry accounts: with whose name and password private images are pulled."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_core import PydanticCustomError

from .base import Description, Name, RequestModel, Tags, UtcDatetime, WireModel, form_field
from .limits import MaxLength
from .status import Status

SECTIONS = {"basic": "Basic information", "login": "Login"}
_LOGIN = re.compile(r"[^\x00-\x1f\x7f:]+")  # a colon ends the name in what a registry is sent


class RegistryType(StrEnum):
    """Which container registry service."""

    NCR = "NCR"
    DOCKER_HUB = "DOCKER_HUB"
    GITHUB = "GITHUB"
    OTHER = "OTHER"


class RegistryAccountStatus(Status):
    ACTIVE = "ACTIVE"

    @classmethod
    def terminal_statuses(cls) -> frozenset[Status]:
        return frozenset({cls.ACTIVE})

    @classmethod
    def transitions(cls) -> dict[Status, frozenset[Status]]:
        return {}


def _login(value: str) -> str:
    if not _LOGIN.fullmatch(value):
        raise PydanticCustomError("login", "must have at least one character, and no colon or control character")
    return value


def _password(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if not text or len(text) > 4096 or "\x00" in text:
        raise PydanticCustomError("password", "must have 1 to 4096 characters, and no NUL")
    return value


Login = Annotated[str, AfterValidator(_login), MaxLength("uri_length")]
Password = Annotated[SecretStr, AfterValidator(_password)]


class RegistryAccountCreate(RequestModel):
    """The body of POST registry-accounts."""

    registry_account_name: Name = form_field("Name", "Unique in the project.", section="basic")
    description: Description = form_field("Description", section="basic", widget="textarea", default="")
    registry_type_code: RegistryType = form_field("Registry service", section="login", default=RegistryType.OTHER)
    login_id: Login = form_field("ID", section="login")
    password: Password = form_field("Password", "Kept encrypted, and never shown again.", section="login")
    tag_list: Tags = form_field("Tags", section="basic", widget="tags", default_factory=list)


class RegistryAccountUpdate(RequestModel):
    """The body of PUT registry-accounts/{id}: what is absent stays as it is."""

    registry_account_name: Name | None = None
    description: Description | None = None
    login_id: Login | None = None
    password: Password | None = None
    tag_list: Tags | None = None

    @property
    def changes_login(self) -> bool:
        return self.login_id is not None or self.password is not None


class RegistryAccount(WireModel):
    """A registry account as the API answers it: never with its password."""

    registry_account_id: str
    registry_account_name: str
    description: str = ""
    app_key: str
    registry_type_code: RegistryType
    login_id: str
    image_list: list[dict[str, str]] = []
    """``{"imageId", "imageName"}`` of the private images pulled with it."""
    tag_list: list[dict[str, str]] = []
    created_datetime: UtcDatetime
    created_by: str = ""


class RegistryCheck(RequestModel):
    """The body of POST registry-accounts/{id}/check."""

    address: Annotated[str, MaxLength("uri_length")] = Field(
        description="An image to look for, such as registry.example.com/team/image:1; or the registry alone."
    )


class RegistryCheckResult(WireModel):
    """What the registry said."""

    valid: bool
    reason: str = ""
    """Why not, for people."""
    digest: str = ""
    """Of the image that was looked for."""
