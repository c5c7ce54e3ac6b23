"""``VisionHandler``: images as base64 text, bytes, or lists of numbers."""

from __future__ import annotations

import base64
import binascii
import io
from typing import Any

import torch
from PIL import Image

from ..handler_utils.timer import timed
from ..utils.util import PredictionException
from .base_handler import BaseHandler


class VisionHandler(BaseHandler):
    """Makes a tensor of images; ``image_processing`` of the subclass makes one of one."""

    image_processing: Any = None

    def initialize(self, context: Any) -> None:
        super().initialize(context)
        if not context.system_properties.get("limit_max_image_pixels"):
            Image.MAX_IMAGE_PIXELS = None

    @timed
    def preprocess(self, data: Any) -> Any:
        images = [self._image(row, number) for number, row in enumerate(data)]
        if any(image.shape != images[0].shape for image in images):
            return self.of_several_sizes(images)
        return torch.stack(images).to(self.device)

    def of_several_sizes(self, images: list[torch.Tensor]) -> Any:
        """Return images that are no one tensor, where the handler can work with them."""
        sizes = " and ".join(sorted({f"{image.shape[-1]}x{image.shape[-2]}" for image in images}))
        raise PredictionException(f"The images are prepared to several sizes ({sizes}); send them one by one.", 400)

    def _image(self, row: Any, number: int) -> torch.Tensor:
        """Return what the model takes of one image.

        Raises:
            PredictionException: it is none.
        """
        image = (row.get("data") or row.get("body")) if isinstance(row, dict) else row
        try:
            if isinstance(image, str):
                image = base64.b64decode(image, validate=True)
            if isinstance(image, bytearray | bytes):
                opened = Image.open(io.BytesIO(image))
                opened.load()
            elif isinstance(image, list):  # a number would be taken for a size, and answered with whatever lay there
                return torch.tensor(image, dtype=torch.float32)
            else:
                raise TypeError(type(image).__name__)
        except (binascii.Error, OSError, SyntaxError, TypeError, ValueError) as error:
            reason = f"instances[{number}] is no image: neither one in base64 nor lists of numbers of one size."
            raise PredictionException(reason, 400) from error
        prepared: torch.Tensor = self.image_processing(opened)
        return prepared
