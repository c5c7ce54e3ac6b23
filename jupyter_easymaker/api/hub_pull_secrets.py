"""What the hub needs to have a private image pulled: the registry account's name and password.

Only the hub itself is answered, by the token it shares with this backend as its service. A server's own token is not
enough: its owner has it too, and members of a project use a registry account without ever seeing its password.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Response

from ..resources.base import RequestModel, WireModel
from ..resources.errors import EasyMakerError, ResultCode
from ..resources.image import parse_address
from ..store import registry_accounts
from ..store.encryption import EncryptionError
from ..store.hub_tables import NotebookRow
from .auth import OnlyHub
from .context import Context
from .envelope import envelope, success
from .registry_accounts import find_account

router = APIRouter(tags=["hub"])


class PullSecretAsk(RequestModel):
    """The body of POST hub/pull-secrets."""

    notebook_id: Annotated[str, Body(max_length=64)]
    action_id: Annotated[str, Body(max_length=64)]
    """Of the start that is in progress, as POST hub/servers answered it."""


class PullSecret(WireModel):
    """What a Kubernetes secret of the type kubernetes.io/dockerconfigjson holds."""

    docker_config_json: str


@router.post("/hub/pull-secrets", response_model=envelope("PullSecretAnswer", pull_secret=PullSecret))
def read_pull_secret(
    response: Response, context: Context, _hub: OnlyHub, body: Annotated[PullSecretAsk, Body()]
) -> Any:
    """Tell the hub with what the private image of a notebook is pulled that it is starting."""
    response.headers["Cache-Control"] = "no-store"
    with context.database.reading() as session:
        row = session.get(NotebookRow, body.notebook_id)
        if row is None or row.deleted_at is not None or row.action_id != body.action_id:
            raise EasyMakerError(ResultCode.NOT_FOUND, "There is no such start of a notebook.")
        account_of = row.image.get("registryAccount")
        if not account_of:
            raise EasyMakerError(ResultCode.NOT_FOUND, f"The image of {row.name} is pulled without an account.")
        account = find_account(session, row.appkey, account_of["registryAccountId"])
    host, _, _ = parse_address(row.image["address"])
    try:
        found = registry_accounts.pull_secret(account, context.encryption, host)
    except EncryptionError as error:
        raise EasyMakerError(ResultCode.CONFLICT, f"The image of {row.name} cannot be pulled: {error}.") from error
    return success(pull_secret=PullSecret(docker_config_json=found.decode()))
