"""What a hub is told whether it runs on one machine or on a cluster: named servers, roles, how notebooks start."""

from __future__ import annotations

from traitlets.config import Config

SERVICE = "easymaker"
"""The backend, as the hub knows it."""
_SCRIPT_SECONDS = 600
"""What a notebook's start-up scripts may take together."""
_ACCESS = f"access:services!service={SERVICE}"


def notebooks(c: Config, backend: str) -> None:
    """Have servers be notebooks.

    Args:
        backend: where hub and notebooks reach the backend.
    """
    c.JupyterHub.allow_named_servers = True
    c.JupyterHub.cleanup_servers = False  # notebooks outlive the hub
    c.JupyterHub.redirect_to_server = False  # people choose which of their notebooks to open
    c.BackedByEasyMaker.backend_url = backend
    c.Spawner.default_url = "/lab"
    c.Spawner.poll_interval = 5  # a server that ended by itself is seen soon
    c.Spawner.start_timeout = _SCRIPT_SECONDS + 120
    c.Spawner.http_timeout = 60
    c.Spawner.environment = {"EASYMAKER_URL": backend, "EASYMAKER_CONT_INIT_SECONDS": str(_SCRIPT_SECONDS)}


def administration(c: Config, backend: str) -> None:
    """Have the hub serve the administrators' page, and lead to it from its navigation.

    Args:
        backend: where the hub reaches the backend.
    """
    from . import administration as page

    c.JupyterHub.extra_handlers.extend(page.handlers(backend))
    c.JupyterHub.template_paths.insert(0, str(page.TEMPLATES))


def roles(c: Config) -> None:
    """Say what people, notebooks and the backend may ask of the hub, and who may ask the backend."""
    ours = [
        {"name": "user", "scopes": ["self", _ACCESS]},
        # A notebook speaks to the backend with its own token, which ends with it.
        {"name": "server", "scopes": ["users:activity!user", "access:servers!server", _ACCESS]},
        {
            "name": "easymaker-backend",
            "services": [SERVICE],
            "scopes": ["list:users", "read:users", "admin:server_state", "servers", "delete:servers", "access:servers"],
        },
    ]
    names = {role["name"] for role in ours}
    kept = [role for role in c.JupyterHub.get("load_roles", []) if role["name"] not in names]
    c.JupyterHub.load_roles = [*kept, *ours]
