"""Registry accounts over REST. Passwords come in and never go out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ..engines.registry import FoundImage, RegistryError
from ..resources.errors import EasyMakerError, FieldError, ResultCode, field_error
from ..resources.image import parse_address
from ..resources.registry_account import (
    RegistryAccount,
    RegistryAccountCreate,
    RegistryAccountUpdate,
    RegistryCheck,
    RegistryCheckResult,
    RegistryType,
)
from ..store import images, registry_accounts
from ..store.encryption import EncryptionError
from ..store.hub_tables import ImageRow, RegistryAccountRow
from .auth import Member
from .context import ApiContext, Context
from .envelope import Envelope, Paging, envelope, success
from .experiments import named, require
from .listing import Listing, values, whole
from .updates import changed_columns

router = APIRouter(tags=["registry accounts"])
Answer = envelope("RegistryAccountAnswer", registry_account=RegistryAccount)
ListAnswer = envelope("RegistryAccountList", registry_account_list=list[RegistryAccount], paging=Paging)
CheckAnswer = envelope("RegistryCheckAnswer", check=RegistryCheckResult)


@router.post("/registry-accounts", response_model=Answer)
def create_registry_account(
    appkey: str, context: Context, caller: Member, body: Annotated[RegistryAccountCreate, Body()]
) -> Any:
    """Keep with whose name and password images are pulled. The password is encrypted and never shown again."""
    with context.encryption.writing(), context.database.session() as session:
        row = insert_account(session, context, appkey, body, caller.user_id)
        (account,) = views(session, [row])
    return success(registry_account=account)


@router.get("/registry-accounts", response_model=ListAnswer)
def list_registry_accounts(
    appkey: str,
    context: Context,
    _caller: Member,
    listing: Listing,
    ids: Annotated[list[str] | None, Query(alias="registryAccountIdList")] = None,
    names: Annotated[list[str] | None, Query(alias="registryAccountNameList")] = None,
) -> Any:
    """List the project's registry accounts."""
    with context.database.reading() as session:
        rows, total = registry_accounts.page(
            session,
            appkey,
            ids=values(ids),
            names=whole(names),
            **listing.arguments(registry_accounts.SORT),
        )
        found = views(session, rows)
    return success(registry_account_list=found, paging=listing.paging(len(found), total))


@router.get("/registry-accounts/{account_id}", response_model=Answer)
def get_registry_account(appkey: str, account_id: str, context: Context, _caller: Member) -> Any:
    """Return a registry account, without its password."""
    with context.database.reading() as session:
        (account,) = views(session, [find_account(session, appkey, account_id)])
    return success(registry_account=account)


@router.put("/registry-accounts/{account_id}", response_model=Answer)
def update_registry_account(
    appkey: str, account_id: str, context: Context, _caller: Member, body: Annotated[RegistryAccountUpdate, Body()]
) -> Any:
    """Change a registry account; what is absent stays. Not its login while something still pulls with it."""
    columns = changed_columns(body.registry_account_name, body.description, body.tag_list)
    if body.registry_account_name is not None:
        columns["live_name"] = registry_accounts.live_name(appkey, body.registry_account_name)
    with context.encryption.writing(), context.database.session() as session:
        row = find_account(session, appkey, account_id, lock=True)
        if body.changes_login:
            _refuse_while_used(session, appkey, row)
            columns |= {} if body.login_id is None else {"login": body.login_id}
            if body.password is not None:
                columns["secret"] = context.encryption.encrypt(body.password.get_secret_value())
        if columns:
            try:
                written = registry_accounts.change(session, row, **columns)
            except IntegrityError as error:
                raise _name_taken(body.registry_account_name or "") from error
            require(written, "registry account", row.name)
        (account,) = views(session, [row])
    return success(registry_account=account)


@router.delete("/registry-accounts/{account_id}", response_model=Envelope)
def delete_registry_account(appkey: str, account_id: str, context: Context, _caller: Member) -> Any:
    """Delete a registry account no image uses any more."""
    with context.database.session() as session:
        row = find_account(session, appkey, account_id, lock=True)
        using = registry_accounts.images_of(session, [row.id]).get(row.id, [])
        if using:
            names = named([image.name for image in using[:5]], len(using))
            raise EasyMakerError(
                ResultCode.IN_USE,
                f"The registry account {row.name} is that of the images {names}; delete them first.",
            )
        registry_accounts.delete(session, row)
    return success()


