"""Images: the environment a job or notebook runs in.

On a cluster an image is a container image; on one machine it names a Python interpreter.
"""

from __future__ import annotations

from pydantic import Field

from .base import WireModel


class Image(WireModel):
    """An environment from the catalogue."""

    image_id: str
    image_name: str
    image_type_code: str = "PROVIDED"
    group_type_code: str = "TRAINING"
    """NOTEBOOK or TRAINING."""
    core_type_code: str = "CPU"
    framework_code: str = "PYTHON"
    framework_version: str = ""
    python_version: str = ""
    description: str = ""
    address: str = ""
    """Where a cluster pulls it from; empty on one machine."""
    python: str = Field(default="", exclude=True)
    """The interpreter the local engine runs; empty: the backend's own."""
