"""``ImageClassifier``: the most probable classes of images."""

from __future__ import annotations

from typing import Any

import torch

from ..handler_utils.timer import timed
from ..utils.util import map_class_to_label
from .transforms import IMAGENET
from .vision_handler import VisionHandler


class ImageClassifier(VisionHandler):
    """Answers probabilities by class name, the ``topk`` highest."""

    topk = 5
    image_processing = staticmethod(IMAGENET)

    def set_max_result_classes(self, topk: int) -> None:
        self.topk = topk

    def get_max_result_classes(self) -> int:
        return self.topk

    @timed
    def postprocess(self, data: Any) -> Any:
        probabilities = torch.nn.functional.softmax(data, dim=1)
        highest, classes = torch.topk(probabilities, min(self.topk, probabilities.shape[1]), dim=1)
        return map_class_to_label(highest.tolist(), self.mapping, classes.tolist())
