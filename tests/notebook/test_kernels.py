"""Environments of the user's among the kernels: real virtual environments, real kernels."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest
from jupyter_client.kernelspec import NoSuchKernel
from jupyter_client.manager import KernelManager

from jupyter_easymaker.notebook.environments import conda_variables, environments
from jupyter_easymaker.notebook.kernels import NotebookKernelSpecManager


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EASYMAKER_NOTEBOOK_HOME", str(tmp_path))
    (tmp_path / "custom-conda-envs").mkdir()
    return tmp_path


def make(home: Path, name: str, *, conda: bool = False, ipykernel: bool = True) -> Path:
    """Make an environment; one with ipykernel sees that of the tests."""
    prefix = home / "custom-conda-envs" / name
    venv.create(prefix, symlinks=True)
    if conda:
        (prefix / "conda-meta").mkdir()
    (site,) = prefix.glob("lib/python3.*/site-packages")
    if ipykernel:
        (site / "tests.pth").write_text("\n".join(path for path in sys.path if path.endswith("site-packages")))
        (site / "ipykernel").symlink_to(Path(__import__("ipykernel").__file__).parent)
    return prefix


def names(manager: NotebookKernelSpecManager) -> dict[str, str]:
    """Return the display name of each kernel that is an environment's."""
    found = manager.get_all_specs()
    return {name: each["spec"]["display_name"] for name, each in found.items() if name.startswith("easymaker-env-")}


def test_environments_are_kernels_without_a_restart(home: Path) -> None:
    manager = NotebookKernelSpecManager()
    assert names(manager) == {}
    make(home, "easymaker_env", conda=True)
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert names(manager) == {"easymaker-env-easymaker_env": f"easymaker_env (Python {version}, conda)"}
    make(home, "My Env", ipykernel=False)
    assert names(manager)["easymaker-env-my-env"] == f"My Env (Python {version}, venv; ipykernel is installed first)"
    assert "python3" in manager.find_kernel_specs()
    assert set(names(manager)) <= set(manager.find_kernel_specs())


def test_names_that_would_be_the_same_stay_apart(home: Path) -> None:
    for name in ("a b", "a-b", "한글"):
        make(home, name)
    found = names(NotebookKernelSpecManager())
    assert len(found) == 3
    assert all(NotebookKernelSpecManager().get_kernel_spec(name).display_name == shown for name, shown in found.items())


def test_what_is_no_environment_is_left_out(home: Path) -> None:
    (home / "custom-conda-envs/being-created/conda-meta").mkdir(parents=True)
    (home / "custom-conda-envs/notes.txt").touch()
    assert environments(home) == []
    assert environments(home / "nowhere") == []
    with pytest.raises(NoSuchKernel):
        NotebookKernelSpecManager().get_kernel_spec("easymaker-env-gone")


def run_cell(kernel: str, code: str) -> str:
    """Start a kernel, run a cell in it; return what it prints."""
    manager = KernelManager(kernel_name=kernel, kernel_spec_manager=NotebookKernelSpecManager())
    manager.start_kernel()
    client = manager.blocking_client()
    client.start_channels()
    printed: list[str] = []
    try:
        client.wait_for_ready(timeout=60)
        hook = lambda message: printed.append(message["content"].get("text", ""))  # noqa: E731
        assert client.execute_interactive(code, output_hook=hook, timeout=60)["content"]["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return "".join(printed)


def test_kernel_runs_in_its_environment_with_its_activation_scripts(home: Path) -> None:
    prefix = make(home, "own", conda=True)
    (prefix / "etc/conda/activate.d").mkdir(parents=True)
    (prefix / "etc/conda/activate.d/a.sh").write_text('echo noise\nexport FROM_ACTIVATION="it\'s set"\n')
    code = "import os, sys; print(sys.prefix, os.environ['CONDA_DEFAULT_ENV'], os.environ['FROM_ACTIVATION'])"
    assert run_cell("easymaker-env-own", code).strip() == f"{prefix} own it's set"


def test_environment_that_cannot_get_ipykernel_says_what_to_do(home: Path) -> None:
    prefix = make(home, "bare", ipykernel=False)  # without pip as well
    argv = NotebookKernelSpecManager().get_kernel_spec("easymaker-env-bare").argv
    done = subprocess.run([*argv[:-1], "/no/connection"], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert f"Run in a terminal: {prefix / 'bin/python'} -m pip install ipykernel" in done.stderr


def test_broken_activation_script_is_named(home: Path) -> None:
    prefix = make(home, "broken", conda=True)
    (prefix / "etc/conda/activate.d").mkdir(parents=True)
    (prefix / "etc/conda/activate.d/a.sh").write_text("exit 5\n")
    argv = NotebookKernelSpecManager().get_kernel_spec("easymaker-env-broken").argv
    done = subprocess.run([*argv[:-1], "/no/connection"], capture_output=True, text=True, check=False)
    assert f"The activation scripts of {prefix} fail with 5" in done.stderr


def test_conda_is_told_to_look_there_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONDA_ENVS_DIRS", "/opt/envs")
    assert conda_variables(home)["CONDA_ENVS_DIRS"] == f"{home / 'custom-conda-envs'}:/opt/envs"
