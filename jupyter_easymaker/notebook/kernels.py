"""The user's environments among the kernels: looked up whenever somebody asks, so that a new one needs no restart."""

from __future__ import annotations

import re
import sys
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager, NoSuchKernel

from .environments import Environment, environments
from .home import notebook_home

_PREFIX = "easymaker-env-"
_UNUSABLE = re.compile(r"[^a-z0-9._-]+")


class NotebookKernelSpecManager(KernelSpecManager):
    """The kernels of the image, and one for each environment of the user's."""

    def find_kernel_specs(self) -> dict[str, str]:
        own = {name: str(each.prefix) for name, each in _by_kernel_name().items()}
        return {**super().find_kernel_specs(), **own}

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        if not kernel_name.startswith(_PREFIX):
            return super().get_kernel_spec(kernel_name)
        found = _by_kernel_name().get(kernel_name)
        if found is None:
            raise NoSuchKernel(kernel_name)
        return _spec(found)

    def get_all_specs(self) -> dict[str, Any]:
        # The base class reads the resource directory of each; those of environments are not laid out like that.
        found: dict[str, Any] = super().get_all_specs()
        for name, each in _by_kernel_name().items():
            found[name] = {"resource_dir": str(each.prefix), "spec": _spec(each).to_dict()}
        return found


def _by_kernel_name() -> dict[str, Environment]:
    found: dict[str, Environment] = {}
    for each in environments(notebook_home()):
        name = _PREFIX + (_UNUSABLE.sub("-", each.name.lower()).strip("-.") or "unnamed")
        number = 2
        while name in found:  # "a b" and "a-b"
            name = f"{name.rstrip('0123456789').rstrip('-')}-{number}"
            number += 1
        found[name] = each
    return found


def _spec(environment: Environment) -> KernelSpec:
    version = f"Python {environment.python_version}, " if environment.python_version else ""
    needs = "" if environment.has_ipykernel else "; ipykernel is installed first"
    return KernelSpec(
        argv=[sys.executable, "-m", "jupyter_easymaker.notebook.kernel", str(environment.prefix), "{connection_file}"],
        display_name=f"{environment.name} ({version}{'conda' if environment.is_conda else 'venv'}{needs})",
        language="python",
        interrupt_mode="signal",
        metadata={"debugger": environment.has_ipykernel, "easymaker": {"prefix": str(environment.prefix)}},
    )
