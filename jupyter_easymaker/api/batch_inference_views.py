"""Batch inferences as the API answers them."""

from __future__ import annotations

from typing import Any

from ..resources import limits
from ..resources.batch_inference import BatchInference, BatchInferenceStatus, InputDataType, pod_share
from ..store.tables import BatchInferenceRow
from .training_views import FLAVOR_FIELDS, elapsed_seconds, part_of


def view(row: BatchInferenceRow) -> BatchInference:
    """Return the wire object of a row."""
    spec, report = row.spec, row.report
    counts = report.get("counts") or {}
    storage = spec.get("dataStorageSize")
    share = pod_share(row.flavor, spec["instanceCount"], spec["podCount"])
    return BatchInference(
        batch_inference_id=row.id,
        batch_inference_name=row.name,
        description=row.description,
        app_key=row.appkey,
        batch_inference_status_code=BatchInferenceStatus(row.status),
        batch_inference_status_reason=row.status_reason,
        instance_count=spec["instanceCount"],
        timeout_minutes=spec["timeoutMinutes"],
        flavor=part_of(row.flavor, *FLAVOR_FIELDS),
        image=row.image,
        model=row.model,
        pod_count=spec["podCount"],
        pod_resource={"vcpus": share.vcpus, "ram": share.ram, "gpuCount": share.gpu_count},
        max_batch_size=spec["maxBatchSize"],
        inference_timeout_seconds=spec["inferenceTimeoutSeconds"],
        input_data_uri=spec["inputDataUri"],
        input_data_type_code=InputDataType(spec["inputDataTypeCode"]),
        include_glob_pattern=spec.get("includeGlobPattern"),
        exclude_glob_pattern=spec.get("excludeGlobPattern"),
        output_upload_uri=spec["outputUploadUri"],
        output_uri=(report.get("outputs") or {}).get("outputUri"),
        data_storage_size=storage,
        input_file_count=counts.get("files", 0),
        input_data_count=counts.get("rows", 0),
        process_count=counts.get("processed", 0),
        success2xx_count=counts.get("success2xx", 0),
        fail4xx_count=counts.get("fail4xx", 0),
        fail5xx_count=counts.get("fail5xx", 0),
        elapsed_time_seconds=elapsed_seconds(row.started_at, row.ended_at),
        data_storage_list=[{"storageSize": storage}] if storage else [],
        use_log=spec["useLog"],
        tag_list=row.tags,
        node_list=report.get("nodes", []),
        progress=report.get("progress"),
        created_datetime=row.created_at,
        started_datetime=row.started_at,
        ended_datetime=row.ended_at,
        created_by=row.created_by,
    )


def copy_of(row: BatchInferenceRow) -> dict[str, Any]:
    """Return the create body that makes the same again, under a name that still fits."""
    suffix = "-copy"
    return {
        **row.spec,
        "batchInferenceName": row.name[: limits.current().name_length - len(suffix)] + suffix,
        "description": row.description,
        "tagList": row.tags,
        "copiedFromBatchInferenceId": row.id,
    }
