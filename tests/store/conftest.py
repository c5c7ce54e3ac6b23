"""Both stores: SQLite, and a PostgreSQL server of the tests' own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from jupyter_easymaker.store.database import Database
from tests.conftest import free_port


def _postgresql_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def _as_postgres(command: list[str]) -> list[str]:
    # PostgreSQL refuses to run as root.
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a server; databases are made by tests."""
    programs = _postgresql_programs()
    if programs is None:
        pytest.skip("PostgreSQL's programs are not installed (Debian: postgresql)")
    directory = Path(tempfile.mkdtemp(prefix="easymaker-pg-"))
    directory.chmod(0o777)
    data = directory / "data"
    subprocess.run(
        _as_postgres([str(programs / "initdb"), "-D", str(data), "-U", "tests", "-A", "trust"]),
        check=True,
        capture_output=True,
    )
    port = free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={directory} -c fsync=off"
    control = [str(programs / "pg_ctl"), "-D", str(data), "-w"]
    subprocess.run(
        _as_postgres([*control, "-o", options, "-l", str(directory / "log"), "start"]),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    yield f"postgresql://tests@127.0.0.1:{port}/"
    subprocess.run(_as_postgres([*control, "-m", "immediate", "stop"]), check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty store."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    server: str = request.getfixturevalue("postgresql")
    name = f"t{abs(hash(str(tmp_path)))}"
    admin = Database(f"{server}postgres")
    with admin.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.close()
    return f"{server}{name}"


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    made = Database(url)
    made.migrate()
    yield made
    made.close()
