"""The images of the tests' cluster: empty directories, under the names people's images have."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

IMAGE = "localhost/easymaker/notebook:test"
NEXT_IMAGE = "localhost/easymaker/notebook:next"
"""The same, upgraded: its /etc/version says ``next``."""
PROVIDED = "registry.example.com/easymaker"
"""Where the manifests of hub_config/kubernetes say the project's own images lie."""
TAG = "0.1.0"
_LINKS = {"bin": "usr/bin", "sbin": "usr/sbin", "lib": "usr/lib", "lib64": "usr/lib64"}
_DIRECTORIES = ("usr", "etc", "root/easymaker", "tmp", "proc", "sys", "dev", "var/tmp", "home", "opt", "srv")
_PASSWD = "root:x:0:0:root:/root:/bin/sh\neasymaker:x:1000:1000::/tmp:/bin/sh\npostgres:x:999:999::/tmp:/bin/sh\n"
_PATH = "/usr/local/bin:/usr/bin:/bin"
_BACKEND = [sys.executable, "-m", "jupyter_easymaker.service.cli"]
_POSTGRESQL = """#!/bin/sh
# What the entry point of the official image does with the variables our manifest sets.
set -e
if [ ! -e "$PGDATA/PG_VERSION" ]; then
    printf %s "$POSTGRES_PASSWORD" > /tmp/password
    initdb --username="$POSTGRES_USER" --pwfile=/tmp/password --auth-host=scram-sha-256 --auth-local=trust \\
        --encoding=UTF8 --no-locale --no-sync
    echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
    echo "CREATE DATABASE \\"$POSTGRES_DB\\"" | postgres --single -D "$PGDATA" postgres
fi
exec postgres -c "listen_addresses=*"
"""


def archives() -> Iterator[bytes]:
    """Return the images of notebooks, the backend and its database."""
    notebook = [IMAGE, f"{PROVIDED}/cpu-python-notebook:{TAG}"]
    yield archive(notebook, layer(*notebook_layer("test")), Cmd=["/bin/sh"])
    yield archive([NEXT_IMAGE], layer(*notebook_layer("next")), Cmd=["/bin/sh"])
    files, links = notebook_layer("test")
    yield archive([f"{PROVIDED}/backend:{TAG}"], layer(files, links), Entrypoint=_BACKEND)
    programs = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda each: int(each.parent.name))
    database = layer({**files, "start-postgresql": _POSTGRESQL.encode()}, links)
    names = ["docker.io/library/postgres:17"]
    yield archive(names, database, path=f"{programs}:{_PATH}", Entrypoint=["/start-postgresql"], StopSignal="SIGINT")


def notebook_layer(version: str) -> tuple[dict[str, bytes], dict[str, str]]:
    """Return the files and links of an image for notebooks."""
    return {"etc/passwd": _PASSWD.encode(), "etc/version": version.encode()}, _LINKS


def layer(files: dict[str, bytes], links: dict[str, str]) -> bytes:
    """Return a layer with these files, links and the directories pods need."""
    made_of = io.BytesIO()
    with tarfile.open(fileobj=made_of, mode="w") as tar:
        made: set[str] = set()
        for directory in _DIRECTORIES if links else ():
            parts = directory.split("/")
            for depth in range(1, len(parts) + 1):
                path = "/".join(parts[:depth])
                if path not in made:
                    made.add(path)
                    entry = tarfile.TarInfo(path)
                    entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if path.endswith("tmp") else 0o755
                    tar.addfile(entry)
        for link, target in links.items():
            entry = tarfile.TarInfo(link)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            tar.addfile(entry)
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(content), 0o755
            tar.addfile(entry, io.BytesIO(content))
    return made_of.getvalue()


def archive(names: Sequence[str], content: bytes, *, path: str = _PATH, **settings: Any) -> bytes:
    """Return an image of one layer as ``docker save`` would.

    Args:
        settings: what it says of its containers, such as ``Entrypoint``, ``Cmd`` or ``StopSignal``.
    """
    digest = hashlib.sha256(content).hexdigest()
    configuration = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {**settings, "Env": [f"PATH={path}"]},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
        }
    ).encode()
    manifest = [{"Config": "config.json", "RepoTags": list(names), "Layers": ["layer.tar"]}]
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        parts_of: dict[str, bytes] = {
            "layer.tar": content,
            "config.json": configuration,
            "manifest.json": json.dumps(manifest).encode(),
        }
        for name, part in parts_of.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(part)
            tar.addfile(entry, io.BytesIO(part))
    return packed.getvalue()
