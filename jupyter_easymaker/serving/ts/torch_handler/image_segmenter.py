"""``ImageSegmenter``: the class of every pixel."""

from __future__ import annotations

from typing import Any

import torch

from .transforms import IMAGENET
from .vision_handler import VisionHandler


class ImageSegmenter(VisionHandler):
    """Answers class and probability by pixel: (height, width, 2)."""

    image_processing = staticmethod(IMAGENET)

    def postprocess(self, data: Any) -> Any:
        highest = torch.max(torch.nn.functional.softmax(data["out"], dim=1), dim=1)
        return torch.stack([highest.indices.type(highest.values.dtype), highest.values], dim=3).tolist()
