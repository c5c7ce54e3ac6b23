"""Registry accounts and private images."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _resource(table: str, *columns: Any) -> None:
    op.create_table(
        table,
        sa.Column("live_name", sa.Text(), nullable=True),
        *columns,
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
    for name, indexed in {
        "list": ["appkey", "created_at", "id"],
        "name": ["appkey", "name", "id"],
        "status": ["appkey", "status", "id", "deleted_at"],
        "open": ["status"],
    }.items():
        op.create_index(f"ix_{table}_{name}", table, indexed, sqlite_where=live, postgresql_where=live)
    deleted = sa.text("deleted_at IS NOT NULL")
    op.create_index(f"ix_{table}_deleted", table, ["deleted_at"], sqlite_where=deleted, postgresql_where=deleted)
    op.create_index(f"ux_{table}_live_name", table, ["live_name"], unique=True)


def upgrade() -> None:
    _resource(
        "registry_accounts",
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
    )
    _resource(
        "images",
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("group_type", sa.String(length=32), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("base", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["registry_accounts.id"]),
    )
    op.create_index("ix_images_account", "images", ["account_id"])


def downgrade() -> None:
    op.drop_table("images")
    op.drop_table("registry_accounts")
