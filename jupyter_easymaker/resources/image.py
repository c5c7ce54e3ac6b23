"""Images: the environment a job or notebook runs in.

On a cluster an image is a container image; on one machine it names a Python interpreter. Provided ones are the
operator's catalogue; private ones are made from them by people, and lie in registries of theirs.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from .base import Description, Name, RequestModel, Tags, UtcDatetime, WireModel, broken_rule, form_field
from .limits import MaxLength
from .registry_account import RegistryAccountCreate
from .status import Status

SECTIONS = {"basic": "Basic information", "image": "Image", "account": "Registry account"}
PROVIDED, PRIVATE = "PROVIDED", "PRIVATE"
BASE_LABEL = "org.jupyter-easymaker.image"
"""The label of every provided image, its id; whatever is built from one inherits it."""
# host[:port]/path[:tag][@digest], as registries define it; the host is what tells it from an image of Docker Hub's.
_ADDRESS = re.compile(
    r"(?P<host>[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?)/"
    r"(?P<path>[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)


class GroupType(StrEnum):
    NOTEBOOK = "NOTEBOOK"
    TRAINING = "TRAINING"


class ImageStatus(Status):
    ACTIVE = "ACTIVE"

    @classmethod
    def terminal_statuses(cls) -> frozenset[Status]:
        return frozenset({cls.ACTIVE})

    @classmethod
    def transitions(cls) -> dict[Status, frozenset[Status]]:
        return {}


def parse_address(address: str) -> tuple[str, str, str]:
    """Return host, path and reference (a tag or digest) of an image's address.

    Raises:
        ValueError: it is none.
    """
    found = _ADDRESS.fullmatch(address)
    if found is None or ("." not in found["host"] and ":" not in found["host"]):
        raise ValueError("must be {registry}/{path}:{tag}, such as registry.example.com/team/image:1")
    return found["host"], found["path"], found["digest"] or found["tag"] or "latest"


def _address(value: str) -> str:
    try:
        parse_address(value)
    except ValueError as error:
        raise PydanticCustomError("image_address", "{problem}", {"problem": str(error)}) from None
    return value


Address = Annotated[str, AfterValidator(_address), MaxLength("uri_length")]


class ImageCreate(RequestModel):
    """The body of POST images: a private image."""

    image_name: Name = form_field("Name", "Unique in the project.", section="basic")
    description: Description = form_field("Description", section="basic", widget="textarea", default="")
    address: Address = form_field("Address", "Such as registry.example.com/team/image:1.", section="image")
    group_type_code: GroupType = form_field("Type", "What it is for.", section="image")
    base_image_id: str = form_field(
        "Made from", "The provided image it is built from.", section="image", choices="images"
    )
    registry_account_id: str | None = form_field(
        "Registry account", "With which it is pulled.", section="account", choices="registryAccounts", default=None
    )
    registry_account: RegistryAccountCreate | None = form_field(
        "New registry account", "Made on the spot when none is chosen.", section="account", default=None
    )
    tag_list: Tags = form_field("Tags", section="basic", widget="tags", default_factory=list)

    @model_validator(mode="after")
    def _one_account(self) -> Self:
        if (self.registry_account_id is None) == (self.registry_account is None):
            raise broken_rule("registryAccountId", "is needed, or registryAccount for a new one; not both")
        return self


class ImageUpdate(RequestModel):
    """The body of PUT images/{id}: what is absent stays as it is."""

    image_name: Name | None = None
    description: Description | None = None
    tag_list: Tags | None = None


class Image(WireModel):
    """An environment to run in."""

    image_id: str
    image_name: str
    image_type_code: str = PROVIDED
    """PROVIDED or PRIVATE."""
    group_type_code: str = "TRAINING"
    """NOTEBOOK or TRAINING."""
    core_type_code: str = "CPU"
    framework_code: str = "PYTHON"
    framework_version: str = ""
    python_version: str = ""
    description: str = ""
    address: str = ""
    """Where a cluster pulls it from; empty on one machine."""
    base_image_id: str | None = None
    """Of a private one: what it is built from."""
    registry_account: dict[str, Any] | None = None
    """Of a private one: ``{"registryAccountId", "registryAccountName"}``."""
    tag_list: list[dict[str, str]] = []
    created_datetime: UtcDatetime | None = None
    created_by: str = ""
    python: str = Field(default="", exclude=True)
    """The interpreter the local engine runs; empty: the backend's own."""
