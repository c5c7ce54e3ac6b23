"""What is checked before an endpoint, a stage or a stage resource is accepted or changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from ..reconcilers.pod_service import wanted_of
from ..resources import limits
from ..resources.endpoint import EndpointStatus
from ..resources.endpoint_model import EndpointModelResource, EndpointModelStatus
from ..resources.endpoint_stage import EndpointStageStatus, StageSettings
from ..resources.errors import EasyMakerError, ResultCode, field_error
from ..resources.flavor import Flavor
from ..resources.model import ModelFormat
from ..resources.pod_share import PodsDoNotFit, PodsWanted, pod_shares
from ..store import endpoint_models, endpoint_stages, endpoints, models
from ..store.endpoint_tables import EndpointModelRow, EndpointRow, EndpointStageRow
from ..store.tables import ModelRow
from .context import ApiContext
from .model_views import model_view
from .storage_checks import StorageChecks

_LIST = "endpointModelResourceList"
_NOT_SERVED = (ModelFormat.HUGGING_FACE, ModelFormat.TRITON)


@dataclass(frozen=True)
class Chosen:
    """What a stage names, found."""

    flavor: Flavor
    models: dict[str, dict[str, Any]]
    """Model id to the model as it is deployed."""

    def artifacts(self, spec: StageSettings) -> list[tuple[str, str]]:
        """Return the field and the artifact URI of each resource's model."""
        return [
            (f"{_LIST}.{index}.modelId", self.models[each.model_id]["modelUploadUri"])
            for index, each in enumerate(spec.endpoint_model_resource_list)
        ]


def check_stage(context: ApiContext, session: Session, appkey: str, spec: StageSettings) -> Chosen:
    """Refuse a stage that could never run, and hold its models until this transaction ends.

    Raises:
        EasyMakerError: naming the field and what would be accepted.
    """
    flavor = context.catalogue.flavor(spec.flavor_id)
    if flavor is None or "ENDPOINT" not in flavor.group_type_code_list:
        known = ", ".join(each.id for each in context.catalogue.flavors if "ENDPOINT" in each.group_type_code_list)
        raise field_error("flavorId", f"is {spec.flavor_id!r}; there are {known}")
    check_fits(context, flavor, spec.node_count)
    resources = spec.endpoint_model_resource_list
    found = {
        each.model_id: find_servable(session, appkey, each.model_id, f"{_LIST}.{index}.modelId")
        for index, each in enumerate(resources)
    }
    _check_names([found[each.model_id] for each in resources])
    check_scaling(resources, ca_enable=spec.ca_enable)
    check_pods(flavor, spec.node_count, [wanted(str(index), each) for index, each in enumerate(resources)], _LIST)
    return Chosen(flavor, {key: deployed(row) for key, row in found.items()})


def check_artifacts(context: ApiContext, appkey: str, rows: Sequence[tuple[str, str]]) -> None:
    """Refuse models whose artifacts are not there. Outside of a transaction: storages may take their time.

    Args:
        rows: field and artifact URI.

    Raises:
        EasyMakerError: naming each field.
    """
    checks = StorageChecks(context.storage_for(appkey))
    for field, uri in rows:
        checks.input(field, uri)
    checks.finish()


def check_fits(context: ApiContext, flavor: Flavor, nodes: int) -> None:
    """Refuse more instances than the engine could ever give."""
    capacity = context.engine.capacity()
    for needed, there, what in (
        (nodes * flavor.vcpus, capacity.vcpus, "vCPU"),
        (nodes * flavor.ram, capacity.memory_mib, "MiB of memory"),
        (nodes * flavor.gpu_count, capacity.gpus, "GPUs"),
    ):
        if needed > there:
            raise field_error(
                "nodeCount",
                f"times {flavor.name} needs {needed} {what} but there are {there}: "
                "it could never start; choose fewer instances or a smaller instance type",
            )


def wanted(key: str, spec: EndpointModelResource) -> PodsWanted:
    return PodsWanted(key, spec.pod_count, spec.resource_option_detail)


def check_pods(flavor: Flavor, nodes: int, pods: Sequence[PodsWanted], field: str) -> None:
    """Refuse pods that need more than the instances have.

    Args:
        field: what is wrong then; of a list, with the place of the resource in it.
    """
    try:
        pod_shares(flavor, nodes, pods)
    except PodsDoNotFit as error:
        where = f"{field}.{error.key}" if field == _LIST else field
        raise field_error(where, f"{error}; choose fewer pods, less for each, or more instances") from None


def check_scaling(resources: Sequence[EndpointModelResource], *, ca_enable: bool) -> None:
    """Refuse pods that scale themselves where no room for another one could ever be."""
    for index, each in enumerate(resources):
        if each.pod_auto_scale_enable and each.resource_option_detail is None and not ca_enable:
            raise field_error(
                f"{_LIST}.{index}.podAutoScaleEnable",
                "adds pods where there is room: give resourceOptionDetail that leaves some, or set caEnable",
            )


