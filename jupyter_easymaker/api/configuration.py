"""What a client needs to know to offer sensible choices: storages, limits, capacity, and who asks."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from pydantic.alias_generators import to_camel

from ..gateway.base import GatewayError
from ..resources import limits
from ..resources.base import WireModel
from ..resources.errors import EasyMakerError, ResultCode
from .auth import Member
from .context import Context
from .envelope import envelope, success

router = APIRouter(tags=["configuration"])


class Nas(WireModel):
    nas_id: str


class CapacityView(WireModel):
    vcpus: int
    memory_mib: int
    gpus: int


class User(WireModel):
    user_id: str
    is_admin: bool


class GatewayView(WireModel):
    """What stands before the models of endpoints."""

    address: str
    """Empty: there is none."""
    certificate_authority: str
    """PEM; empty: its certificate is the operator's."""


class Configuration(WireModel):
    """What this backend offers to the project."""

    region: str
    default_output_uri: str
    storage_schemes: list[str]
    nas_list: list[Nas]
    obs_list: list[str]
    limits: dict[str, int]
    capacity: CapacityView
    gateway: GatewayView
    user: User
    has_hub: bool
    """Whether the backend is the service of a hub; without one there are no notebooks."""
    gateway_address: str = ""
    """``host:port`` endpoints are called at over https; empty: there is no gateway, and there are no endpoints."""


@router.get("/configuration", response_model=envelope("ConfigurationAnswer", configuration=Configuration))
def get_configuration(appkey: str, context: Context, caller: Member) -> Any:
    """Tell what can be chosen here."""
    storage = context.storage_for(appkey)
    schemes = [
        scheme for scheme, there in (("nas", storage.nas), ("obs", storage.obs), ("file", storage.file_roots)) if there
    ]
    capacity = context.engine.capacity()
    try:
        gateway = GatewayView(address=context.gateway.address, certificate_authority=context.gateway.own_authority)
    except GatewayError as error:
        raise EasyMakerError(ResultCode.UNAVAILABLE, str(error)) from error
    return success(
        configuration=Configuration(
            region=context.region,
            default_output_uri=context.default_output_uri,
            storage_schemes=schemes,
            nas_list=[Nas(nas_id=nas_id) for nas_id in storage.nas],
            obs_list=list(storage.obs),
            limits={to_camel(name): number for name, number in asdict(limits.current()).items()},
            capacity=CapacityView(vcpus=capacity.vcpus, memory_mib=capacity.memory_mib, gpus=capacity.gpus),
            gateway=gateway,
            user=User(user_id=caller.user_id, is_admin=caller.is_admin),
            has_hub=context.hub is not None,
            gateway_address=context.gateway.address,
        )
    )
