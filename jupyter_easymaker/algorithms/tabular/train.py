"""The training itself: read, fit, measure, save. Metrics are printed as ``name = value``, one a line."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import sklearn
from sklearn import ensemble, linear_model, metrics
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ..arguments import argument_parser
from .data import DataError, decide_task, read_dataset, split_target
from .specification import DESCRIPTION, HYPERPARAMETERS

_MAX_CATEGORIES = 100


def build(task: str, options: argparse.Namespace) -> Pipeline:
    """Return the untrained pipeline: columns made numeric, then the model."""
    depth = options.max_depth or None
    trees: dict[str, Any] = {"n_estimators": options.iterations, "max_depth": depth, "random_state": options.seed}
    boosting: dict[str, Any] = {
        "learning_rate": options.learning_rate,
        "max_iter": options.iterations,
        "max_depth": depth,
        "random_state": options.seed,
    }
    classify = task == "classification"
    if options.model == "forest":
        kind = ensemble.RandomForestClassifier if classify else ensemble.RandomForestRegressor
        model = kind(**trees)
    elif options.model == "boosting":
        kind = ensemble.HistGradientBoostingClassifier if classify else ensemble.HistGradientBoostingRegressor
        model = kind(**boosting)
    elif classify:
        model = linear_model.LogisticRegression(max_iter=options.iterations, random_state=options.seed)
    else:
        model = linear_model.Ridge(random_state=options.seed)
    numbers = make_pipeline(SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler())
    texts = make_pipeline(
        SimpleImputer(strategy="constant", fill_value="missing", keep_empty_features=True),
        OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=_MAX_CATEGORIES, sparse_output=False),
    )
    columns = ColumnTransformer(
        [
            ("numbers", numbers, make_column_selector(dtype_include=["number"])),
            ("texts", texts, make_column_selector(dtype_exclude=["number"])),
        ]
    )
    return Pipeline([("columns", columns), ("model", model)])


def plain(features: pd.DataFrame) -> pd.DataFrame:
    """Return the columns as numbers and text only: dates become days, truth values text."""
    prepared = features.copy()
    for name in prepared.columns:
        column = prepared[name]
        if pd.api.types.is_datetime64_any_dtype(column):
            days = (column - pd.Timestamp(0, tz=column.dt.tz)) / pd.Timedelta(days=1)
            prepared[name] = days.astype(float)
        elif pd.api.types.is_bool_dtype(column) or not pd.api.types.is_numeric_dtype(column):
            prepared[name] = column.astype(object).where(column.notna(), None).map(str, na_action="ignore")
    return prepared


def measure(task: str, pipeline: Pipeline, features: pd.DataFrame, target: pd.Series) -> dict[str, float]:
    """Return the metrics of predictions on rows the model has not learnt from."""
    predicted = pipeline.predict(features)
    if task == "regression":
        return {
            "eval_loss": float(metrics.mean_squared_error(target, predicted)),
            "eval_rmse": float(metrics.root_mean_squared_error(target, predicted)),
            "eval_r2": float(metrics.r2_score(target, predicted)) if len(target) > 1 else float("nan"),
        }
    known = pipeline.classes_
    seen = target.isin(known)
    loss = (
        metrics.log_loss(target[seen], pipeline.predict_proba(features[seen]), labels=known) if seen.any() else np.nan
    )
    average: dict[str, Any] = {"average": "macro", "zero_division": 0}
    return {
        "eval_loss": float(loss),
        "eval_accuracy": float(metrics.accuracy_score(target, predicted)),
        "eval_precision": float(metrics.precision_score(target, predicted, **average)),
        "eval_recall": float(metrics.recall_score(target, predicted, **average)),
        "eval_f1": float(metrics.f1_score(target, predicted, **average)),
    }


def tell(values: dict[str, float], prefix: str = "") -> None:
    for name, value in values.items():
        print(f"{prefix}{name} = {value:.6g}", flush=True)  # noqa: T201 - how metrics are told


def train(options: argparse.Namespace) -> None:
    """Train on the data sets of the environment and save the model.

    Raises:
        DataError: the data cannot be learnt from.
    """
    rows = read_dataset("train")
    if rows is None:
        raise DataError("The data set train is missing.")
    target_name = options.target or str(rows.columns[-1])
    features, target = split_target(rows, target_name, "train")
    task = decide_task(target, options.task)
    if task == "classification":
        target = target.map(lambda value: value if isinstance(value, int | float | np.number) else str(value))
        if target.nunique() < 2:
            raise DataError(f"The column {target_name} has one value only; classification needs at least two.")
    print(f"{task} of {target_name}: {len(features):,} rows, {features.shape[1]} columns", flush=True)  # noqa: T201
    features = plain(features)
    validation = read_dataset("validation")
    if validation is not None:
        held_features, held_target = split_target(validation, target_name, "validation")
        held_features = plain(held_features)
    elif len(features) < 5:
        raise DataError(f"{len(features)} rows are too few to hold some back; give a validation data set or more rows.")
    else:
        stratify = target if task == "classification" and target.value_counts().min() >= 5 else None
        features, held_features, target, held_target = train_test_split(
            features, target, test_size=options.validation_share, random_state=options.seed, stratify=stratify
        )
    pipeline = build(task, options).fit(features, target)
    tell({"train_score": float(pipeline.score(features, target))})
    tell(found := measure(task, pipeline, held_features, held_target))
    test = read_dataset("test")
    if test is not None:
        test_features, test_target = split_target(test, target_name, "test")
        tell(measure(task, pipeline, plain(test_features), test_target), prefix="test_")
    save(pipeline, task, features, target_name, found)


def save(pipeline: Pipeline, task: str, features: pd.DataFrame, target: str, found: dict[str, float]) -> None:
    """Write the model and what is to be known about it."""
    directory = Path(os.environ["EM_MODEL_DIR"])
    directory.mkdir(parents=True, exist_ok=True)
    joblib.dump(pipeline, directory / "model.joblib")
    about = {
        "algorithm": "tabular",
        "task": task,
        "target": target,
        "features": {str(name): str(kind) for name, kind in features.dtypes.items()},
        "classes": [str(value) for value in pipeline.classes_] if task == "classification" else None,
        "metrics": found,
        "sklearn": sklearn.__version__,
    }
    (directory / "metadata.json").write_text(json.dumps(about, indent=2))


def main() -> int:
    options = argument_parser(DESCRIPTION, HYPERPARAMETERS).parse_args()
    try:
        train(options)
    except DataError as error:
        print(error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
