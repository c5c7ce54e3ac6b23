"""What can be chosen from: instance types, images and provided algorithms, as the operator offers them."""

from __future__ import annotations

from dataclasses import dataclass

from .algorithm import Algorithm
from .flavor import Flavor
from .image import Image


@dataclass(frozen=True)
class Catalogue:
    """The lists behind every ``flavorId``, ``imageId`` and ``algorithmId``."""

    flavors: tuple[Flavor, ...] = ()
    images: tuple[Image, ...] = ()
    algorithms: tuple[Algorithm, ...] = ()

    def flavor(self, flavor_id: str) -> Flavor | None:
        return next((flavor for flavor in self.flavors if flavor.id == flavor_id), None)

    def image(self, image_id: str) -> Image | None:
        return next((image for image in self.images if image.image_id == image_id), None)

    def algorithm(self, algorithm_id: str) -> Algorithm | None:
        return next((entry for entry in self.algorithms if entry.algorithm_id == algorithm_id), None)
