"""The built wheel in a fresh environment: everything is in place without a further step."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from jupyter_client.manager import KernelManager

from tests.conftest import free_port
from tests.waiting import wait_for

pytestmark = pytest.mark.wheel

ROOT = Path(__file__).parents[2]
TOKEN = "wheel-token"
# What the packages it borrows have outside of site-packages.
_BORROWED = ("share/jupyter/lab", "share/jupyter/kernels", "etc/jupyter/jupyter_server_config.d/jupyterlab.json")


def run(*command: str | Path, timeout: float = 120, **options: object) -> str:
    """Run a command and return what it printed, both streams; its failure is the test's."""
    done = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout,
        check=False,
        **options,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build it from the checkout as people do, out of a copy: the build writes into the tree."""
    directory = tmp_path_factory.mktemp("wheel")
    source = directory / "source"
    files = run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT).splitlines()
    for file in files:
        if (ROOT / file).is_file():
            (source / file).parent.mkdir(parents=True, exist_ok=True)
            (source / file).write_bytes((ROOT / file).read_bytes())
    # The packages of the build are those of this environment; the JupyterLab extension is really built.
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", directory / "dist", source]
    run(*build, timeout=900, env=environment, cwd=directory)
    (built,) = (directory / "dist").glob("*.whl")
    return built


class FreshEnvironment:
    """A virtual environment with the wheel and nothing else of ours; it borrows this environment's dependencies."""

    def __init__(self, path: Path, wheel: Path) -> None:
        self.path = path
        self.bin = path / "bin"
        self.home = path.parent / "home"
        self.home.mkdir()
        venv.create(path, with_pip=False)
        site_packages = Path(sysconfig.get_path("purelib", vars={"base": str(path)}))
        borrowed = Path(sysconfig.get_path("purelib"))
        install = ["-m", "pip", "--python", self.bin / "python", "install", "--no-deps", "--no-index", wheel]
        run(sys.executable, *install, env=self.environment)
        # Behind its own packages, so that the wheel is found first; without .pth files of its own, which would
        # put the checkout of an editable installation on the path.
        (site_packages / "borrowed.pth").write_text(f"{borrowed}\n")
        for data in _BORROWED:
            (path / data).parent.mkdir(parents=True, exist_ok=True)
            (path / data).symlink_to(Path(sys.prefix) / data)

    @property
    def environment(self) -> dict[str, str]:
        """A person's shell: nothing of this run, an empty home."""
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("PYTHON", "VIRTUAL_ENV", "JUPYTER", "EM_", "EASYMAKER_", "IPYTHON", "XDG_"))
        }
        return {**kept, "HOME": str(self.home), "PATH": f"{self.bin}{os.pathsep}{kept['PATH']}"}

    def python(self, *arguments: str | Path) -> str:
        return run(self.bin / "python", *arguments, env=self.environment, cwd=self.home)


