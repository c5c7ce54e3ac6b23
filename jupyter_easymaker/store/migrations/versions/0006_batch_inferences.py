"""Batch inferences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TABLE = "batch_inferences"
_LIVE = sa.text("deleted_at IS NULL")
_DELETED = sa.text("deleted_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("model_id", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("spec", sa.JSON(), nullable=False),
        sa.Column("flavor", sa.JSON(), nullable=False),
        sa.Column("image", sa.JSON(), nullable=False),
        sa.Column("model", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
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
    lists = {
        "list": ["appkey", "created_at", "id"],
        "name": ["appkey", "name", "id"],
        "status": ["appkey", "status", "id", "deleted_at"],
        "open": ["status"],
    }
    for name, columns in lists.items():
        op.create_index(f"ix_{_TABLE}_{name}", _TABLE, columns, sqlite_where=_LIVE, postgresql_where=_LIVE)
    op.create_index(f"ix_{_TABLE}_deleted", _TABLE, ["deleted_at"], sqlite_where=_DELETED, postgresql_where=_DELETED)
    op.create_index(f"ix_{_TABLE}_model", _TABLE, ["model_id", "deleted_at"])


def downgrade() -> None:
    op.drop_table(_TABLE)
