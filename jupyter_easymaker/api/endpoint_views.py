"""Endpoints, stages and stage resources as the API answers them; all from the store, so that lists are quick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from ..gateway.base import EndpointRoute, StageRoute
from ..reconcilers.pod_service import shares_of
from ..resources.endpoint import Endpoint, EndpointStatus, GatewayStatus
from ..resources.endpoint_model import EndpointModel, EndpointModelStatus, ScaleMetric
from ..resources.endpoint_stage import AutoScaler, EndpointStage, EndpointStageStatus
from ..resources.pod_share import PodsDoNotFit
from ..store import endpoint_models, endpoint_stages
from ..store.endpoint_tables import EndpointModelRow, EndpointRow, EndpointStageRow
from .context import ApiContext

_FLAVOR_FIELDS = ("id", "name", "vcpus", "ram", "disk", "gpuFlavor", "gpuCount", "gpuMemory")


def endpoint_views(context: ApiContext, session: Session, rows: Sequence[EndpointRow]) -> list[Endpoint]:
    """Return the wire objects of these rows, with two queries however many there are."""
    if not rows:
        return []
    stages = endpoint_stages.of_endpoints(session, [row.id for row in rows])
    models = endpoint_models.of_stages(session, [stage.id for found in stages.values() for stage in found])
    return [_endpoint(context, row, stages.get(row.id, []), models) for row in rows]


def stage_views(context: ApiContext, session: Session, rows: Sequence[EndpointStageRow]) -> list[EndpointStage]:
    """Return the wire objects of these rows."""
    if not rows:
        return []
    parents = _parents(session, rows)
    models = endpoint_models.of_stages(session, [row.id for row in rows])
    return [_stage(context, row, parents[row.endpoint_id], models.get(row.id, [])) for row in rows]


def resource_views(context: ApiContext, session: Session, rows: Sequence[EndpointModelRow]) -> list[EndpointModel]:
    """Return the wire objects of these rows."""
    if not rows:
        return []
    stages = {row.stage_id: session.get_one(EndpointStageRow, row.stage_id) for row in rows}
    parents = _parents(session, list(stages.values()))
    siblings = endpoint_models.of_stages(session, list(stages))
    return [
        _resource(context, row, stages[row.stage_id], parents[row.endpoint_id], siblings.get(row.stage_id, []))
        for row in rows
    ]


def _parents(session: Session, rows: Sequence[EndpointStageRow]) -> dict[str, EndpointRow]:
    return {row.endpoint_id: session.get_one(EndpointRow, row.endpoint_id) for row in rows}


def route_of(row: EndpointRow) -> EndpointRoute:
    """Return the endpoint as the gateway spells its addresses."""
    return EndpointRoute(row.id, row.appkey, row.name, (), row.default_stage_id)


def default_address(context: ApiContext, row: EndpointRow) -> str:
    return f"{context.gateway.address}{route_of(row).prefix}"


def stage_address(context: ApiContext, endpoint: EndpointRow, stage: EndpointStageRow) -> str:
    return f"{context.gateway.address}{route_of(endpoint).stage_prefix(StageRoute(stage.id, stage.name, ()))}"


def _endpoint(
    context: ApiContext,
    row: EndpointRow,
    stages: Sequence[EndpointStageRow],
    models: Mapping[str, Sequence[EndpointModelRow]],
) -> Endpoint:
    views = [_stage(context, stage, row, models.get(stage.id, [])) for stage in stages]
    default = next((view for view in views if view.is_default_stage), None)
    return Endpoint(
        endpoint_id=row.id,
        endpoint_name=row.name,
        description=row.description,
        app_key=row.appkey,
        endpoint_status_code=EndpointStatus(row.status),
        endpoint_status_reason=row.status_reason,
        apigw_app_key=row.appkey,
        apigw_region=context.region,
        apigw_service_id=row.id,
        apigw_status_code=GatewayStatus(default.deploy_status) if default else GatewayStatus.NOT_FOUND_STAGE,
        default_stage_url=default_address(context, row),
        default_stage=default,
        endpoint_stage_list=views,
        traffic_list=[
            {"endpointStageId": stage.id, "weight": row.traffic[stage.id]}
            for stage in stages
            if stage.id in row.traffic
        ],
        use_api_key=row.use_api_key,
        tag_list=row.tags,
        created_datetime=row.created_at,
        created_by=row.created_by,
    )


def _stage(
    context: ApiContext, row: EndpointStageRow, endpoint: EndpointRow, models: Sequence[EndpointModelRow]
) -> EndpointStage:
    spec = row.spec
    is_default = row.id == endpoint.default_stage_id
    version = spec.get(endpoint_stages.CLUSTER_VERSION, "")
    return EndpointStage(
        endpoint_stage_id=row.id,
        endpoint_id=row.endpoint_id,
        endpoint_stage_name=row.name,
        description=row.description,
        app_key=row.appkey,
        endpoint_stage_status_code=EndpointStageStatus(row.status),
        endpoint_stage_status_reason=row.status_reason,
        apigw_stage_id=row.id,
        apigw_stage_name=row.name,
        apigw_stage_url=stage_address(context, endpoint, row),
        deploy_status=row.gateway_status,
        deploy_status_reason=row.gateway_reason,
        is_default_stage=is_default,
        default_stage=is_default,
        weight=_weight(row, endpoint),
        flavor={key: row.flavor[key] for key in _FLAVOR_FIELDS},
        auto_scaler=AutoScaler(
            enable=spec["caEnable"],
            min_node_count=spec["caMinNodeCount"],
            max_node_count=spec["caMaxNodeCount"],
            scale_down_enable=spec["caScaleDownEnable"],
            scale_down_util_thresh_percentage=spec["caScaleDownUtilThresh"],
            scale_down_unneeded_minute=spec["caScaleDownUnneededTime"],
            scale_down_delay_after_add_minute=spec["caScaleDownDelayAfterAdd"],
        ),
        node_count=row.nodes,
        is_cluster_latest=not context.cluster.must_be_left(version),
        expired_datetime=context.cluster.ends(version),
        pod_count=sum(model.pods for model in models),
        running_pod_count=sum(model.observed.get("ready", 0) for model in models),
        endpoint_model_list=[_resource(context, model, row, endpoint, models) for model in models],
        use_log=spec["useLog"],
        tag_list=row.tags,
        created_datetime=row.created_at,
        created_by=row.created_by,
    )


def _weight(row: EndpointStageRow, endpoint: EndpointRow) -> int:
    """Return a stage's share of the default address's calls, in percent."""
    total: int = sum(endpoint.traffic.values())
    if not total:
        return 100 if row.id == endpoint.default_stage_id else 0
    share: int = endpoint.traffic.get(row.id, 0)
    return round(100 * share / total)


def _resource(
    context: ApiContext,
    row: EndpointModelRow,
    stage: EndpointStageRow,
    endpoint: EndpointRow,
    siblings: Sequence[EndpointModelRow],
) -> EndpointModel:
    address = stage_address(context, endpoint, stage)
    metric = row.spec.get("scaleMetricCode")
    return EndpointModel(
        endpoint_model_id=row.id,
        endpoint_id=row.endpoint_id,
        endpoint_stage_id=row.stage_id,
        app_key=row.appkey,
        description=row.description,
        endpoint_model_status_code=EndpointModelStatus(row.status),
        endpoint_model_status_reason=row.status_reason,
        model_id=row.model_id,
        model=row.model,
        stage={"stageId": stage.id, "deployStatus": stage.gateway_status, "stageUrl": address},
        apigw_resource_uri=row.path,
        apigw_endpoint_uri=f"{address}{row.path}",
        pod_count=row.pods,
        running_pod_count=row.observed.get("ready", 0),
        pod_list=row.observed.get("pods", []),
        progress=row.observed.get("progress"),
        log_tail=row.observed.get("logTail") if row.status == EndpointModelStatus.CREATE_FAILED else None,
        resource_option_detail=_options(row, stage, siblings),
        pod_auto_scale_enable=bool(row.spec.get("podAutoScaleEnable")),
        scale_metric_code=ScaleMetric(metric) if metric else None,
        scale_metric_target=row.spec.get("scaleMetricTarget"),
        created_datetime=row.created_at,
        created_by=row.created_by,
    )


def _options(row: EndpointModelRow, stage: EndpointStageRow, siblings: Sequence[EndpointModelRow]) -> dict[str, Any]:
    """Return what a pod may use, as Kubernetes spells it; nothing of one that is being deleted."""
    try:
        share = shares_of(stage, siblings).get(row.id)
    except PodsDoNotFit:  # limits were lowered since
        share = None
    if share is None:
        return dict(row.spec.get("resourceOptionDetail") or {})
    return {"cpu": f"{share.cpus:g}", "memory": f"{share.memory_mib}Mi", "gpu": str(share.gpus)}
