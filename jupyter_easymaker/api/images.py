"""Images over REST: the provided ones, and the project's private ones."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..resources.errors import EasyMakerError, FieldError, ResultCode, field_error
from ..resources.image import (
    BASE_LABEL,
    PRIVATE,
    PROVIDED,
    Image,
    ImageCreate,
    ImageUpdate,
    parse_address,
)
from ..resources.registry_account import RegistryCheckResult
from ..store import images
from ..store.hub_tables import ImageRow
from .auth import Member
from .context import ApiContext, Context
from .envelope import Envelope, Paging, envelope, success
from .experiments import named, require
from .listing import Listing, values, whole
from .registry_accounts import CheckAnswer, ask_registry, find_account, insert_account
from .updates import changed_columns

router = APIRouter(tags=["images"])
Answer = envelope("ImageAnswer", image=Image)
ListAnswer = envelope("ImageList", image_list=list[Image], paging=Paging)
_LISTED_AT_ONCE = 10_000


@router.get("/images", response_model=ListAnswer)
def list_images(
    appkey: str,
    context: Context,
    _caller: Member,
    listing: Listing,
    groups: Annotated[list[str] | None, Query(alias="groupTypeCodeList", description="TRAINING or NOTEBOOK")] = None,
    types: Annotated[list[str] | None, Query(alias="imageTypeCodeList", description="PROVIDED or PRIVATE")] = None,
    names: Annotated[list[str] | None, Query(alias="imageNameList")] = None,
    ids: Annotated[list[str] | None, Query(alias="imageIdList")] = None,
) -> Any:
    """List the images: the provided ones first, then the project's private ones."""
    wanted, kinds, called, known = values(groups), values(types), whole(names), values(ids)
    arguments = listing.arguments(images.SORT)
    provided = [
        image
        for image in context.catalogue.images
        if (not wanted or image.group_type_code in wanted)
        and (not kinds or PROVIDED in kinds)
        and (not called or image.image_name in called)
        and (not known or image.image_id in known)
        and listing.search.lower() in f"{image.image_name}\n{image.description}".lower()
    ]
    size, number = arguments["size"] or _LISTED_AT_ONCE, arguments["number"] or 1
    begin = (number - 1) * size
    shown = provided[begin : begin + size]
    with context.database.reading() as session:
        private: list[Image] = []
        total = 0
        if not kinds or PRIVATE in kinds:
            # The page before which they begin is known only after the provided ones.
            upto, total = images.page(
                session,
                appkey,
                groups=wanted,
                names=called,
                ids=known,
                sort=arguments["sort"],
                search=listing.search,
                size=max(1, begin + size - len(provided)),
            )
            private = images.resources(session, upto[max(0, begin - len(provided)) : begin + size - len(provided)])
    found = [*shown, *private]
    return success(image_list=found, paging=listing.paging(len(found), len(provided) + total))


@router.post("/images", response_model=Answer)
def create_image(appkey: str, context: Context, caller: Member, body: Annotated[ImageCreate, Body()]) -> Any:
    """Register a private image, built from a provided one."""
    base = context.catalogue.image(body.base_image_id)
    offered = [each for each in context.catalogue.images if each.group_type_code == body.group_type_code]
    if base is None or base not in offered:
        known = ", ".join(each.image_id for each in offered) or "none"
        raise field_error(
            "baseImageId", f"is {body.base_image_id!r}; provided {body.group_type_code} images are {known}"
        )
    host, _, _ = parse_address(body.address)
    if not context.registries.allows(host):
        raise field_error(
            "address", f"names a registry the operator does not allow; those allowed are {context.registries.names}"
        )
    with context.encryption.writing(), context.database.session() as session:
        if body.registry_account is not None:
            account = insert_account(session, context, appkey, body.registry_account, caller.user_id)
        else:  # so that nobody deletes it meanwhile
            account = find_account(session, appkey, body.registry_account_id or "", lock=True)
        try:
            row = images.insert(
                session, appkey=appkey, spec=body, account_id=account.id, base=base, created_by=caller.user_id
            )
        except IntegrityError as error:
            raise _name_taken(body.image_name) from error
        (image,) = images.resources(session, [row])
    return success(image=image)


