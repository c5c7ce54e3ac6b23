"""From a property of the backend's JSON Schema to the widget people fill in, and back to what is sent."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets

Choices = Callable[[str], list[tuple[str, str]]]
"""From the name of a list (``images``) to its entries, each a label and the value it stands for."""

_WIDE = widgets.Layout(width="100%", max_width="560px")
_NONE = ("", "")


def plain_type(property_: Mapping[str, Any], definitions: Mapping[str, Any]) -> tuple[Mapping[str, Any], bool]:
    """Return what a property is when it is given, and whether it may be left out (``anyOf`` with null)."""
    kinds = [kind for kind in property_.get("anyOf", ()) if kind.get("type") != "null"]
    kind = {**property_, **kinds[0]} if kinds else property_
    # What is said where the property stands comes before what its type says of itself.
    return {**_definition(kind, definitions), **kind}, bool(kinds)


def _definition(kind: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = definitions.get(kind.get("$ref", "").rpartition("/")[2], {})
    return found


class Field:
    """One property: its label, widget, help and what is wrong with it."""

    def __init__(self, name: str, property_: Mapping[str, Any], definitions: Mapping[str, Any], choices: Choices):
        self.name = name
        kind, self._optional = plain_type(property_, definitions)
        self._named = kind.get("x-widget") == "named"
        self.input = _input(kind, definitions, choices, self._optional)
        self._error = widgets.HTML()
        title = html.escape(kind.get("title", name))
        help_ = html.escape(kind.get("description") or "")
        self.box = widgets.VBox(
            [
                widgets.HTML(f"<b>{title}</b>" + (f'<br><span style="opacity:.7">{help_}</span>' if help_ else "")),
                self.input,
                self._error,
            ],
            layout=widgets.Layout(margin="0 0 10px 0"),
        )

    @property
    def value(self) -> Any:
        """What is sent; None when the field is left empty."""
        value = self.input.value
        if self._named:
            return {"name": value} if value else None
        return None if value == "" and (self._optional or isinstance(self.input, widgets.Dropdown)) else value

    @value.setter
    def value(self, value: Any) -> None:
        if self._named and isinstance(value, Mapping):
            value = value["name"]
        empty = [] if isinstance(self.input, widgets.TagsInput | Rows) else ""
        self.input.value = empty if value is None else value

    def complain(self, message: str) -> None:
        """Show what is wrong; nothing when the message is empty."""
        text = html.escape(message)
        self._error.value = f'<span style="color:var(--jp-error-color1,#c62828)">{text}</span>' if message else ""


class Rows(widgets.VBox):  # type: ignore[misc]
    """A list of small objects, a row each, with a button that adds one. Objects inside them have no place in a row."""

    def __init__(self, item: Mapping[str, Any], definitions: Mapping[str, Any], choices: Choices) -> None:
        kinds = {name: plain_type(property_, definitions) for name, property_ in item["properties"].items()}
        self._properties = {name: kind for name, kind in kinds.items() if kind[0].get("type") != "object"}
        self._needed = item.get("required", ())
        self._choices = choices
        self._layout = widgets.Layout(width="240px" if len(self._properties) < 4 else "130px")
        self._rows: list[tuple[widgets.HBox, dict[str, widgets.Widget]]] = []
        self._add = widgets.Button(description="Add", icon="plus", layout=widgets.Layout(width="90px"))
        self._add.on_click(lambda _: self.append({}))
        super().__init__([self._add])

    def append(self, entry: Mapping[str, Any]) -> None:
        """Add a row."""
        inputs = {
            name: self._input(kind.get("title", name), kind, optional, entry.get(name))
            for name, (kind, optional) in self._properties.items()
        }
        remove = widgets.Button(icon="trash", tooltip="Remove", layout=widgets.Layout(width="36px"))
        row = widgets.HBox([*inputs.values(), remove])
        remove.on_click(lambda _: self._remove(row))
        self._rows.append((row, inputs))
        self._draw()

    def _input(self, title: str, kind: Mapping[str, Any], optional: bool, value: Any) -> widgets.Widget:
        if "enum" in kind or "x-choices" in kind:
            options = (
                self._choices(kind["x-choices"]) if "x-choices" in kind else [(each, each) for each in kind["enum"]]
            )
            options = [_NONE, *options] if optional or not options else options
            return widgets.Dropdown(options=options, value=value or options[0][1], layout=self._layout)
        if kind.get("type") == "boolean":
            return widgets.Checkbox(value=bool(value), description=title, indent=False, layout=self._layout)
        given = kind.get("default") if value is None else value
        return widgets.Text(value="" if given is None else str(given), placeholder=title, layout=self._layout)

    def _remove(self, row: widgets.HBox) -> None:
        self._rows = [each for each in self._rows if each[0] is not row]
        self._draw()

    def _draw(self) -> None:
        self.children = [*(row for row, _ in self._rows), self._add]

    @property
    def value(self) -> list[dict[str, str]]:
        """The rows, without those in which nothing was typed, and without what may be left out and was."""
        return [
            {name: field.value for name, field in inputs.items() if field.value != "" or name in self._needed}
            for _, inputs in self._rows
            if any(field.value for field in inputs.values() if isinstance(field, widgets.Text))
        ]

    @value.setter
    def value(self, entries: list[Mapping[str, Any]]) -> None:
        self._rows = []
        self._draw()
        for entry in entries or ():
            self.append(entry)


def _input(kind: Mapping[str, Any], definitions: Mapping[str, Any], choices: Choices, optional: bool) -> Any:
    default = kind.get("default")
    if "x-choices" in kind:
        options = choices(kind["x-choices"])
        if optional or not options:
            options = [_NONE, *options]
        return widgets.Dropdown(options=options, value=default or options[0][1], layout=_WIDE)
    if "enum" in kind:
        options = [(each, each) for each in kind["enum"]]
        options = [_NONE, *options] if optional else options
        return widgets.Dropdown(options=options, value=default or options[0][1], layout=_WIDE)
    if kind.get("type") == "array":
        if "$ref" not in kind["items"]:
            return widgets.TagsInput(value=[], allow_duplicates=False)
        item = _definition(kind["items"], definitions)
        return Rows(item, definitions, choices)
    if kind.get("type") == "boolean":
        return widgets.Checkbox(value=bool(default), indent=False)
    if kind.get("type") == "integer" and not optional:
        least, most = kind.get("minimum", 0), kind.get("maximum", 2**31)
        return widgets.BoundedIntText(value=default or least, min=least, max=most)
    if kind.get("x-widget") == "textarea":
        return widgets.Textarea(value=default or "", rows=2, layout=_WIDE)
    return widgets.Text(value="" if default is None else str(default), layout=_WIDE)
