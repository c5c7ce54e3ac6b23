"""The shapes all resources share: wire models, names, tags, and which form section a field stands in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, LiteralString
from uuid import uuid4

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, model_validator
from pydantic_core import PydanticCustomError

from .limits import MaxItems, MaxLength

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ADDRESS_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?")


def wire_name(name: str) -> str:
    """Return a field's name as the wire spells it; pydantic's own would make ``success2xxCount``."""
    first, *others = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in others)


class WireModel(BaseModel):
    """A JSON object of the wire format: camelCase outside, snake_case inside."""

    model_config = ConfigDict(
        alias_generator=wire_name,
        populate_by_name=True,
        protected_namespaces=(),
        use_attribute_docstrings=True,
    )


class RequestModel(WireModel):
    """A request body. Unknown fields are refused; a null counts as absent, as the vendor's SDK 1.1.6 sends them."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: Any) -> Any:
        if isinstance(data, dict):
            return {key: value for key, value in data.items() if value is not None}
        return data


def broken_rule(field: str, message: LiteralString) -> PydanticCustomError:
    """Return the error of a rule about several fields: the one to mend, as the wire spells it, and what it needs."""
    return PydanticCustomError("rule", "{field} " + message, {"field": field})


def _plain_text(value: str) -> str:
    if _CONTROL.search(value):
        raise PydanticCustomError("control_character", "holds a control character; remove it")
    return value


def _not_empty(value: str) -> str:
    if not value:
        raise PydanticCustomError("empty", "is empty; give at least one character")
    return value


def _printable(value: str) -> str:
    if "\x00" in value:
        raise PydanticCustomError("control_character", "holds a NUL character; remove it")
    return value


def _address_name(value: str) -> str:
    """Refuse a name that could not stand in an address as it is."""
    if not _ADDRESS_NAME.fullmatch(value):
        raise PydanticCustomError(
            "address_name",
            "is part of an address: use letters, digits, - and _, beginning and ending with a letter or digit",
        )
    return value


Name = Annotated[str, AfterValidator(_not_empty), AfterValidator(_plain_text), MaxLength("name_length")]
Description = Annotated[str, AfterValidator(_printable), MaxLength("description_length")]
AddressName = Annotated[Name, AfterValidator(_address_name)]
"""A name that stands in an address as it is."""
StorageUri = Annotated[str, AfterValidator(_not_empty), AfterValidator(_plain_text), MaxLength("uri_length")]
"""A place in a storage: obs://, nas://, file:// ... (checked further where the operator's storages are known)."""

UtcDatetime = Annotated[
    datetime,
    PlainSerializer(
        lambda value: value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        return_type=str,
        when_used="json",
    ),
]
"""Always UTC on the wire: ``2026-01-31T08:15:00.000Z``."""


class Tag(RequestModel):
    """A key and a value a person chose to find a resource by."""

    tag_key: Annotated[str, AfterValidator(_not_empty), AfterValidator(_plain_text), MaxLength("name_length")] = Field(
        title="Key"
    )
    tag_value: Annotated[str, AfterValidator(_plain_text), MaxLength("description_length")] = Field("", title="Value")


def _unique_tag_keys(tags: list[Tag]) -> list[Tag]:
    seen: set[str] = set()
    for tag in tags:
        if tag.tag_key in seen:
            raise PydanticCustomError("duplicate", "has the key {key} twice; keys are unique", {"key": tag.tag_key})
        seen.add(tag.tag_key)
    return tags


Tags = Annotated[list[Tag], MaxItems("tags"), AfterValidator(_unique_tag_keys)]


def form_field(
    title: str,
    help: str = "",  # noqa: A002 - the word people read
    *,
    section: str,
    choices: str | None = None,
    widget: str | None = None,
    default: Any = ...,
    default_factory: Any = None,
    **constraints: Any,
) -> Any:
    """Declare a field that people fill in: in the panel's form, a magic's option, or a JSON body.

    Args:
        title: the label, in sentence case.
        help: one sentence shown under the field and in ``--help``.
        section: the form section the field stands in (see ``SECTIONS`` of each resource).
        choices: the list whose entries the value names: ``flavors``, ``images``, ``experiments``, ``algorithms``.
        widget: how a form shows it when its type does not say: ``uri``, ``textarea``, ``keyvalue``, ``tags``.
        default, default_factory: as in pydantic.
    """
    extra: dict[str, Any] = {"x-section": section}
    if choices:
        extra["x-choices"] = choices
    if widget:
        extra["x-widget"] = widget
    arguments: dict[str, Any] = {
        "title": title,
        "description": help or None,
        "json_schema_extra": extra,
        **constraints,
    }
    if default_factory is not None:
        return Field(default_factory=default_factory, **arguments)
    return Field(default, **arguments)


def in_order(*first: str, after: Mapping[str, Sequence[str]] | None = None) -> Any:
    """Return a ``json_schema_extra`` that puts properties where people look for them in a form.

    Args:
        first: names, as the wire spells them, that come first.
        after: others by the name they come after.
    """
    moved = dict(after or {})

    def arrange(schema: dict[str, Any]) -> None:
        properties = schema["properties"]
        late = {name for names in moved.values() for name in names}
        order = [name for name in (*first, *properties) if name not in late]
        arranged: dict[str, Any] = {}
        for name in order:
            for each in (name, *moved.get(name, ())):
                arranged.setdefault(each, properties[each])
        schema["properties"] = arranged

    return arrange


def new_id() -> str:
    """Return a fresh resource id (UUID 4, as the vendor's)."""
    return str(uuid4())


def now() -> datetime:
    """Return the current time, in UTC."""
    return datetime.now(UTC)
