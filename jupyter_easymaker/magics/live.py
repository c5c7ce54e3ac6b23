"""A training shown live: state, time, progress and the end of its log in one output that is kept up to date."""

from __future__ import annotations

import html
import time
from collections.abc import Callable
from typing import Any

from IPython.display import display

from ..client.client import EasyMakerClient
from ..client.log_tail import LogTail
from ..client.watching import ENDED
from .render import Shown, chip, duration, label, size

_REDRAW_SECONDS = 0.25


def show_live(
    look: Callable[[], tuple[Shown, bool]], command: str, name: str, seconds: float, end: str = "stop"
) -> None:
    """Keep an output up to date until the end, or until the reader interrupts.

    Args:
        look: returns what to show, and whether it is the last.
        command: ``training``, ``tuning`` ...
        name: whose.
        seconds: between two looks.
        end: the action that ends it.
    """
    handle, drawn = None, ""
    try:
        while True:
            shown, ended = look()
            if handle is None:
                handle = display(shown, display_id=True)
            elif shown.markup != drawn:
                handle.update(shown)
            drawn = shown.markup
            if ended:
                return
            time.sleep(seconds)
    except KeyboardInterrupt:
        print(  # noqa: T201
            f"Still running. Look again with   %easymaker {command} watch {name}\n"
            f"or end it with                   %easymaker {command} {end} {name}"
        )


def watch(client: EasyMakerClient, training: dict[str, Any]) -> dict[str, Any]:
    """Show a training until it has ended, or until the reader interrupts; return it as it is then."""
    tail = LogTail(client, training["trainingId"])
    tail.start()

    def look() -> tuple[Shown, bool]:
        nonlocal training
        training = client.get(f"trainings/{training['trainingId']}")["training"]
        ended = training["trainingStatusCode"] in ENDED
        if ended:
            tail.join(timeout=5)
        return _shown(training, tail.text()), ended

    show_live(look, "training", training["trainingName"], _REDRAW_SECONDS)
    tail.left = True
    return training


def _shown(training: dict[str, Any], log: str) -> Shown:
    status, name = training["trainingStatusCode"], training["trainingName"]
    elapsed = duration(training["elapsedTimeSeconds"])
    experiment = training["experiment"]["experimentName"]
    reason = training["trainingStatusReason"]
    progress = training.get("progress") or {}
    text = [f"{name} ({experiment}): {label(status)}, {elapsed}"]
    markup = [
        f"<div><b>{html.escape(name)}</b> {chip(status)} <span class='em-dim'>{html.escape(experiment)} · {elapsed}"
        f" · {html.escape(training['flavor'].get('name', ''))}</span></div>"
    ]
    if progress.get("message"):
        done, total = progress.get("bytes", 0), progress.get("totalBytes", 0)
        far = f"{size(done)} of {size(total)}" if total else ""
        text.append(f"  {progress['phase'].lower()} {progress['message']} {far}".rstrip())
        bar = f"<progress max='{total}' value='{done}'></progress> " if total else ""
        markup.append(
            f"<div class='em-dim'>{bar}{html.escape(progress['phase'].capitalize())}: "
            f"{html.escape(progress['message'])} {far}</div>"
        )
    if cells := notebook_state(training.get("notebook"), running=status == "RUNNING"):
        text.append(f"  {cells}")
        markup.append(f"<div class='em-dim'>{cells}</div>")
    if reason:
        text.append(f"  {reason}")
        markup.append(f"<div>{html.escape(reason)}</div>")
    if training.get("modelUri") and status == "COMPLETE":
        text.append(f"  Output: {training['modelUri']}")
        markup.append(f"<div class='em-dim'>Output: <code>{html.escape(training['modelUri'])}</code></div>")
    if log:
        text.append(log)
        markup.append(f"<pre>{html.escape(log)}</pre>")
    return Shown("\n".join(text), "".join(markup))


def notebook_state(notebook: dict[str, Any] | None, *, running: bool) -> str:
    """Return which cell a notebook is at, or failed in; empty when there is nothing to say of it."""
    if not notebook:
        return ""
    if notebook["failedCell"] is not None:
        return f"Notebook: cell {notebook['failedCell'] + 1} of {notebook['cellCount']} failed"
    if running and notebook["currentCell"] is not None:
        return f"Notebook: cell {notebook['currentCell'] + 1} of {notebook['cellCount']}"
    return ""
