"""jupyter-easymaker: train, tune, register and serve models without leaving JupyterLab.

This module stays import-light: JupyterLab, the jupyter server and IPython each
look up their hook here at start, and none of them should pay for the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .recording import log_metrics as log_metrics

__version__: str


def __getattr__(name: str) -> Any:
    # Looked up when asked for: jobs start this package without needing any of it, and a person waits for them.
    if name == "log_metrics":
        from .recording import log_metrics

        return log_metrics
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("jupyter-easymaker")
    except PackageNotFoundError:  # running from a source tree that was never installed
        return "0.0.0"


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "jupyter-easymaker"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    from .extension.app import EasyMakerExtension

    return [{"module": "jupyter_easymaker", "app": EasyMakerExtension}]


def load_ipython_extension(ipython: Any) -> None:
    from .magics import load_ipython_extension as load

    load(ipython)
