"""Provided algorithms."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from ..resources.algorithm import Algorithm
from .auth import Member
from .context import Context
from .envelope import envelope, success

router = APIRouter(tags=["algorithms"])


@router.get("/algorithms", response_model=envelope("AlgorithmList", algorithm_list=list[Algorithm]))
def list_algorithms(context: Context, _caller: Member) -> Any:
    """List the provided algorithms with their hyperparameters, data sets and metrics."""
    return success(algorithm_list=list(context.catalogue.algorithms))
