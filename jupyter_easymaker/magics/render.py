"""How the magics show things: as HTML in notebooks, light and dark, and as text everywhere else."""

from __future__ import annotations

import html
from datetime import datetime
from typing import Any

_STYLE = """
<style>
.em-magic { font-family: var(--jp-ui-font-family, sans-serif); font-size: 13px; line-height: 1.5; }
.em-magic table { border-collapse: collapse; margin: 4px 0; }
.em-magic th, .em-magic td { text-align: left !important; padding: 2px 14px 2px 0; vertical-align: top; }
.em-magic th { font-weight: 600; color: var(--jp-ui-font-color2, #666); }
.em-magic .em-chip { border-radius: 9px; padding: 1px 9px; font-size: 12px; color: #fff; white-space: nowrap; }
.em-magic .em-good { background: #2e7d32; } .em-magic .em-bad { background: #c62828; }
.em-magic .em-busy { background: #1565c0; } .em-magic .em-idle { background: #616161; }
.em-magic pre { max-height: 320px; overflow: auto; margin: 6px 0 0; padding: 6px 10px; font-size: 12px;
  border-left: 3px solid var(--jp-border-color1, #bbb); background: var(--jp-layout-color2, rgba(127,127,127,.1)); }
.em-magic .em-dim { color: var(--jp-ui-font-color2, #666); }
.em-magic progress { width: 180px; vertical-align: middle; }
</style>
"""


def style() -> str:
    """Return the style sheet all of it shares."""
    return _STYLE


class Shown:
    """Something to display, in both forms."""

    def __init__(self, text: str, markup: str) -> None:
        self.text = text
        self.markup = markup

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f'{_STYLE}<div class="em-magic">{self.markup}</div>'


def _kind(status: str) -> str:
    if "FAIL" in status or status == "METRICS_UNAVAILABLE":
        return "bad"
    if status in ("COMPLETE", "ACTIVE", "SUCCEEDED"):
        return "good"
    return "idle" if status in ("STOPPED", "KILLED", "EARLY_STOPPED") else "busy"


def label(status: str) -> str:
    """Return a status as people read it: ``Create in progress``."""
    return status.replace("_", " ").capitalize()


def chip(status: str) -> str:
    return f'<span class="em-chip em-{_kind(status)}">{html.escape(label(status))}</span>'


def duration(seconds: float) -> str:
    """Return a time span as people read it: ``3 min 12 s``."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def number(value: float | None) -> str:
    """Return a measured value as people read it, six digits of it; empty where there is none."""
    return "" if value is None else f"{value:.6g}"


def pairs(entries: list[dict[str, str]], key: str = "parameterName", value: str = "parameterValue") -> str:
    """Return a list of small objects as ``epochs=3, rate=0.1``."""
    return ", ".join(f"{entry[key]}={entry[value]}" for entry in entries)


def moment(iso: str | None) -> str:
    """Return a time of the wire in the reader's own zone."""
    if not iso:
        return ""
    return f"{datetime.fromisoformat(iso).astimezone():%Y-%m-%d %H:%M:%S}"


def size(count: float) -> str:
    """Return a number of bytes as people read it."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"


def table(
    columns: list[str],
    rows: list[list[str]],
    *,
    empty: str,
    statuses: int | None = None,
    pictures: list[Shown] | None = None,
) -> Shown:
    """Return rows under their headings.

    Args:
        empty: what to say instead when there are none.
        statuses: which column holds statuses, to be shown as such.
        pictures: what stands at the end of each row.
    """
    if not rows:
        return Shown(empty, f'<span class="em-dim">{html.escape(empty)}</span>')
    ends = pictures or [Shown("", "")] * len(rows)
    shown = [[label(cell) if at == statuses else cell for at, cell in enumerate(row)] for row in rows]
    widths = [max(len(line[at]) for line in [columns, *shown]) for at in range(len(columns))]
    texts = ["", *(end.text for end in ends)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=True)), text])
        for line, text in zip([columns, *shown], texts, strict=True)
    ]
    head = "".join(f"<th>{html.escape(column)}</th>" for column in columns)
    body = "".join(
        "<tr>"
        + "".join(f"<td>{chip(cell) if at == statuses else html.escape(cell)}</td>" for at, cell in enumerate(row))
        + (f"<td>{end.markup}</td>" if end.markup else "")
        + "</tr>"
        for row, end in zip(rows, ends, strict=True)
    )
    return Shown("\n".join(line.rstrip() for line in lines), f"<table><tr>{head}</tr>{body}</table>")


def fields(title: str, values: dict[str, Any]) -> Shown:
    """Return names and values, leaving out what is empty."""
    given = {name: str(value) for name, value in values.items() if value not in (None, "", [], {})}
    width = max((len(name) for name in given), default=0)
    text = "\n".join([title, *(f"  {name.ljust(width)}  {value}" for name, value in given.items())])
    rows = "".join(
        f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>" for name, value in given.items()
    )
    return Shown(text, f"<b>{html.escape(title)}</b><table>{rows}</table>")
