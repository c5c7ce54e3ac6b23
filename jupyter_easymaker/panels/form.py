"""The form of a resource in a cell: fields in their sections, made from the backend's schema."""

from __future__ import annotations

import html
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from ..client.client import EasyMakerClient
from ..client.errors import ClientError
from ..magics.lookup import path_of, words_of
from .fields import Field

_LISTS: dict[str, tuple[str, str, str]] = {
    "experiments": ("experimentList", "experimentName", "experimentId"),
    "images": ("imageList", "imageName", "imageId"),
    "flavors": ("flavorList", "name", "id"),
    "models": ("modelList", "modelName", "modelId"),
    "algorithms": ("algorithmList", "algorithmName", "algorithmId"),
}
_AT_MOST = 200


class Form(widgets.VBox):  # type: ignore[misc]
    """A form that creates something and then shows it running.

    Args:
        kind: ``training``, ``hyperparameterTuning``, ``batchInference`` or ``endpoint``.
        monitor: makes what shows it once it is created.
        client: the project; None: the one of the environment.
        values: what to fill in, by the API's names.

    Raises:
        ClientError: the backend does not answer, or there is no field of a given name.
    """

    def __init__(
        self,
        kind: str,
        monitor: Callable[[dict[str, Any], EasyMakerClient], widgets.Widget],
        client: EasyMakerClient | None,
        values: dict[str, Any],
    ) -> None:
        self._kind = kind
        self._monitor = monitor
        self._client = client or EasyMakerClient.from_environment()
        answer = self._client.get(f"schemas/{words_of(kind).replace(' ', '-')}")
        schema, sections = answer["schema"], answer["sections"]
        definitions = schema.get("$defs", {})
        self.fields = {
            name: Field(name, property_, definitions, self._choices)
            for name, property_ in schema["properties"].items()
            if "x-section" in property_
        }
        self._sections = [
            (key, title, [name for name in self.fields if schema["properties"][name]["x-section"] == key])
            for key, title in sections.items()
        ]
        self._accordion = widgets.Accordion(
            [widgets.VBox([self.fields[name].box for name in names]) for _, _, names in self._sections],
            titles=[title for _, title, _ in self._sections],
            selected_index=0,
        )
        self._message = widgets.HTML()
        self._button = widgets.Button(description=f"Create {words_of(kind)}", button_style="primary", icon="play")
        self._button.on_click(lambda _: self.create())
        self.monitor: Any = None
        """What shows it once it is created."""
        super().__init__([self._accordion, self._message, self._button])
        output = next((name for name in ("modelUploadUri", "outputUploadUri") if name in self.fields), None)
        if output is not None:
            configuration = self._client.get("configuration")["configuration"]
            values = {output: configuration["defaultOutputUri"], **values}
        self.fill(values)

    def fill(self, values: dict[str, Any]) -> None:
        """Put values into fields.

        Raises:
            ClientError: there is no field of that name.
        """
        unknown = set(values) - set(self.fields)
        if unknown:
            raise ClientError(
                f"A {words_of(self._kind)} has no field {', '.join(sorted(unknown))}; it has {', '.join(self.fields)}."
            )
        for name, value in values.items():
            self.fields[name].value = value

    def values(self) -> dict[str, Any]:
        """Return what would be sent."""
        given = {name: field.value for name, field in self.fields.items()}
        return {name: value for name, value in given.items() if value is not None}

    def create(self) -> dict[str, Any] | None:
        """Create it and show it running; when it is refused, say so at the fields and return None."""
        self._complain(None)
        self._button.disabled = True
        try:
            one: dict[str, Any] = self._client.post(path_of(self._kind), self.values())[self._kind]
        except ClientError as error:
            self._complain(error)
            return None
        finally:
            self._button.disabled = False
        self.monitor = self._monitor(one, self._client)
        self.children = [self.monitor]
        return one

    def _complain(self, error: ClientError | None) -> None:
        wrong = {each["field"].split("[")[0].split(".")[0]: each["message"] for each in error.fields} if error else {}
        for name, field in self.fields.items():
            field.complain(wrong.get(name, ""))
        elsewhere = error is not None and not set(wrong) & set(self.fields)
        text = html.escape(str(error)) if elsewhere else ""
        self._message.value = f'<span style="color:var(--jp-error-color1,#c62828)">{text}</span>' if text else ""
        for index, (_, _, names) in enumerate(self._sections):
            if set(names) & set(wrong):
                self._accordion.selected_index = index
                return

    def _choices(self, name: str) -> list[tuple[str, str]]:
        key, label, value = _LISTS[name]
        paging = {"page": 1, "limit": _AT_MOST} if name in ("experiments", "models") else {}
        return [(entry[label], entry[value]) for entry in self._client.get(name, **paging)[key]]
