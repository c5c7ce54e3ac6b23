"""Training templates over REST."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..resources.errors import EasyMakerError, FieldError, ResultCode
from ..resources.training_template import (
    TrainingTemplate,
    TrainingTemplateCopy,
    TrainingTemplateCreate,
    TrainingTemplateKind,
    TrainingTemplateUpdate,
)
from ..store import training_templates
from ..store.tables import TrainingTemplateRow
from .auth import Member
from .context import Context
from .envelope import Envelope, Paging, envelope, success
from .experiments import require
from .listing import Listing, values, whole
from .updates import changed_columns

router = APIRouter(tags=["training templates"])
Answer = envelope("TrainingTemplateAnswer", training_template=TrainingTemplate)
ListAnswer = envelope("TrainingTemplateList", training_template_list=list[TrainingTemplate], paging=Paging)


@router.post("/training-templates", response_model=Answer)
def create_training_template(
    appkey: str, context: Context, caller: Member, body: Annotated[TrainingTemplateCreate, Body()]
) -> Any:
    """Keep settings for trainings to come. The name is unique in the project."""
    with context.database.session() as session:
        try:
            row = training_templates.insert(session, appkey=appkey, spec=body, created_by=caller.user_id)
        except IntegrityError as error:
            raise _name_taken(body.training_template_name) from error
    return success(training_template=view(row))


@router.get("/training-templates", response_model=ListAnswer)
def list_training_templates(
    appkey: str,
    context: Context,
    _caller: Member,
    listing: Listing,
    ids: Annotated[list[str] | None, Query(alias="trainingTemplateIdList")] = None,
    names: Annotated[list[str] | None, Query(alias="trainingTemplateNameList")] = None,
    kinds: Annotated[list[str] | None, Query(alias="kindList")] = None,
) -> Any:
    """List the project's templates."""
    with context.database.reading() as session:
        rows, total = training_templates.page(
            session,
            appkey,
            ids=values(ids),
            names=whole(names),
            kinds=values(kinds),
            **listing.arguments(training_templates.SORT),
        )
    return success(training_template_list=[view(row) for row in rows], paging=listing.paging(len(rows), total))


@router.get("/training-templates/{training_template_id}", response_model=Answer)
def get_training_template(appkey: str, training_template_id: str, context: Context, _caller: Member) -> Any:
    """Return a template."""
    with context.database.reading() as session:
        return success(training_template=view(_find(session, appkey, training_template_id)))


@router.put("/training-templates/{training_template_id}", response_model=Answer)
def update_training_template(
    appkey: str,
    training_template_id: str,
    context: Context,
    _caller: Member,
    body: Annotated[TrainingTemplateUpdate, Body()],
) -> Any:
    """Change a template; what is absent stays, content is replaced as a whole."""
    columns = changed_columns(body.training_template_name, body.description, body.tag_list)
    if body.training_template_name is not None:
        columns["live_name"] = training_templates.live_name(appkey, body.training_template_name)
    if body.kind is not None:
        columns["kind"] = body.kind.value
    if body.content is not None:
        columns["content"] = training_templates.content_column(body.content)
    with context.database.session() as session:
        row = _find(session, appkey, training_template_id, lock=True)
        if columns:
            try:
                written = training_templates.update(session, row, **columns)
            except IntegrityError as error:
                raise _name_taken(body.training_template_name or "") from error
            require(written, "training template", row.name)
    return success(training_template=view(row))


@router.post("/training-templates/{training_template_id}/copy", response_model=Answer)
def copy_training_template(
    appkey: str,
    training_template_id: str,
    context: Context,
    caller: Member,
    body: Annotated[TrainingTemplateCopy | None, Body()] = None,
) -> Any:
    """Make another template of the same settings."""
    name, description = (body.training_template_name, body.description) if body else (None, None)
    with context.database.session() as session:
        original = _find(session, appkey, training_template_id, lock=True)
        try:
            row = training_templates.copy(
                session,
                original,
                name=name,
                description=description,
                created_by=caller.user_id,
            )
        except IntegrityError as error:
            raise _name_taken(name or "") from error
    return success(training_template=view(row))


@router.delete("/training-templates/{training_template_id}", response_model=Envelope)
def delete_training_template(appkey: str, training_template_id: str, context: Context, _caller: Member) -> Any:
    """Delete a template; trainings made with it stay as they are."""
    with context.database.session() as session:
        training_templates.delete(session, _find(session, appkey, training_template_id, lock=True))
    return success()


def _find(session: Session, appkey: str, template_id: str, *, lock: bool = False) -> TrainingTemplateRow:
    row = training_templates.get(session, appkey, template_id, lock=lock)
    if row is None:
        raise EasyMakerError(ResultCode.NOT_FOUND, f"There is no training template {template_id} in this project.")
    return row


def _name_taken(name: str) -> EasyMakerError:
    return EasyMakerError(
        ResultCode.NAME_TAKEN,
        f"There is a training template {name} already; choose another name or change that one.",
        (FieldError("trainingTemplateName", "is taken; choose another"),),
    )


def view(row: TrainingTemplateRow) -> TrainingTemplate:
    return TrainingTemplate(
        training_template_id=row.id,
        training_template_name=row.name,
        description=row.description,
        app_key=row.appkey,
        kind=TrainingTemplateKind(row.kind),
        content=row.content,
        created_datetime=row.created_at,
        created_by=row.created_by,
        tag_list=row.tags,
    )
