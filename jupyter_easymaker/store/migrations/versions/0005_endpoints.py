"""Endpoints, their stages and stage resources, keys, counts of calls."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_LIVE = sa.text("deleted_at IS NULL")
_DELETED = sa.text("deleted_at IS NOT NULL")
_LISTS = {
    "list": ["appkey", "created_at", "id"],
    "name": ["appkey", "name", "id"],
    "status": ["appkey", "status", "id", "deleted_at"],
    "open": ["status"],
}


def upgrade() -> None:
    _resource(
        "endpoints",
        _text("live_name"),
        _id("default_stage_id"),
        _json("traffic"),
        _boolean("use_api_key"),
    )
    op.create_index("ux_endpoints_live_name", "endpoints", ["live_name"], unique=True)
    _resource(
        "endpoint_stages",
        _id("endpoint_id"),
        _text("live_name"),
        _json("flavor"),
        _json("spec"),
        _integer("node_count"),
        _integer("nodes"),
        _json("scaling"),
        sa.Column("gateway_status", sa.String(length=64), nullable=False),
        _text("gateway_reason"),
        _boolean("retired"),
        sa.ForeignKeyConstraint(["endpoint_id"], ["endpoints.id"]),
    )
    op.create_index("ix_endpoint_stages_endpoint", "endpoint_stages", ["endpoint_id"])
    op.create_index("ux_endpoint_stages_live_name", "endpoint_stages", ["live_name"], unique=True)
    _resource(
        "endpoint_models",
        _id("endpoint_id"),
        _id("stage_id"),
        _id("model_id"),
        _json("model"),
        _text("path"),
        _integer("pod_count"),
        _integer("pods"),
        _json("spec"),
        _integer("revision"),
        _json("observed"),
        sa.ForeignKeyConstraint(["endpoint_id"], ["endpoints.id"]),
        sa.ForeignKeyConstraint(["stage_id"], ["endpoint_stages.id"]),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"]),
    )
    for column in ("stage", "endpoint", "model"):
        op.create_index(f"ix_endpoint_models_{column}", "endpoint_models", [f"{column}_id"])
    op.create_table(
        "endpoint_api_keys",
        _id("id"),
        _id("endpoint_id"),
        _text("name"),
        _text("secret"),
        _boolean("internal"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["endpoint_id"], ["endpoints.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_endpoint_api_keys_endpoint", "endpoint_api_keys", ["endpoint_id"])
    op.create_table(
        "endpoint_calls",
        _id("stage_id"),
        _id("model_id"),
        _text("path"),
        _boolean("by_default_address"),
        sa.Column("at", sa.BigInteger(), nullable=False),
        _integer("width"),
        _text("model_name"),
        _integer("success2xx"),
        _integer("fail4xx"),
        _integer("fail5xx"),
        _integer("other"),
        sa.Column("seconds", sa.Double(), nullable=False),
        _json("buckets"),
        sa.ForeignKeyConstraint(["stage_id"], ["endpoint_stages.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("stage_id", "model_id", "path", "by_default_address", "at", "width"),
    )
    op.create_index("ix_endpoint_calls_width", "endpoint_calls", ["width", "at"])
    op.create_table(
        "gateway_states",
        sa.Column("name", sa.String(length=32), nullable=False),
        _integer("version"),
        _json("content"),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def downgrade() -> None:
    for table in (
        "gateway_states",
        "endpoint_calls",
        "endpoint_api_keys",
        "endpoint_models",
        "endpoint_stages",
        "endpoints",
    ):
        op.drop_table(table)


def _resource(table: str, *columns: Any) -> None:
    op.create_table(
        table,
        *columns,
        _id("id"),
        _id("appkey"),
        _text("name"),
        _text("description"),
        sa.Column("status", sa.String(length=64), nullable=False),
        _text("status_reason"),
        _integer("version"),
        _json("tags"),
        sa.Column("created_by", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    for name, indexed in _LISTS.items():
        _partial(table, name, indexed, _LIVE)
    _partial(table, "deleted", ["deleted_at"], _DELETED)


def _partial(table: str, name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(f"ix_{table}_{name}", table, columns, sqlite_where=where, postgresql_where=where)


def _id(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=64), nullable=False)


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(), nullable=False)


def _integer(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _boolean(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Boolean(), nullable=False)
