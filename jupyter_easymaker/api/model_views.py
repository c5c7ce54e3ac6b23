"""Models as the API answers them."""

from __future__ import annotations

from ..resources.model import Model, ModelFormat
from ..store.tables import ModelRow


def model_view(row: ModelRow) -> Model:
    framework = ModelFormat(row.model_format) if row.model_format else None
    return Model(
        model_id=row.id,
        model_name=row.name,
        description=row.description,
        app_key=row.appkey,
        model_format_code=framework if framework is not None and framework.known_to_sdk else None,
        framework_code=framework,
        framework_version=row.framework_version,
        model_upload_uri=row.model_upload_uri,
        training={"trainingId": row.training_id, "trainingName": row.training_name}
        if row.training_id and not row.tuning_id
        else None,
        hyperparameter_tuning={
            "hyperparameterTuningId": row.tuning_id,
            "hyperparameterTuningName": row.tuning_name,
            "trialId": row.training_id,
        }
        if row.tuning_id
        else None,
        created_datetime=row.created_at,
        created_by=row.created_by,
        tag_list=row.tags,
    )
