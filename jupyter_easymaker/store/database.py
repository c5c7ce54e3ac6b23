"""The connection to the store: SQLite with WAL or PostgreSQL, its migrations, and word of every change."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from ..storage.lock import FileLock

_MIGRATION_LOCK = 0x656D6B72  # any number that nobody else takes an advisory lock on
_BUSY_TIMEOUT_MS = 30_000


class NewerStore(Exception):
    """The store has tables this version does not know; nothing was changed."""


class Database:
    """The store of one backend.

    Args:
        url: ``sqlite:///PATH`` or ``postgresql://USER:PASSWORD@HOST/NAME``.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        if self.url.drivername == "postgresql":
            self.url = self.url.set(drivername="postgresql+psycopg")
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(self.url) if self.is_sqlite else create_engine(self.url, pool_pre_ping=True)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._derived = sessionmaker(self.engine.execution_options(derived=True), expire_on_commit=False)
        self._reading = sessionmaker(self.engine.execution_options(read_only=True), expire_on_commit=False)
        self._callbacks: list[Callable[[], None]] = []

    def migrate(self) -> None:
        """Bring the tables to this version; backends that start at once take turns.

        Raises:
            NewerStore: a newer version made them.
        """
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with self._migration_lock(), self.engine.connect() as connection:
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError as error:
                if not isinstance(error.__cause__, ResolutionError):
                    raise
                raise NewerStore(
                    f"The store {self.url.render_as_string()} was made by a newer version of jupyter-easymaker; "
                    "install that version, or use another store."
                ) from error
            connection.commit()

    @contextlib.contextmanager
    def _migration_lock(self) -> Iterator[None]:
        if not self.is_sqlite:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
                try:
                    yield
                finally:
                    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _MIGRATION_LOCK})
            return
        # Turning a new file into WAL mode fails when another does the same, so the lock comes before connecting.
        lock = FileLock(f"{Path(self.url.database or '').absolute()}.lock")
        try:
            lock.acquire(shared=False)
            yield
        finally:
            lock.close()

    @contextlib.contextmanager
    def session(self, *, derived: bool = False) -> Iterator[Session]:
        """A transaction that writes: commits at the end, rolls back on an exception, then tells listeners of events.

        Keep it short: SQLite lets one write at a time.

        Args:
            derived: what is written follows from what lies elsewhere, such as an engine's files, and would be written
                again if it were lost. With SQLite it then does not wait for the disk: a killed process loses
                nothing, a power cut at most the last moments, and never something in the middle.
        """
        with (self._derived if derived else self._sessions)() as session:
            try:
                yield session
                wrote_events = bool(session.info.pop("wrote_events", False))
                session.commit()
            except BaseException:
                session.rollback()
                raise
        if wrote_events:
            self.changed()

    @contextlib.contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that writes nothing and waits for no writer. Its rows can be used afterwards."""
        with self._reading() as session:
            yield session

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back after each commit that wrote an event, from any thread; returns how to unsubscribe."""
        self._callbacks.append(callback)

        def unsubscribe() -> None:
            with contextlib.suppress(ValueError):
                self._callbacks.remove(callback)

        return unsubscribe

    def changed(self) -> None:
        for callback in tuple(self._callbacks):
            callback()

    def close(self) -> None:
        self.engine.dispose()


def _sqlite(url: Any) -> Engine:
    engine = create_engine(url, connect_args={"timeout": _BUSY_TIMEOUT_MS / 1000})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # transactions begin below, not when the driver thinks so
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_TIMEOUT_MS}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A deferred transaction that reads and then writes fails at once when another wrote in between;
        # an immediate one waits its turn.
        options = connection.get_execution_options()
        if options.get("read_only", False):
            connection.exec_driver_sql("BEGIN")
            return
        # An answered request survives a power cut. (It can only be set between transactions.)
        connection.exec_driver_sql(f"PRAGMA synchronous={'NORMAL' if options.get('derived', False) else 'FULL'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
