"""The usual preparation of images, on Pillow and torch: what torchvision's transforms of these names do to an image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from PIL import Image


def compose(*steps: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def run(image: Any) -> Any:
        for step in steps:
            image = step(image)
        return image

    return run


def rgb(image: Any) -> Any:
    return image.convert("RGB")


def resize(size: int) -> Callable[[Any], Any]:
    """Return what scales the shorter side to ``size``."""

    def run(image: Any) -> Any:
        width, height = image.size
        shorter = min(width, height)
        return image.resize((int(size * width / shorter), int(size * height / shorter)), Image.Resampling.BILINEAR)

    return run


def center_crop(size: int) -> Callable[[Any], Any]:
    def run(image: Any) -> Any:
        left, top = round((image.width - size) / 2), round((image.height - size) / 2)
        return image.crop((left, top, left + size, top + size))

    return run


def to_tensor(image: Any) -> torch.Tensor:
    """Return (channels, height, width) between 0 and 1."""
    pixels = np.array(image)
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    return torch.from_numpy(pixels).permute(2, 0, 1).contiguous().float() / 255


def normalize(mean: Sequence[float], deviation: Sequence[float]) -> Callable[[torch.Tensor], torch.Tensor]:
    middle, scale = torch.tensor(mean).view(-1, 1, 1), torch.tensor(deviation).view(-1, 1, 1)
    return lambda image: (image - middle) / scale


IMAGENET = compose(
    rgb, resize(256), center_crop(224), to_tensor, normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
)
