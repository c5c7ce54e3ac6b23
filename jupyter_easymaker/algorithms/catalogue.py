"""The provided algorithms as the catalogue lists them."""

from __future__ import annotations

from ..resources.algorithm import Algorithm
from .tabular.specification import tabular_algorithm


def provided_algorithms(cpu_image_id: str, gpu_image_id: str) -> tuple[Algorithm, ...]:
    """Return all provided algorithms, to be run on these images."""
    return (tabular_algorithm(cpu_image_id, gpu_image_id),)
