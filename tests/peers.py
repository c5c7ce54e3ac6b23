"""Other people's servers, each installed into an environment of its own outside this repository, once."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

_SKLEARN = f"scikit-learn=={version('scikit-learn')}"
PACKAGES = {
    "kserve": ("kserve==0.21.0", "pandas", _SKLEARN),
    "mlserver": ("mlserver==1.7.1", "mlserver-sklearn==1.7.1", _SKLEARN),
    "litserve": ("litserve==0.2.19", _SKLEARN),
    "bentoml": ("bentoml==1.4.40", _SKLEARN),
    "torchserve": ("torchserve==0.12.0", "torch-model-archiver==0.12.0", "pyyaml", "setuptools<81", "torch==2.13.0"),
}


def peer(name: str) -> Path:
    """Return a peer's environment, made when it is not there; runs at the same time wait for each other."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jupyter-easymaker-peers"
    directory = cache / name
    packages = PACKAGES[name]
    done = directory / f".installed-{'-'.join(packages).replace('/', '_')}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(directory)], check=True)
            pip = [str(directory / "bin/python"), "-m", "pip", "install", "--quiet"]
            subprocess.run([*pip, *packages], check=True)
            done.touch()
    return directory
