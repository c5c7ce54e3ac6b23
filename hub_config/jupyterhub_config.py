"""A hub on one machine: `make hub`, or `jupyterhub --config hub_config/jupyterhub_config.py`.

Everybody who knows the password in DIRECTORY/user-password signs in under a name of their choice; the user `admin` with
the one in DIRECTORY/admin-password. That is for trying out. For a team, sign people in with what you have:

    c.JupyterHub.authenticator_class = "pam"                 # the machine's own users; run the hub as root
    c.JupyterHub.authenticator_class = "generic-oauth"       # pip install oauthenticator, and its settings

Projects are the hub's groups: members of the group `vision` share the project with the appkey `vision`.
"""

import os
from pathlib import Path

import platformdirs

from jupyter_easymaker.hub.one_machine import configure

c = get_config()  # noqa: F821 - JupyterHub gives it
directory = Path(os.environ.get("EASYMAKER_HUB_DIR") or platformdirs.user_data_dir("jupyter-easymaker-hub"))
configure(c, directory, port=int(os.environ.get("EASYMAKER_HUB_PORT", "8000")))
