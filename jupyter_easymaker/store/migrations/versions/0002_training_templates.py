"""Training templates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "training_templates",
        sa.Column("live_name", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
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
        op.create_index(
            f"ix_training_templates_{name}", "training_templates", columns, sqlite_where=live, postgresql_where=live
        )
    deleted = sa.text("deleted_at IS NOT NULL")
    op.create_index(
        "ix_training_templates_deleted",
        "training_templates",
        ["deleted_at"],
        sqlite_where=deleted,
        postgresql_where=deleted,
    )
    op.create_index("ux_training_templates_live_name", "training_templates", ["live_name"], unique=True)


def downgrade() -> None:
    op.drop_table("training_templates")
