"""A notebook as an entry point: executed by papermill with the hyperparameters as its parameters.

Run as a process of its own: ``python -m jupyter_easymaker.runner.notebook IN OUT PYTHON``.
The executed notebook is saved after every cell, so that it can be read while it runs.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

KERNEL = "easymaker-image"


def parameters() -> dict[str, Any]:
    """Return the hyperparameters with numbers and booleans as such, as a parameters cell has them."""
    return {name: _typed(value) for name, value in json.loads(os.environ.get("EM_HPS", "{}")).items()}


def _typed(value: str) -> Any:
    try:
        parsed = json.loads(value)
    except ValueError:
        return value
    return parsed if isinstance(parsed, bool | int | float) else value


def _install_kernel(python: str) -> None:
    """Offer the image's interpreter as a kernel, whatever kernel the notebook was written with."""
    directory = Path.cwd() / ".easymaker" / "kernels" / KERNEL
    directory.mkdir(parents=True, exist_ok=True)
    spec = {
        "argv": [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": KERNEL,
        "language": "python",
    }
    (directory / "kernel.json").write_text(json.dumps(spec))
    known = os.environ.get("JUPYTER_PATH", "")
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(directory.parents[1]), known]))


def main(source: str, target: str, python: str) -> int:
    """Execute a notebook; return the exit status."""
    _install_kernel(python)
    import papermill
    from papermill.exceptions import PapermillExecutionError

    try:
        papermill.execute_notebook(
            source,
            target,
            parameters=parameters(),
            kernel_name=KERNEL,
            language="python",
            log_output=True,
            progress_bar=False,
            stdout_file=sys.stdout,
            stderr_file=sys.stderr,
            cwd=str(Path(source).resolve().parent),
        )
    except PapermillExecutionError as error:
        print("\n".join(error.traceback), file=sys.stderr)  # noqa: T201 - the run's log
        print(f"cell {error.exec_count}: {error.ename}: {error.evalue}", file=sys.stderr, flush=True)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
