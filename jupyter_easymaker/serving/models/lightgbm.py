"""Boosters that LightGBM saved itself (.txt); they answer probabilities or values, as LightGBM does."""

from __future__ import annotations

import os
from typing import Any

import lightgbm
import numpy as np

from ..artifact import Artifact
from ..errors import ModelError
from ..model import ServedModel
from ..rows import Columns
from .boosting import BoosterModel


def load(artifact: Artifact, name: str) -> ServedModel:
    """Load the booster."""
    booster = lightgbm.Booster(model_file=str(artifact.path))
    if booster.pandas_categorical:
        raise ModelError(
            "This LightGBM model was fitted on pandas categories, which its file does not tell by column name; "
            "save the estimator (LGBMClassifier, LGBMRegressor) with joblib and serve it as SKLEARN."
        )
    return LightgbmModel(booster, name)


class LightgbmModel(BoosterModel):
    """A LightGBM booster."""

    def __init__(self, booster: Any, name: str) -> None:
        self._booster = booster
        names = booster.feature_name()
        # What LightGBM calls columns that had no names.
        known = () if names == [f"Column_{index}" for index in range(len(names))] else tuple(names)
        columns = Columns(len(names), known, dict.fromkeys(known, "number"))
        threads = os.environ.get("OMP_NUM_THREADS", "")
        self._threads = int(threads) if threads.isdigit() else 0
        super().__init__(columns, name, "LIGHTGBM", lightgbm.__version__, {"trees": booster.num_trees()})

    def scores(self, matrix: np.ndarray) -> np.ndarray:
        return np.asarray(self._booster.predict(matrix, num_threads=self._threads))
