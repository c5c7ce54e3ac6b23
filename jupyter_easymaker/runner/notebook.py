"""A notebook as an entry point: executed by papermill with the hyperparameters as its parameters.

A program of its own, run by the image's interpreter: ``python notebook.py IN OUT SOCKETS``. It uses nothing
else of this package, which the image need not have. The executed notebook is saved after every cell and,
during long ones, every few seconds, so that it can be read while it runs. SOCKETS/progress.json says how far it is.
"""

from __future__ import annotations

import json
import keyword
import os
import re
import signal
import sys
from typing import Any

_AUTOSAVE_SECONDS = 5
# papermill and jsonschema load these if they are there, for things no notebook on a disk needs: two seconds.
_NOT_NEEDED = ("rfc3987_syntax", "pyarrow", "boto3", "azure", "gcsfs", "github")


def parameters(hyperparameters: dict[str, str]) -> dict[str, Any]:
    """Return hyperparameters as a parameters cell has them: valid names, numbers and booleans as such."""
    return {_identifier(name): _typed(value) for name, value in hyperparameters.items()}


def _identifier(name: str) -> str:
    name = re.sub(r"\W", "_", name)
    return f"{name}_" if keyword.iskeyword(name) else name


def _typed(value: str) -> Any:
    if value in ("True", "False"):
        return value == "True"
    try:
        parsed = json.loads(value)
    except ValueError:
        return value
    return value if parsed is None else parsed


def _check_language(source: str) -> str:
    """Return what is wrong with a notebook, empty if it can be run."""
    try:
        with open(source, encoding="utf-8") as file:
            metadata = json.load(file)["metadata"]
    except (ValueError, KeyError, TypeError) as error:
        return f"{source} is no notebook that can be read: {error}"
    language = (metadata.get("kernelspec") or {}).get("language") or (metadata.get("language_info") or {}).get("name")
    if (language or "python").lower() not in ("python", "python3", "ipython"):
        return f"{source} is written in {language}; only Python notebooks can be an entry point"
    return ""


class Progress:
    """The file that says how far the notebook is; cells are counted as they stand in the executed one."""

    def __init__(self, scratch: str) -> None:
        self._path = os.path.join(scratch, "progress.json")
        self._cells = 0
        self._cell: int | None = None

    def follow(self, manager: Any) -> None:
        """Write the file with every cell that papermill begins."""
        self._cells = len(manager.nb.cells)
        begin = manager.cell_start

        def cell_start(cell: Any, cell_index: int | None = None, **more: Any) -> None:
            self._cell = cell_index
            self._write(None)
            begin(cell, cell_index, **more)

        manager.cell_start = cell_start

    def failed(self, cell: int | None = None, added: int = 0) -> None:
        """Say which cell failed (the one it was at), after papermill put some cells before it."""
        self._cell = self._cell if cell is None else cell + added
        self._cells += added
        self._write(self._cell)

    def _write(self, failed: int | None) -> None:
        content = {"cellCount": self._cells, "currentCell": self._cell, "failedCell": failed}
        with open(f"{self._path}.part", "w", encoding="utf-8") as file:
            json.dump(content, file)
        os.replace(f"{self._path}.part", self._path)


def execute(source: str, target: str, sockets: str) -> str:
    """Execute a notebook; return what failed, empty if nothing did.

    Args:
        sockets: an empty directory for the kernel's sockets, with a short path.
    """
    problem = _check_language(source)
    if problem:
        return problem
    for name in _NOT_NEEDED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.engines import NBClientEngine, papermill_engines
    from papermill.exceptions import PapermillExecutionError
    from papermill.iorw import LocalHandler, papermill_io

    kernel, client = _classes(sockets)
    progress = Progress(sockets)

    class Engine(NBClientEngine):
        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **_settings: Any) -> Any:
            progress.follow(nb_man)
            return client(
                nb_man,
                timeout=None,
                startup_timeout=120,
                kernel_name=kernel_name,
                log_output=True,
                kernel_manager_class=kernel,
            ).execute()

    class AtomicHandler(LocalHandler):
        def write(self, buf: str, path: str) -> None:
            super().write(buf, f"{path}.part")
            os.replace(f"{path}.part", path)

    papermill_engines.register("easymaker", Engine)
    papermill_io.register("/", AtomicHandler())
    try:
        papermill.execute_notebook(
            _literal(source),
            _literal(os.path.abspath(target)),
            parameters=parameters(json.loads(os.environ.get("EM_HPS", "{}"))),
            engine_name="easymaker",
            kernel_name="python3",
            language="python",
            progress_bar=False,
            autosave_cell_every=_AUTOSAVE_SECONDS,
        )
    except PapermillExecutionError as error:
        progress.failed(error.cell_index, added=2)  # a heading, and an anchor before the cell
        first_line = str(error.evalue).strip().partition("\n")[0]
        return f"cell {error.exec_count} failed: {error.ename}: {first_line}"
    except DeadKernelError as error:
        progress.failed()
        return _why_dead(kernel.process) or f"the kernel died: {error}"
    return ""


def _literal(path: str) -> str:
    return path.replace("{", "{{").replace("}", "}}")  # papermill formats paths


def _why_dead(process: Any) -> str:
    code = process.poll() if process is not None else None
    if code is None:
        return ""
    if code >= 0:
        return f"the kernel ended with exit code {code}"
    text = f"the kernel was ended by {signal.Signals(-code).name}. exit code : {code} (pid: {process.pid})"
    return f"{text}. It may have run out of memory; use a larger instance type." if code == -9 else text


def _classes(sockets: str) -> tuple[Any, Any]:
    """Return a kernel that is always this interpreter, and a client that shows what cells print as they print it."""
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager
    from papermill.clientwrap import PapermillNotebookClient

    class Kernel(AsyncKernelManager):
        process: Any = None

        def __init__(self, **settings: Any) -> None:
            super().__init__(**settings)
            # Sockets in a directory of our own: nobody else on the machine can reach the kernel.
            self.transport = "ipc"
            self.connection_file = os.path.join(sockets, "kernel.json")

        @property
        def kernel_spec(self) -> KernelSpec:
            argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
            return KernelSpec(argv=argv, display_name="Python 3", language="python")

        def client(self, **settings: Any) -> Any:
            Kernel.process = getattr(self.provisioner, "process", None)  # kept: the manager forgets a dead one
            return super().client(**settings)

    class Client(PapermillNotebookClient):
        def log_output_message(self, output: Any) -> None:
            if output.output_type == "stream":
                text = "".join(output.text)
            elif output.output_type == "error":
                text = "\n".join(output.traceback) + "\n"
            else:
                text = "".join(output.get("data", {}).get("text/plain", "")) + "\n"
            sys.stdout.write(text)
            sys.stdout.flush()

    return Kernel, Client


def main() -> int:
    """Execute the notebook named on the command line; return the exit status."""
    problem = execute(*sys.argv[1:4])
    if problem:
        print(problem, flush=True)
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