def check_staying(
    stage: EndpointStageRow, rows: Sequence[EndpointModelRow], nodes: int, changed: dict[str, int], field: str
) -> None:
    """Refuse other numbers of instances or pods for a stage that do not fit.

    Args:
        changed: stage resource to its new pod count.
    """
    pods = []
    for row in staying(rows):
        each = wanted_of(row)
        pods.append(PodsWanted(each.key, changed.get(row.id, each.pods), each.option))
    check_pods(Flavor.model_validate(stage.flavor), nodes, pods, field)


def check_one_more(
    context: ApiContext, session: Session, stage: EndpointStageRow, spec: EndpointModelResource
) -> ModelRow:
    """Refuse one more resource that a stage cannot take; return its model, held."""
    rows = staying(endpoint_models.of_stages(session, [stage.id]).get(stage.id, []))
    model = find_servable(session, stage.appkey, spec.model_id, "modelId")
    most = limits.current().stage_resources
    if len(rows) >= most:
        raise EasyMakerError(
            ResultCode.CONFLICT, f"The stage {stage.name} has {len(rows)} resources; at most {most} are accepted."
        )
    check_model_is_new(rows, model, "modelId")
    for row in rows:
        if spec.apigw_resource_uri and row.path == spec.apigw_resource_uri:
            raise field_error("apigwResourceUri", f"is the path of {row.name} in this stage; choose another")
    if spec.pod_auto_scale_enable and spec.resource_option_detail is None and not stage.spec["caEnable"]:
        raise field_error(
            "podAutoScaleEnable", "adds pods where there is room: give resourceOptionDetail that leaves some"
        )
    flavor = Flavor.model_validate(stage.flavor)
    check_pods(flavor, stage.node_count, [*(wanted_of(row) for row in rows), wanted("new", spec)], "podCount")
    return model


def check_model_is_new(rows: Sequence[EndpointModelRow], model: ModelRow, field: str) -> None:
    """Refuse a model whose name other resources of the stage answer to: it is part of the protocols' paths."""
    for row in rows:
        if row.model_id == model.id or row.model["modelName"] == model.name:
            raise field_error(field, f"is served in this stage already, as {row.name}; a stage serves a name once")


def staying(rows: Sequence[EndpointModelRow]) -> list[EndpointModelRow]:
    return [row for row in rows if row.status != EndpointModelStatus.DELETE_IN_PROGRESS]


def _check_names(rows: Sequence[ModelRow]) -> None:
    seen: set[str] = set()
    for index, row in enumerate(rows):
        if row.name in seen:
            raise field_error(
                f"{_LIST}.{index}.modelId",
                f"is called {row.name} like another one here; the name is part of the address, so rename one of them",
            )
        seen.add(row.name)


def find_servable(session: Session, appkey: str, model_id: str, field: str) -> ModelRow:
    """Return a model that can be served, held until this transaction ends.

    Raises:
        EasyMakerError: there is none, or it cannot be served.
    """
    row = models.get(session, appkey, model_id, lock=True)
    if row is None:
        raise field_error(field, f"is {model_id!r}; there is no such model in this project")
    if row.model_format in _NOT_SERVED:
        raise field_error(
            field,
            f"is {row.name}, a {row.model_format} model, which the model server does not serve; "
            "register it as what it is made of, such as PYTORCH",
        )
    return row


def deployed(row: ModelRow) -> dict[str, Any]:
    """Return a model as it is deployed now."""
    return model_view(row).model_dump(by_alias=True, mode="json")


def find_endpoint(session: Session, appkey: str, endpoint_id: str, *, lock: bool = False) -> EndpointRow:
    """Return an endpoint of the project; ``lock`` as in ``resource_queries.get``."""
    row = endpoints.get(session, appkey, endpoint_id, lock=lock)
    if row is None:
        raise EasyMakerError(ResultCode.NOT_FOUND, f"There is no endpoint {endpoint_id} in this project.")
    return row


def find_stage(session: Session, appkey: str, stage_id: str, *, lock: bool = False) -> EndpointStageRow:
    """Return a stage of the project; ``lock`` as in ``resource_queries.get``."""
    row = endpoint_stages.get(session, appkey, stage_id, lock=lock)
    if row is None:
        raise EasyMakerError(ResultCode.NOT_FOUND, f"There is no endpoint stage {stage_id} in this project.")
    return row


def find_resource(session: Session, appkey: str, endpoint_model_id: str, *, lock: bool = False) -> EndpointModelRow:
    """Return a stage resource of the project; ``lock`` as in ``resource_queries.get``."""
    row = endpoint_models.get(session, appkey, endpoint_model_id, lock=lock)
    if row is None:
        raise EasyMakerError(ResultCode.NOT_FOUND, f"There is no stage resource {endpoint_model_id} in this project.")
    return row


def require_staying(row: EndpointRow | EndpointStageRow | EndpointModelRow, what: str) -> None:
    """Refuse to change what is being deleted."""
    if row.status in (
        EndpointStatus.DELETE_IN_PROGRESS,
        EndpointStageStatus.DELETE_IN_PROGRESS,
        EndpointModelStatus.DELETE_IN_PROGRESS,
    ):
        raise EasyMakerError(ResultCode.WRONG_STATUS, f"The {what} {row.name} is being deleted.")
