"""Who did what, who used how much, and what projects may hold."""

from __future__ import annotations

import json
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("operation", sa.String(length=64), nullable=False),
        sa.Column("appkey", sa.String(length=64), nullable=False),
        sa.Column("resource_type", sa.String(length=32), nullable=False),
        sa.Column("resource_id", sa.String(length=255), nullable=False),
        sa.Column("resource_name", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_entries_project", "audit_entries", ["appkey", "id"])
    op.create_index("ix_audit_entries_user", "audit_entries", ["user_id", "id"])
    usage = op.create_table(
        "usage_periods",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("appkey", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("resource_type", sa.String(length=32), nullable=False),
        sa.Column("resource_id", sa.String(length=64), nullable=False),
        sa.Column("vcpus", sa.Integer(), nullable=False),
        sa.Column("memory_mib", sa.BigInteger(), nullable=False),
        sa.Column("gpus", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_usage_periods_resource", "usage_periods", ["resource_id", "ended_at"])
    op.create_index("ix_usage_periods_ended", "usage_periods", ["ended_at"])
    op.create_table(
        "quotas",
        sa.Column("appkey", sa.String(length=64), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("appkey"),
    )
    _count_what_there_is(usage)


def _count_what_there_is(usage: sa.Table) -> None:
    """Trainings that began before this version count, too."""
    columns = ["id", "appkey", "created_by", "tuning_id", "spec", "flavor", "started_at", "ended_at"]
    typed = {"started_at": sa.DateTime(timezone=True), "ended_at": sa.DateTime(timezone=True)}
    trainings = sa.table("trainings", *(sa.column(name, typed.get(name)) for name in columns))
    connection = op.get_bind()
    for row in connection.execute(sa.select(trainings).where(trainings.c.started_at.is_not(None))).all():
        spec, flavor = (json.loads(each) if isinstance(each, str) else each for each in (row.spec, row.flavor))
        nodes = spec.get("instanceCount", 1)
        connection.execute(
            usage.insert().values(
                id=str(uuid4()),
                appkey=row.appkey,
                user_id=row.created_by,
                resource_type="HYPERPARAMETER_TUNING" if row.tuning_id else "TRAINING",
                resource_id=row.id,
                vcpus=nodes * flavor["vcpus"],
                memory_mib=nodes * flavor["ram"],
                gpus=nodes * flavor.get("gpuCount", 0),
                started_at=row.started_at,
                ended_at=row.ended_at,
            )
        )


def downgrade() -> None:
    for table in ("quotas", "usage_periods", "audit_entries"):
        op.drop_table(table)
