"""How batch inferences are shown, in cells and in widgets."""

from __future__ import annotations

import html
from typing import Any

from .render import Shown, chip, duration, label


def counts(one: dict[str, Any]) -> str:
    """Return how far it is: ``1,200 of 5,000 rows: 1,190 scored, 10 not accepted``."""
    rows, processed = one["inputDataCount"], one["processCount"]
    told = {
        "scored": one["success2xxCount"],
        "not accepted": one["fail4xxCount"],
        "failed": one["fail5xxCount"],
    }
    parts = [f"{count:,} {what}" for what, count in told.items() if count]
    of = f" of {rows:,}" if rows > processed else ""
    noun = "row" if max(rows, processed) == 1 else "rows"
    return f"{processed:,}{of} {noun}" + (f": {', '.join(parts)}" if parts else "")


def header(one: dict[str, Any]) -> Shown:
    """Return name, state, time, how far it is and where the results lie."""
    name, status = one["batchInferenceName"], one["batchInferenceStatusCode"]
    model, elapsed = one["model"].get("modelName", ""), duration(one["elapsedTimeSeconds"])
    text = [f"{name} ({model}): {label(status)}, {elapsed}"]
    markup = [
        f"<div><b>{html.escape(name)}</b> {chip(status)} "
        f"<span class='em-dim'>{html.escape(model)} · {elapsed}</span></div>"
    ]
    progress = one["progress"] or {}
    if progress.get("message"):
        text.append(f"  {progress['message']}")
        markup.append(f"<div class='em-dim'>{html.escape(progress['message'])}</div>")
    if one["processCount"] or one["inputDataCount"]:
        text.append(f"  {counts(one)}")
        total = max(one["inputDataCount"], one["processCount"])
        bar = f"<progress max='{total}' value='{one['processCount']}'></progress> "
        markup.append(f"<div>{bar}{counts(one)}</div>")
    if reason := one["batchInferenceStatusReason"]:
        text.append(f"  {reason}")
        markup.append(f"<div>{html.escape(reason)}</div>")
    if one["outputUri"]:
        text.append(f"  Results: {one['outputUri']}")
        markup.append(f"<div class='em-dim'>Results: <code>{html.escape(one['outputUri'])}</code></div>")
    return Shown("\n".join(text), "".join(markup))