@router.post("/registry-accounts/{account_id}/check", response_model=CheckAnswer)
def check_registry_account(
    appkey: str, account_id: str, context: Context, _caller: Member, body: Annotated[RegistryCheck, Body()]
) -> Any:
    """Ask a registry whether it takes this account, and whether it may pull an image."""
    with context.database.reading() as session:
        row = find_account(session, appkey, account_id)
    host, _, path = body.address.partition("/")
    try:
        wanted = parse_address(body.address) if path else (host, "", "")
    except ValueError as error:
        raise field_error("address", str(error)) from error
    if not context.registries.allows(wanted[0]):
        raise field_error(
            "address", f"names a registry the operator does not allow; those allowed are {context.registries.names}"
        )
    found, reason = ask_registry(context, row, *wanted)
    return success(
        check=RegistryCheckResult(valid=not reason, reason=reason, digest=found.digest if found is not None else "")
    )


def ask_registry(
    context: ApiContext, row: RegistryAccountRow, host: str, path: str, reference: str
) -> tuple[FoundImage | None, str]:
    """Return what a registry has, and why it cannot be pulled from there; empty: it can.

    Args:
        path, reference: of an image; empty: only the account is checked.
    """
    try:
        password = context.encryption.decrypt(row.secret)
        if not path:
            context.registries.login(host, row.login, password)
            return None, ""
        return context.registries.image(host, path, reference, row.login, password), ""
    except (RegistryError, EncryptionError) as error:
        return None, f"{error}."


def insert_account(
    session: Session, context: ApiContext, appkey: str, spec: RegistryAccountCreate, by: str
) -> RegistryAccountRow:
    """Add an account; within ``encryption.writing``.

    Raises:
        EasyMakerError: the project has one of this name.
    """
    try:
        return registry_accounts.insert(session, context.encryption, appkey=appkey, spec=spec, created_by=by)
    except IntegrityError as error:
        raise _name_taken(spec.registry_account_name) from error


def find_account(session: Session, appkey: str, account_id: str, *, lock: bool = False) -> RegistryAccountRow:
    """Return an account of the project; ``lock`` as in ``resource_queries.get``.

    Raises:
        EasyMakerError: there is none of this id.
    """
    row = registry_accounts.get(session, appkey, account_id, lock=lock)
    if row is None:
        raise EasyMakerError(ResultCode.NOT_FOUND, f"There is no registry account {account_id} in this project.")
    return row


def views(session: Session, rows: Sequence[RegistryAccountRow]) -> list[RegistryAccount]:
    used = registry_accounts.images_of(session, [row.id for row in rows]) if rows else {}
    return [_view(row, used.get(row.id, [])) for row in rows]


def _view(row: RegistryAccountRow, used: Sequence[ImageRow]) -> RegistryAccount:
    return RegistryAccount(
        registry_account_id=row.id,
        registry_account_name=row.name,
        description=row.description,
        app_key=row.appkey,
        registry_type_code=RegistryType(row.kind),
        login_id=row.login,
        image_list=[{"imageId": image.id, "imageName": image.name} for image in used],
        tag_list=row.tags,
        created_datetime=row.created_at,
        created_by=row.created_by,
    )


def _refuse_while_used(session: Session, appkey: str, row: RegistryAccountRow) -> None:
    using = registry_accounts.images_of(session, [row.id]).get(row.id, [])
    busy = images.in_the_way(session, appkey, [image.id for image in using]) if using else []
    if busy:
        raise EasyMakerError(
            ResultCode.IN_USE,
            f"The ID and password of {row.name} cannot be changed while images are pulled with them: "
            f"{named(busy[:5], len(busy))}. Wait for these to end, or stop them.",
        )


def _name_taken(name: str) -> EasyMakerError:
    return EasyMakerError(
        ResultCode.NAME_TAKEN,
        f"There is a registry account {name} already; choose another name or use that one.",
        (FieldError("registryAccountName", "is taken; choose another"),),
    )
