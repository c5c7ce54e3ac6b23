"""Use of storage: what notebooks hold from their creation on."""

from __future__ import annotations

import json
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("usage_periods", sa.Column("storage_gb", sa.Integer(), nullable=False, server_default="0"))
    _count_what_there_is()


def _count_what_there_is() -> None:
    """Notebooks that were created before this version count from then on."""
    at = sa.DateTime(timezone=True)
    columns = ["id", "appkey", "owner", "spec", "created_at"]
    notebooks = sa.table("notebooks", *(sa.column(name, at if name == "created_at" else None) for name in columns))
    kept = ["id", "appkey", "user_id", "resource_type", "resource_id", "vcpus", "memory_mib", "gpus", "storage_gb"]
    usage = sa.table("usage_periods", *(sa.column(name) for name in kept), sa.column("started_at", at))
    connection = op.get_bind()
    for row in connection.execute(sa.select(notebooks)).all():
        spec = json.loads(row.spec) if isinstance(row.spec, str) else row.spec
        connection.execute(
            usage.insert().values(
                id=str(uuid4()),
                appkey=row.appkey,
                user_id=row.owner,
                resource_type="NOTEBOOK_STORAGE",
                resource_id=row.id,
                vcpus=0,
                memory_mib=0,
                gpus=0,
                storage_gb=spec["bootStorageSize"] + spec["dataStorageSize"],
                started_at=row.created_at,
            )
        )


def downgrade() -> None:
    op.execute("DELETE FROM usage_periods WHERE resource_type = 'NOTEBOOK_STORAGE'")
    op.drop_column("usage_periods", "storage_gb")
