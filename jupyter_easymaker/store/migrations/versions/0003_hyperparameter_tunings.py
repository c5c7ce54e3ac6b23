"""Hyperparameter tunings; their trials are trainings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_LIVE = sa.text("deleted_at IS NULL")
_LISTED = sa.text("deleted_at IS NULL AND tuning_id IS NULL")
_DELETED = sa.text("deleted_at IS NOT NULL")
_LISTS = {
    "list": ["appkey", "created_at", "id"],
    "name": ["appkey", "name", "id"],
    "status": ["appkey", "status", "id", "deleted_at"],
}


def upgrade() -> None:
    op.create_table(
        "hyperparameter_tunings",
        sa.Column("experiment_id", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("spec", sa.JSON(), nullable=False),
        sa.Column("flavor", sa.JSON(), nullable=False),
        sa.Column("image", sa.JSON(), nullable=False),
        sa.Column("algorithm", sa.JSON(), nullable=True),
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
        sa.ForeignKeyConstraint(["experiment_id"], ["experiments.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for name, columns in {**_LISTS, "open": ["status"]}.items():
        _partial("hyperparameter_tunings", name, columns, _LIVE)
    _partial("hyperparameter_tunings", "deleted", ["deleted_at"], _DELETED)
    op.create_index(
        "ix_hyperparameter_tunings_experiment", "hyperparameter_tunings", ["experiment_id", "deleted_at", "created_at"]
    )
    for column in (
        sa.Column("tuning_id", sa.String(length=64), nullable=True),
        sa.Column("trial_number", sa.Integer(), nullable=True),
        sa.Column("trial_status", sa.String(length=32), nullable=True),
        sa.Column("objective", sa.Double(), nullable=True),
        sa.Column("trial", sa.JSON(), nullable=True),
    ):
        op.add_column("trainings", column)
    op.create_index("ux_trainings_trial", "trainings", ["tuning_id", "trial_number"], unique=True)
    _index_lists_of_trainings(_LISTED, "tuning_id")
    op.add_column("models", sa.Column("tuning_id", sa.String(length=64), nullable=True))
    op.add_column("models", sa.Column("tuning_name", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("models", "tuning_name")
    op.drop_column("models", "tuning_id")
    op.drop_index("ux_trainings_trial", "trainings")
    _index_lists_of_trainings(_LIVE)
    for column in ("trial", "objective", "trial_status", "trial_number", "tuning_id"):
        op.drop_column("trainings", column)
    op.drop_table("hyperparameter_tunings")


def _index_lists_of_trainings(where: sa.TextClause, *counted: str) -> None:
    for name, columns in _LISTS.items():
        op.drop_index(f"ix_trainings_{name}", "trainings")
        _partial("trainings", name, [*columns, *(counted if name == "status" else ())], where)


def _partial(table: str, name: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(f"ix_{table}_{name}", table, columns, sqlite_where=where, postgresql_where=where)
