"""Notebooks of a hub."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notebooks",
        sa.Column("owner", sa.String(length=255), nullable=False),
        sa.Column("server_name", sa.String(length=255), nullable=False),
        sa.Column("live_server", sa.Text(), nullable=True),
        sa.Column("spec", sa.JSON(), nullable=False),
        sa.Column("flavor", sa.JSON(), nullable=False),
        sa.Column("image", sa.JSON(), nullable=False),
        sa.Column("health", sa.String(length=16), nullable=True),
        sa.Column("action_id", sa.String(length=64), nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("incarnation", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("at_hub", sa.Boolean(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_activity_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("observed", sa.JSON(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("appkey", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("status_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    live = sa.text("deleted_at IS NULL")
    for name, columns in {
        "list": ["appkey", "created_at", "id"],
        "name": ["appkey", "name", "id"],
        "status": ["appkey", "status", "id", "deleted_at"],
        "open": ["status"],
    }.items():
        op.create_index(f"ix_notebooks_{name}", "notebooks", columns, sqlite_where=live, postgresql_where=live)
    deleted = sa.text("deleted_at IS NOT NULL")
    op.create_index("ix_notebooks_deleted", "notebooks", ["deleted_at"], sqlite_where=deleted, postgresql_where=deleted)
    op.create_index("ux_notebooks_live_server", "notebooks", ["live_server"], unique=True)


def downgrade() -> None:
    op.drop_table("notebooks")
