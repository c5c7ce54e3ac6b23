"""Become the kernel of an environment: activate it as conda would, see that it has ipykernel, and run that.

The process is replaced, so that Jupyter's signals reach the kernel itself.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

from .environments import Environment

_INSTALL_SECONDS = 300


class EnvironmentBroken(Exception):
    """The environment cannot run a kernel; the text says why and what to do."""


def activated(environment: Environment) -> dict[str, str]:
    """Return the variables of a process in an environment, those its activation scripts set included.

    Raises:
        EnvironmentBroken: such a script fails.
    """
    variables = {**os.environ, **environment.variables()}
    variables.pop("PYTHONHOME", None)
    scripts = sorted((environment.prefix / "etc/conda/activate.d").glob("*.sh"))
    if not scripts:
        return variables
    sourced = "; ".join(f". {shlex.quote(str(script))} >&2" for script in scripts)
    tell = f"{shlex.quote(sys.executable)} -I -c 'import json, os; print(json.dumps(dict(os.environ)))'"
    done = subprocess.run(["/bin/sh", "-c", f"{sourced}; {tell}"], env=variables, stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise EnvironmentBroken(f"The activation scripts of {environment.prefix} fail with {done.returncode}.")
    found: dict[str, str] = json.loads(done.stdout)
    return found


def ensure_ipykernel(environment: Environment, variables: dict[str, str]) -> None:
    """Install ipykernel unless the environment has it.

    Raises:
        EnvironmentBroken: it cannot be installed.
    """
    python = str(environment.python)
    if environment.has_ipykernel:
        return
    print(f"{environment.name} has no ipykernel; installing it", file=sys.stderr, flush=True)
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "ipykernel"]
    try:
        done = subprocess.run(command, env=variables, stdout=sys.stderr, timeout=_INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise EnvironmentBroken(_advice(environment, "installing it takes too long")) from None
    if done.returncode != 0:
        raise EnvironmentBroken(_advice(environment, f"pip ended with {done.returncode}"))


def _advice(environment: Environment, why: str) -> str:
    tool = "conda install --prefix" if environment.is_conda else f"{environment.python} -m pip install"
    place = f" {environment.prefix}" if environment.is_conda else ""
    return (
        f"ipykernel could not be installed into {environment.name}: {why}. Run in a terminal: {tool}{place} ipykernel"
    )


def main(prefix: str, connection_file: str) -> None:
    path = Path(prefix)
    environment = Environment(path.name, path, (path / "conda-meta").is_dir())
    try:
        variables = activated(environment)
        ensure_ipykernel(environment, variables)
    except EnvironmentBroken as error:
        raise SystemExit(str(error)) from error
    python = str(environment.python)
    os.execve(python, [python, "-m", "ipykernel_launcher", "-f", connection_file], variables)


if __name__ == "__main__":
    main(*sys.argv[1:])
