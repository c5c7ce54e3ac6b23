"""``ObjectDetector``: boxes, labels and scores of what is in images."""

from __future__ import annotations

from typing import Any

import torch

from ..utils.util import map_class_to_label
from .transforms import compose, rgb, to_tensor
from .vision_handler import VisionHandler


class ObjectDetector(VisionHandler):
    """Answers boxes with a score above ``threshold``."""

    image_processing = staticmethod(compose(rgb, to_tensor))
    threshold = 0.5

    def of_several_sizes(self, images: list[torch.Tensor]) -> Any:
        """Return the images as they are: where something is in an image is said in its own pixels."""
        return [image.to(self.device) for image in images]

    def inference(self, data: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(data, torch.Tensor):
            return super().inference(data, *args, **kwargs)
        return [
            found for image in data for found in super(ObjectDetector, self).inference(image[None], *args, **kwargs)
        ]

    def postprocess(self, data: Any) -> Any:
        answers = []
        for row in data:
            kept = row["scores"] >= self.threshold
            boxes = row["boxes"][kept].tolist()
            labels = row["labels"][kept].tolist()
            named = map_class_to_label([[box] for box in boxes], self.mapping, [[label] for label in labels])
            answers.append(
                [{**box, "score": score} for box, score in zip(named, row["scores"][kept].tolist(), strict=True)]
            )
        return answers
