"""``%easymaker`` and ``%%easymaker``: the product from a notebook cell.

Registered at every kernel's start, so nothing is imported until a magic is used.
"""

from __future__ import annotations

from typing import Any


def load_ipython_extension(shell: Any) -> None:
    """Register the magic; what it needs is imported at its first use."""

    def easymaker(line: str, cell: str | None = None) -> Any:
        """Train, tune, register and serve models: ``%easymaker`` alone shows what there is."""
        from .magic import run

        return run(shell, line, cell)

    shell.register_magic_function(easymaker, magic_kind="line_cell", magic_name="easymaker")

    def complete(_shell: Any, event: Any) -> list[str]:
        from .completion import completions

        return completions(event.line)

    shell.set_hook("complete_command", complete, re_key=r"%{1,2}easymaker")
