"""Notebooks as processes of one machine: each with a boot directory, fresh at every start, and one that stays."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
from jupyterhub.spawner import LocalProcessSpawner
from traitlets import Dict, Unicode

from ..notebook import cont_init, watch
from ..notebook.home import VARIABLE
from .backed import BackedByEasyMaker, SpawnRefused

_MOUNT = Path("/root/easymaker")
_DIRECTORY = "EASYMAKER_NOTEBOOK_DIRECTORY"
"""A variable in the environment of all that a notebook runs: whose it is."""
_LOG = "notebook.log"
_LAST_LINES = 2000
_LOOK_SECONDS = 0.1
_PROGRESS_SECONDS = 1.0


class NotebookSpawner(BackedByEasyMaker, LocalProcessSpawner):
    """Spawns notebooks as the hub's own user: for people who trust each other, and for trying out.

    ``{notebooks_dir}/{user}/{notebook}/`` holds ``boot`` (the home directory, emptied at each start) and ``easymaker``
    (the data storage, removed with the notebook). As root, where a process can have mounts of its own, the data storage
    is at /root/easymaker as on a cluster; elsewhere it is the link ``easymaker`` in the home directory.
    """

    notebooks_dir = Unicode(help="Where the notebooks' directories are.").tag(config=True)
    nas = Dict(
        value_trait=Unicode(), key_trait=Unicode(), help="Directories every notebook sees in its home: {name: path}."
    ).tag(config=True)

    @property
    def directory(self) -> Path:
        """Where this notebook's directories are. Names are made such that none leaves its place or meets another."""
        # A server without a name has one that none with a name can have: quoting never leaves a tilde in front.
        return Path(self.notebooks_dir) / _as_file(self.user.name) / (_as_file(self.name) or "~default")

    @property
    def boot(self) -> Path:
        return self.directory / "boot"

    @property
    def data(self) -> Path:
        return self.directory / "easymaker"

    async def start_as(self, settings: dict[str, Any]) -> tuple[str, int]:
        await asyncio.to_thread(self._end_orphans)
        mounts = {mount["mountDirectoryName"]: mount["path"] for mount in settings["nasList"]}
        await asyncio.to_thread(self._prepare, mounts)
        python = settings["python"] or sys.executable
        starter = [python, "-m", "jupyter_easymaker.notebook.start", python, "-m", "jupyterhub.singleuser"]
        self.cmd = [*self._mounting(), *starter, *(["--allow-root"] if os.geteuid() == 0 else [])]
        self.notebook_dir = str(self.boot)
        with (self.directory / _LOG).open("wb") as log:
            self.popen_kwargs: dict[str, Any] = {"stdout": log, "stderr": subprocess.STDOUT}
            address: tuple[str, int] = await LocalProcessSpawner.start(self)
        await self._listening(*address)
        return address

    async def _listening(self, host: str, port: int) -> None:
        """Wait until the server can be reached: its start-up scripts run before.

        Raises:
            SpawnRefused: it has ended.
        """
        while True:
            try:
                _, writer = await asyncio.open_connection(host, port)
                writer.close()
                return
            except OSError:
                status = self.proc.poll()
                if status is not None:
                    raise SpawnRefused(f"Its server ended with exit status {status}: {self._last_lines()}") from None
                await asyncio.sleep(_LOOK_SECONDS)

    def _last_lines(self) -> str:
        text = (self.directory / _LOG).read_text(errors="replace")
        return text[-_LAST_LINES:].strip() or "it printed nothing"

    def _end_orphans(self) -> None:
        """End what runs in this notebook without the hub knowing: it was killed while it started the notebook."""
        for process in psutil.process_iter():
            try:
                ours = process.environ().get(_DIRECTORY) == str(self.directory)
            except psutil.Error:
                continue
            if ours:
                self.log.warning("ending %s, left by an earlier start of %s", process.pid, self.directory)
                process.kill()

    def _prepare(self, mounts: dict[str, str]) -> None:
        shutil.rmtree(self.boot, ignore_errors=True)
        self.boot.mkdir(parents=True, mode=0o700)
        self.data.mkdir(exist_ok=True, mode=0o700)
        for name, target in {**self.nas, **mounts, "easymaker": str(self.data)}.items():
            (self.boot / name).symlink_to(target, target_is_directory=True)

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """Tell which start-up script runs: a start may wait for it long."""
        yield {"progress": 10, "message": "Starting."}
        last = ""
        while True:
            message = await asyncio.to_thread(self._running_script)
            if message and message != last:
                last = message
                yield {"progress": 50, "message": message}
            await asyncio.sleep(_PROGRESS_SECONDS)

    def _running_script(self) -> str:
        try:
            scripts = cont_init.last_run(self.data)
        except (OSError, ValueError, TypeError):  # it is the user's to write into
            return ""
        for script in scripts:
            if script.state is cont_init.ScriptState.RUNNING and script.started_at is not None:
                begun = time.strftime("%H:%M:%S", time.gmtime(script.started_at))
                return f"Running the start-up script {script.name} since {begun} UTC."
        return ""

    def exit_status(self, status: int) -> int | None:
        """Of a server an earlier hub started nobody knows it."""
        return status if self.proc is not None else None

    def _mounting(self) -> list[str]:
        """Return what gives the notebook mounts of its own, with its data storage at /root/easymaker, if it can be."""
        if not can_mount():
            return []
        script = 'mount --bind "$0" "$1" && shift && exec "$@"'
        return ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, str(self.data), str(_MOUNT)]

    def get_env(self) -> dict[str, str]:
        mounted = bool(self._mounting())
        env: dict[str, str] = super().get_env()
        return {
            **env,
            VARIABLE: str(_MOUNT if mounted else self.data),
            "EASYMAKER_TOKEN": env["JUPYTERHUB_API_TOKEN"],
            "EASYMAKER_START_BACKEND": "0",
            _DIRECTORY: str(self.directory),
            watch.LIMITED: "1",
            watch.START: str(self.server_settings.get("actionId", "")),
        }

    def user_env(self, env: dict[str, str]) -> dict[str, str]:
        return {**env, "USER": self.user.name, "HOME": str(self.boot), "SHELL": os.environ.get("SHELL", "/bin/sh")}

    def make_preexec_fn(self, name: str) -> Callable[[], None]:
        """Stay who the hub is; there need be no such user of the system."""
        boot = str(self.boot)
        return lambda: os.chdir(boot)

    async def move_certs(self, paths: dict[str, str]) -> dict[str, str]:
        return paths

    def get_state(self) -> dict[str, Any]:
        state: dict[str, Any] = super().get_state()
        if "pid" in state:
            state["born"] = _born(state["pid"])
        return state

    def load_state(self, state: dict[str, Any]) -> None:
        super().load_state(state)
        # After a restart of the machine the number may be another process's.
        if "pid" in state and state.get("born") != _born(state["pid"]):
            self.pid = 0

    async def delete_forever(self) -> None:
        """Remove boot and data storage: the notebook is deleted."""
        await asyncio.to_thread(shutil.rmtree, self.directory, ignore_errors=True)


def can_mount() -> bool:
    """Return whether processes can have mounts of their own here: root, allowed to, with the place to mount at."""
    if os.geteuid() != 0 or not _MOUNT.is_dir() or not shutil.which("unshare"):
        return False
    status = Path("/proc/self/status").read_text()
    (capabilities,) = re.findall(r"^CapEff:\s*([0-9a-f]+)$", status, re.MULTILINE)
    return bool(int(capabilities, 16) >> 21 & 1)  # CAP_SYS_ADMIN


def _as_file(name: str) -> str:
    """Return a name as one part of a path: different names stay apart, and none is ``.`` or ``..``."""
    return quote(name, safe="@+=,").replace("~", "%7E").replace(".", "%2E")


def _born(pid: int) -> float | None:
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None