@pytest.fixture(scope="module")
def fresh(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> FreshEnvironment:
    return FreshEnvironment(tmp_path_factory.mktemp("fresh") / "venv", wheel)


def test_wheel_holds_code_extension_and_settings_but_no_sources_of_the_panel(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    data = wheel.name.split("-py3")[0] + ".data/data/"
    for needed in (
        "share/jupyter/labextensions/jupyter-easymaker/package.json",
        "etc/jupyter/jupyter_server_config.d/jupyter_easymaker.json",
        "etc/ipython/startup/50-jupyter-easymaker.py",
    ):
        assert data + needed in names
    for needed in (
        "store/migrations/versions/0001_first_tables.py",
        "hub/templates/page.html",
        "hub/static/administration.js",
        "hub/static/administration.css",
    ):
        assert f"jupyter_easymaker/{needed}" in names
    assert not [name for name in names if "node_modules" in name or name.startswith(("tests/", "labextension/"))]


def test_package_comes_from_the_wheel(fresh: FreshEnvironment) -> None:
    found = fresh.python("-c", "import jupyter_easymaker; print(jupyter_easymaker.__file__)")
    assert Path(found.strip()).is_relative_to(fresh.path)


def test_labextension_is_listed_and_enabled(fresh: FreshEnvironment) -> None:
    listed = fresh.python("-m", "jupyter", "labextension", "list")
    (line,) = (line for line in listed.splitlines() if "jupyter-easymaker" in line)
    assert "enabled" in line
    assert "OK" in line


def test_server_extension_is_enabled_without_a_further_step(fresh: FreshEnvironment) -> None:
    listed = fresh.python("-m", "jupyter", "server", "extension", "list")
    enabled = [line for line in listed.splitlines() if "jupyter_easymaker" in line and "enabled" in line]
    assert enabled, listed


def test_command_is_there(fresh: FreshEnvironment) -> None:
    shown = run("jupyter", "easymaker", "--help", env=fresh.environment, cwd=fresh.home)
    assert "serve" in shown
    assert "quickstart" in shown
    assert (fresh.bin / "jupyter-easymaker").exists()


def test_quick_start_is_copied_out_of_the_package(fresh: FreshEnvironment) -> None:
    target = fresh.home / "copied"
    target.mkdir()
    run("jupyter", "easymaker", "quickstart", target, env=fresh.environment, cwd=fresh.home)
    (notebook,) = target.rglob("*.ipynb")
    assert json.loads(notebook.read_text())["cells"]


@pytest.mark.parametrize("own", ["", "c = get_config()\nc.InteractiveShellApp.extensions = ['autoreload']\n"])
def test_magic_is_there_without_loading_it_whatever_a_person_has_configured(fresh: FreshEnvironment, own: str) -> None:
    profile = fresh.home / ".ipython" / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_config.py").write_text(own)
    code = "print(sorted(n for n in get_ipython().magics_manager.magics['cell'] if n == 'easymaker')); print(dir())"
    found, names = fresh.python("-m", "IPython", "--no-banner", "-c", code).strip().splitlines()[-2:]
    assert found == "['easymaker']"
    assert "jupyter_easymaker" not in names  # a person's names are their own


def test_magic_is_there_in_a_kernel(fresh: FreshEnvironment) -> None:
    manager = KernelManager(kernel_name="python3")
    manager.kernel_spec.argv[0] = str(fresh.bin / "python")
    manager.start_kernel(env=fresh.environment, cwd=str(fresh.home))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        printed: list[str] = []
        client.execute_interactive(
            "print('easymaker' in get_ipython().magics_manager.magics['line'])",
            output_hook=lambda message: printed.append(message["content"].get("text", "")),
            timeout=60,
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert "True" in "".join(printed)


@pytest.fixture
def lab(fresh: FreshEnvironment, tmp_path: Path) -> Iterator[str]:
    """JupyterLab as a person starts it after the installation; its address."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    data_dir = tmp_path / "data"
    arguments = ["lab", "--no-browser", "--allow-root", f"--port={port}", f"--IdentityProvider.token={TOKEN}"]
    with (
        (tmp_path / "lab.log").open("wb") as log,
        subprocess.Popen(
            [fresh.bin / "python", "-m", "jupyter", *arguments],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**fresh.environment, "EASYMAKER_DATA_DIR": str(data_dir)},
            cwd=fresh.home,
        ) as process,
    ):
        try:
            wait_for(lambda: process.poll() is None and _status(f"{url}/api") == 200, 60)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=20)
            if (data_dir / "backend.json").exists():
                psutil.Process(json.loads((data_dir / "backend.json").read_text())["pid"]).terminate()


def _status(url: str) -> int:
    try:
        return httpx.get(url, timeout=10).status_code
    except httpx.TransportError:
        return 0


def test_lab_opens_with_the_panel_and_a_running_backend(lab: str) -> None:
    headers = {"Authorization": f"token {TOKEN}"}
    page = httpx.get(f"{lab}/lab", headers=headers, timeout=60)
    assert page.status_code == 200
    assert "jupyter-easymaker" in page.text  # among the federated extensions the page loads

    def context() -> dict[str, str]:
        return dict(httpx.get(f"{lab}/easymaker/context", headers=headers, timeout=10).json())

    wait_for(lambda: context()["status"] != "starting", 60)
    assert context()["status"] == "ready", context()
    counts = httpx.get(f"{lab}/easymaker/api/v1.0/appkeys/default/counts", headers=headers, timeout=10)
    assert counts.json()["counts"]["training"]["total"] == 0