@router.get("/images/{image_id}", response_model=Answer)
def get_image(appkey: str, image_id: str, context: Context, _caller: Member) -> Any:
    """Return an image."""
    provided = context.catalogue.image(image_id)
    if provided is not None:
        return success(image=provided)
    with context.database.reading() as session:
        (image,) = images.resources(session, [_find(session, appkey, image_id)])
    return success(image=image)


@router.put("/images/{image_id}", response_model=Answer)
def update_image(
    appkey: str, image_id: str, context: Context, _caller: Member, body: Annotated[ImageUpdate, Body()]
) -> Any:
    """Change a private image's name, description or tags; what is absent stays."""
    columns = changed_columns(body.image_name, body.description, body.tag_list)
    if body.image_name is not None:
        columns["live_name"] = images.live_name(appkey, body.image_name)
    _refuse_provided(context, image_id)
    with context.database.session() as session:
        row = _find(session, appkey, image_id, lock=True)
        if columns:
            try:
                require(images.change(session, row, **columns), "image", row.name)
            except IntegrityError as error:
                raise _name_taken(body.image_name or "") from error
        (image,) = images.resources(session, [row])
    return success(image=image)


@router.delete("/images/{image_id}", response_model=Envelope)
def delete_image(appkey: str, image_id: str, context: Context, _caller: Member) -> Any:
    """Delete a private image nothing needs any more; it stays in its registry."""
    _refuse_provided(context, image_id)
    with context.database.session() as session:
        row = _find(session, appkey, image_id, lock=True)
        using = images.used_by(session, appkey, row.id)
        if using:
            raise EasyMakerError(
                ResultCode.IN_USE,
                f"The image {row.name} is needed by {named(using[:5], len(using))}; delete or end these first.",
            )
        images.delete(session, row)
    return success()


@router.post("/images/{image_id}/check", response_model=CheckAnswer)
def check_image(appkey: str, image_id: str, context: Context, _caller: Member) -> Any:
    """Ask the registry whether a private image is there, can be pulled, and is built from what it says."""
    _refuse_provided(context, image_id)
    with context.database.reading() as session:
        row = _find(session, appkey, image_id)
    reason, digest = problem_of(context, appkey, row)
    return success(check=RegistryCheckResult(valid=not reason, reason=reason, digest=digest))


def problem_of(context: ApiContext, appkey: str, row: ImageRow) -> tuple[str, str]:
    """Return why a private image cannot be used (empty: it can) and its digest."""
    with context.database.reading() as session:
        account = find_account(session, appkey, row.account_id)
    found, reason = ask_registry(context, account, *parse_address(row.address))
    if found is None:
        return reason, ""
    label, base = found.labels.get(BASE_LABEL, ""), row.base["imageId"]
    if label != base:
        said = f"it says {label!r}" if label else "it does not say so"
        return (
            f"{row.address} is not built from the provided image {base}: {said} in the label {BASE_LABEL}, "
            "which an image inherits from the one it is built FROM.",
            found.digest,
        )
    return "", found.digest


def _refuse_provided(context: ApiContext, image_id: str) -> None:
    if context.catalogue.image(image_id) is not None:
        raise EasyMakerError(
            ResultCode.CONFLICT, f"The image {image_id} is a provided one: it is the operator's to change."
        )


def _find(session: Session, appkey: str, image_id: str, *, lock: bool = False) -> ImageRow:
    row = images.get(session, appkey, image_id, lock=lock)
    if row is None:
        raise EasyMakerError(ResultCode.NOT_FOUND, f"There is no image {image_id} in this project.")
    return row


def _name_taken(name: str) -> EasyMakerError:
    return EasyMakerError(
        ResultCode.NAME_TAKEN,
        f"There is an image {name} already; choose another name or use that one.",
        (FieldError("imageName", "is taken; choose another"),),
    )
