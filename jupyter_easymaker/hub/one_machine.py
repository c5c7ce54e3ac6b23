"""A JupyterHub on one machine with everything in it, as settings: ``hub_config/jupyterhub_config.py`` calls this."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from traitlets.config import Config

from . import settings


def configure(c: Config, directory: Path, *, port: int = 8000, backend_port: int = 8090) -> None:
    """Fill in a hub's settings; whatever is set afterwards comes before them.

    Args:
        directory: keeps the hub's database, the backend's data and the notebooks.
        port: where people find the hub, on this machine only.
        backend_port: where the backend listens, on this machine only.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    backend = f"http://127.0.0.1:{backend_port}"
    c.JupyterHub.bind_url = f"http://127.0.0.1:{port}"
    c.JupyterHub.db_url = f"sqlite:///{directory / 'jupyterhub.sqlite'}"
    c.JupyterHub.cookie_secret_file = str(directory / "cookie-secret")
    c.JupyterHub.spawner_class = "jupyter_easymaker.hub.spawner.NotebookSpawner"

    sign_in_with_passwords(c, directory)
    proxy(c, directory)
    settings.roles(c)
    c.JupyterHub.services = [
        {
            "name": settings.SERVICE,
            "url": backend,
            "command": [
                *(sys.executable, "-m", "jupyter_easymaker.service.cli", "serve"),
                *("--data-dir", str(directory / "backend"), "--port", str(backend_port)),
                "--ServiceConfig.hub=True",
                f"--ServiceConfig.hub_url=http://127.0.0.1:{port}",
            ],
            "environment": {"HOME": os.environ.get("HOME", "/")},
            "oauth_no_confirm": True,
            "display": False,  # it has no page of its own
        }
    ]
    c.NotebookSpawner.notebooks_dir = str(directory / "notebooks")
    settings.notebooks(c, backend)
    settings.administration(c, backend)


def sign_in_with_passwords(c: Config, directory: Path) -> None:
    """Let everybody in who knows the password, under a name of their choice: for trying out."""
    c.JupyterHub.authenticator_class = "shared-password"
    c.SharedPasswordAuthenticator.user_password = _password(directory, "user", 12)
    c.SharedPasswordAuthenticator.admin_password = _password(directory, "admin", 32)
    c.Authenticator.admin_users = {"admin"}
    c.Authenticator.allow_all = True


def proxy(c: Config, directory: Path) -> None:
    """Have Traefik be the hub's proxy: one binary from the package index, where the hub's own proxy needs Node.js."""
    c.JupyterHub.proxy_class = "traefik_file"
    rules = directory / "proxy"
    rules.mkdir(exist_ok=True, mode=0o700)
    c.TraefikFileProviderProxy.dynamic_config_file = str(rules / "rules.toml")
    c.TraefikFileProviderProxy.static_config_file = str(rules / "traefik.toml")
    c.TraefikProxy.traefik_api_username = "hub"
    c.TraefikProxy.traefik_api_password = _password(directory, "proxy", 24)
    # The binary lies beside this Python.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"


def _password(directory: Path, name: str, length: int) -> str:
    """Return EASYMAKER_HUB_{NAME}_PASSWORD, or one made up at the first start and kept in a file."""
    if given := os.environ.get(f"EASYMAKER_HUB_{name.upper()}_PASSWORD"):
        return given
    path = directory / f"{name}-password"
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(length))
    return path.read_text().strip()
