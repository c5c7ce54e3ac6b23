"""Boosters that XGBoost saved itself (.ubj, .json, .bst); they answer probabilities or values, as XGBoost does."""

from __future__ import annotations

from typing import Any

import numpy as np
import xgboost

from ..artifact import Artifact
from ..model import ServedModel
from ..rows import Columns
from .boosting import BoosterModel


def load(artifact: Artifact, name: str) -> ServedModel:
    """Load the booster."""
    booster = xgboost.Booster()
    booster.load_model(str(artifact.path))
    return XgboostModel(booster, name)


class XgboostModel(BoosterModel):
    """An XGBoost booster."""

    def __init__(self, booster: Any, name: str) -> None:
        self._booster = booster
        self._names = booster.feature_names
        names = tuple(self._names or ())
        columns = Columns(booster.num_features(), names, dict.fromkeys(names, "number"))
        details = {"trees": booster.num_boosted_rounds(), **booster.attributes()}
        super().__init__(columns, name, "XGBOOST", xgboost.__version__, details)

    def scores(self, matrix: np.ndarray) -> np.ndarray:
        answer: np.ndarray = self._booster.inplace_predict(matrix, validate_features=False)
        return answer
