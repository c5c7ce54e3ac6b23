"""The first program of a notebook: prepares what the user keeps on the data storage, then becomes the server.

``python -m jupyter_easymaker.notebook.start jupyterhub-singleuser ...``
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from . import cont_init, environments, watch
from .home import notebook_home

_TIME_LIMIT = "EASYMAKER_CONT_INIT_SECONDS"
_KERNELS = "--ServerApp.kernel_spec_manager_class=jupyter_easymaker.notebook.kernels.NotebookKernelSpecManager"


def prepare(home: Path) -> dict[str, str]:
    """Run the start-up scripts; return the variables of the server and all it starts."""
    try:
        for name in (cont_init.DIRECTORY, environments.DIRECTORY):
            (home / name).mkdir(parents=True, exist_ok=True)
        cont_init.run_scripts(home, time_limit=float(os.environ.get(_TIME_LIMIT) or 600))
    except (OSError, ValueError) as error:  # a full data storage must not keep anybody from cleaning it up
        print(f"The start-up scripts could not be run: {error}", file=sys.stderr, flush=True)
    return {**os.environ, **environments.conda_variables(home)}


def main(command: Sequence[str]) -> None:
    if not command:
        raise SystemExit("usage: python -m jupyter_easymaker.notebook.start COMMAND [ARGUMENT ...]")
    watch.hold_to_cpus()
    watch.begin()
    variables = prepare(notebook_home())
    os.execvpe(command[0], [*command, _KERNELS], variables)


if __name__ == "__main__":
    main(sys.argv[1:])
