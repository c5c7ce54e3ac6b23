"""``ObjectDetector``: boxes, labels and scores of what is in images."""

from __future__ import annotations

from typing import Any

from ..utils.util import map_class_to_label
from .transforms import compose, rgb, to_tensor
from .vision_handler import VisionHandler


class ObjectDetector(VisionHandler):
    """Answers boxes with a score above ``threshold``."""

    image_processing = staticmethod(compose(rgb, to_tensor))
    threshold = 0.5

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
