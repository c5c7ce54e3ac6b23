"""The administrators' side: who did what, who used how much, what a project may hold, everybody's notebooks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query
from sqlalchemy.orm import Session

from ..resources.administration import AuditEntry, BulkAction, BulkResult, NotebookBulk, Usage
from ..resources.base import now
from ..resources.errors import EasyMakerError, ResultCode, field_error
from ..resources.notebook import Notebook, NotebookStatus
from ..resources.quota import Quota, QuotaView
from ..store import audit, notebooks, quotas, usage
from ..store.hub_tables import NotebookRow
from ..store.tables import ProjectRow
from .auth import Admin, Member
from .context import Context
from .envelope import Paging, envelope, success
from .listing import Listing, values
from .notebook_views import notebook_views
from .notebooks import act

admin = APIRouter(prefix="/admin", tags=["administration"])
router = APIRouter(tags=["quotas"])
UsageAnswer = envelope("UsageList", usage_list=list[Usage])
QuotaAnswer = envelope("QuotaAnswer", quota=QuotaView)
Project = Annotated[str, Path(max_length=64)]
Moment = Annotated[str, Query(max_length=40, description="ISO 8601, such as 2026-01-31T08:15:00Z.")]
_USUAL = timedelta(days=30)
_BULK = {
    BulkAction.STOP: NotebookStatus.STOP_IN_PROGRESS,
    BulkAction.DELETE: NotebookStatus.DELETE_IN_PROGRESS,
}


@admin.get("/audit", response_model=envelope("AuditList", audit_list=list[AuditEntry], paging=Paging))
def list_audit(
    context: Context,
    _caller: Admin,
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    project: Annotated[str | None, Query(alias="appKey", max_length=64)] = None,
    user_id: Annotated[str | None, Query(alias="userId", max_length=255)] = None,
    operation: Annotated[str | None, Query(max_length=64)] = None,
    resource_id: Annotated[str | None, Query(alias="resourceId", max_length=255)] = None,
    begin: Annotated[Moment, Query(alias="from")] = "",
    end: Annotated[Moment, Query(alias="to")] = "",
) -> Any:
    """List who did what, the newest first."""
    filters = {"appKey": project, "userId": user_id, "operation": operation, "resourceId": resource_id}
    for name, value in filters.items():
        if value is not None and "\x00" in value:
            raise field_error(name, "holds a NUL character; remove it")
    with context.database.reading() as session:
        rows, total = audit.page(
            session,
            appkey=project,
            user_id=user_id,
            operation=operation,
            resource_id=resource_id,
            since=_moment("from", begin) if begin else None,
            until=_moment("to", end) if end else None,
            number=page,
            size=limit,
        )
    found = [
        AuditEntry(
            audit_id=row.id,
            datetime=row.at,
            user_id=row.user_id,
            operation=row.operation,
            app_key=row.appkey,
            resource_type=row.resource_type,
            resource_id=row.resource_id,
            resource_name=row.resource_name,
            detail=row.detail,
        )
        for row in rows
    ]
    return success(audit_list=found, paging=Paging(page=page, limit=limit, total_count=total))


@admin.get("/usage", response_model=UsageAnswer)
def list_usage(
    context: Context,
    _caller: Admin,
    begin: Annotated[Moment, Query(alias="from")] = "",
    end: Annotated[Moment, Query(alias="to")] = "",
) -> Any:
    """Return what everybody used in each project; without bounds over the last 30 days."""
    since, until = _period(begin, end)
    with context.database.reading() as session:
        return success(usage_list=_usage(session, since, until))


@admin.get("/notebooks", response_model=envelope("AllNotebooks", notebook_list=list[Notebook], paging=Paging))
def list_all_notebooks(
    context: Context,
    caller: Admin,
    listing: Listing,
    statuses: Annotated[list[str] | None, Query(alias="notebookStatusCodeList")] = None,
    owners: Annotated[list[str] | None, Query(alias="ownerList")] = None,
    projects: Annotated[list[str] | None, Query(alias="appKeyList")] = None,
) -> Any:
    """List the notebooks of all projects."""
    with context.database.reading() as session:
        rows, total = notebooks.page(
            session,
            None,
            statuses=values(statuses),
            owners=values(owners),
            projects=values(projects),
            **listing.arguments(notebooks.SORT),
        )
    found = notebook_views(context, caller, rows)
    return success(notebook_list=found, paging=listing.paging(len(found), total))


@admin.post("/notebooks/actions", response_model=envelope("BulkAnswer", result_list=list[BulkResult]))
def act_on_notebooks(context: Context, caller: Admin, body: Annotated[NotebookBulk, Body()]) -> Any:
    """Stop or delete several notebooks, of any project; each for itself, so that one in the way stops no other."""
    status = _BULK[body.action]
    results = []
    for notebook_id in dict.fromkeys(body.notebook_id_list):
        try:
            with context.database.reading() as session:
                row = None if "\x00" in notebook_id else session.get(NotebookRow, notebook_id)
            if row is None:
                raise EasyMakerError(ResultCode.NOT_FOUND, f"There is no notebook {notebook_id!r}.")
            act(context, caller, row.appkey, row.id, status)
        except EasyMakerError as error:
            results.append(BulkResult(notebook_id=notebook_id, successful=False, reason=error.message))
        else:
            results.append(BulkResult(notebook_id=notebook_id, successful=True))
    return success(result_list=results)


@admin.get("/quotas", response_model=envelope("QuotaList", quota_list=list[QuotaView], paging=Paging))
def list_project_quotas(context: Context, _caller: Admin, listing: Listing) -> Any:
    """List what each project may hold at once, and what it holds."""
    with context.database.reading() as session:
        projects, total = quotas.projects(session, **listing.arguments(("appKey",), default="appKey"))
        found = [_quota(session, project) for project in projects]
    return success(quota_list=found, paging=listing.paging(len(found), total))


@admin.get("/quotas/{project}", response_model=QuotaAnswer)
def get_project_quota(context: Context, _caller: Admin, project: Project) -> Any:
    """Return what a project may hold at once, and what it holds."""
    with context.database.reading() as session:
        _require_project(session, project)
        return success(quota=_quota(session, project))


@admin.put("/quotas/{project}", response_model=QuotaAnswer)
def put_project_quota(context: Context, _caller: Admin, project: Project, body: Annotated[Quota, Body()]) -> Any:
    """Say what a project may hold at once; what is absent is not limited. What it holds already is left alone."""
    with context.database.session() as session:
        _require_project(session, project)
        quotas.put(session, project, body)
        audit.record(session, appkey=project, quota=body.model_dump(by_alias=True, exclude_none=True))
        return success(quota=_quota(session, project))


@router.get("/quota", response_model=QuotaAnswer)
def get_quota(appkey: str, context: Context, _caller: Member) -> Any:
    """Return what the project may hold at once, and what it holds."""
    with context.database.reading() as session:
        return success(quota=_quota(session, appkey))


@router.get("/usage", response_model=UsageAnswer)
def get_usage(
    appkey: str,
    context: Context,
    _caller: Member,
    begin: Annotated[Moment, Query(alias="from")] = "",
    end: Annotated[Moment, Query(alias="to")] = "",
) -> Any:
    """Return what each member used in the project; without bounds over the last 30 days."""
    since, until = _period(begin, end)
    with context.database.reading() as session:
        return success(usage_list=_usage(session, since, until, appkey))


def _usage(session: Session, since: datetime, until: datetime, appkey: str | None = None) -> list[Usage]:
    found = usage.total(session, since, until, appkey)
    return [
        Usage(
            app_key=project,
            user_id=user,
            cpu_hours=round(used.cpu_hours, 4),
            memory_gib_hours=round(used.memory_gib_hours, 4),
            gpu_hours=round(used.gpu_hours, 4),
            storage_gb_hours=round(used.storage_gb_hours, 4),
            storage_gb=used.storage_gb,
            endpoint_hours=round(used.endpoint_hours, 4),
            endpoint_stages=used.endpoint_stages,
        )
        for (project, user), used in sorted(found.items())
    ]


def _quota(session: Session, appkey: str) -> QuotaView:
    held = quotas.held(session, appkey)
    names = Quota.model_fields
    return QuotaView(
        app_key=appkey,
        quota=quotas.get(session, appkey),
        held={field.alias or name: getattr(held, name) for name, field in names.items()},
    )


def _require_project(session: Session, appkey: str) -> None:
    if "\x00" in appkey or session.get(ProjectRow, appkey) is None:
        raise EasyMakerError(ResultCode.NOT_FOUND, f"There is no project {appkey!r}; create it first.")


def _period(begin: str, end: str) -> tuple[datetime, datetime]:
    until = _moment("to", end) if end else now()
    since = _moment("from", begin) if begin else until - _USUAL
    if since >= until:
        raise field_error("from", "must be before to")
    return since, until


def _moment(field: str, given: str) -> datetime:
    try:
        found = datetime.fromisoformat(given)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise field_error(field, "must be a time such as 2026-01-31T08:15:00Z") from None
