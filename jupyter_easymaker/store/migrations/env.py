"""How Alembic runs our migrations: on the connection the backend hands over, or on a URL for development."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine

from jupyter_easymaker.store import endpoint_tables, hub_tables  # noqa: F401 - so that their tables are known
from jupyter_easymaker.store.tables import Base

config = context.config
connection = config.attributes.get("connection")
if connection is None:  # `alembic revision --autogenerate` while developing
    connection = create_engine(config.get_main_option("sqlalchemy.url") or "sqlite://").connect()

context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
