"""An endpoint watched in a cell: its stages and pods, kept up to date by events, and a form to try its models with."""

from __future__ import annotations

import html
import json
import threading
from typing import Any

import ipywidgets as widgets

from ..client.client import EasyMakerClient
from ..client.errors import ClientError
from ..magics.endpoint_render import answer_shown, endpoint_shown
from ..magics.lookup import find
from ..magics.render import style

_WATCHED = ("ENDPOINT", "ENDPOINT_STAGE", "ENDPOINT_MODEL")


class EndpointMonitor(widgets.VBox):  # type: ignore[misc]
    """Shows one endpoint until it is closed or deleted.

    Args:
        endpoint: its name, its id, or what the API answered for it.
        client: the project; None: the one of the environment.

    Raises:
        ClientError: there is no such endpoint, or the backend does not answer.
    """

    def __init__(self, endpoint: str | dict[str, Any], client: EasyMakerClient | None = None) -> None:
        self._client = client or EasyMakerClient.from_environment()
        found = find(self._client, "endpoint", endpoint) if isinstance(endpoint, str) else endpoint
        self._id: str = found["endpointId"]
        self.endpoint: dict[str, Any] = self._client.endpoint(self._id)
        """As it was when it was last asked for."""
        self._state = widgets.HTML()
        self._message = widgets.HTML()
        wide = widgets.Layout(width="100%", max_width="720px")
        self.model = widgets.Dropdown(description="Model", layout=wide)
        self.request = widgets.Textarea(rows=6, layout=wide, description="Request")
        self.send = widgets.Button(description="Send", icon="paper-plane", button_style="primary")
        self.send.on_click(lambda _: self.call())
        self.model.observe(lambda change: self._fill(change["new"]), "value")
        self.answer = widgets.HTML()
        form = widgets.VBox([self.model, self.request, self.send, self.answer])
        super().__init__([self._state, self._message, widgets.Accordion([form], titles=["Try it"])])
        self._examples: dict[str, str] = {}
        self._left = threading.Event()
        self._draw()
        threading.Thread(target=self._follow, name=f"monitor of {self._id}", daemon=True).start()

    def call(self) -> dict[str, Any] | None:
        """Send the request to the chosen model and show its answer; what is wrong is said, and None returned."""
        self.answer.value = ""
        self.send.disabled = True
        try:
            answer = self._client.predict(self.model.value, json.loads(self.request.value))
        except ValueError as error:
            self._say(f"The request is no JSON: {error}.")
            return None
        except ClientError as error:
            self._say(str(error))
            return None
        finally:
            self.send.disabled = False
        self._say("")
        self.answer.value = self._styled(answer_shown(answer).markup)
        return answer

    def close(self) -> None:
        """Stop watching; the endpoint goes on."""
        self._left.set()
        super().close()

    def _follow(self) -> None:
        try:
            for event in self._client.events():
                if self._left.is_set():
                    return
                # The first one says from where on nothing is missed: what happened before is looked at once.
                if event.event != "hello" and event.data["resourceType"] not in _WATCHED:
                    continue
                self.endpoint = self._client.endpoint(self._id)
                self._draw()
        except ClientError as error:
            self._say(f"This is no longer kept up to date: {error}")

    def _draw(self) -> None:
        self._state.value = self._styled(endpoint_shown(self.endpoint).markup)
        several = len(self.endpoint["endpointStageList"]) > 1
        options = [
            (
                f"{stage['endpointStageName']}: {model['model']['modelName']}"
                if several
                else model["model"]["modelName"],
                model["endpointModelId"],
            )
            for stage in self.endpoint["endpointStageList"]
            for model in stage["endpointModelList"]
        ]
        if list(self.model.options) != options:
            known = [value for _, value in options]
            chosen = self.model.value if self.model.value in known else next(iter(known), None)
            self.model.options = options
            self.model.value = chosen
        self.send.disabled = not options
        if not self.request.value:
            self._fill(self.model.value)

    def _fill(self, resource_id: str | None) -> None:
        """Put an example into the request, unless somebody wrote a request of their own."""
        own = self.request.value not in ("", *self._examples.values())
        if resource_id is None or own:
            return
        if resource_id not in self._examples:
            try:
                schema = self._client.get(f"endpoint-models/{resource_id}/schema")["schema"]
            except ClientError:  # no pod answers yet; asked again when something has changed
                return
            example = schema["example"] if schema["example"] is not None else {"instances": []}
            self._examples[resource_id] = json.dumps(example)
        self.request.value = self._examples[resource_id]

    def _say(self, message: str) -> None:
        self._message.value = f'<span style="color:var(--jp-error-color1,#c62828)">{html.escape(message)}</span>'

    @staticmethod
    def _styled(markup: str) -> str:
        return f'{style()}<div class="em-magic">{markup}</div>'
