"""The container images that come with this project: what a cluster's catalogue offers, and what there is to build.

``hub_config/images`` builds exactly these; a test holds both together. On one machine its Python is the images instead.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..resources.image import Image

PYTHON_VERSION = "3.12"
CORES = ("CPU", "GPU")
GROUPS = ("NOTEBOOK", "TRAINING")


@dataclass(frozen=True)
class Framework:
    """What is installed beside Python."""

    code: str
    label: str
    version: str


FRAMEWORKS = (
    Framework("PYTHON", "Python", PYTHON_VERSION),
    Framework("PYTORCH", "PyTorch", "2.13.0"),
    Framework("TENSORFLOW", "TensorFlow", "2.21.0"),
)


def provided_images(registry: str, tag: str) -> tuple[Image, ...]:
    """Return all of them, as they lie in a registry.

    Args:
        registry: what their addresses begin with, such as registry.example.com/easymaker.
    """
    return tuple(
        _image(registry, tag, group, core, framework) for group in GROUPS for core in CORES for framework in FRAMEWORKS
    )


def _image(registry: str, tag: str, group: str, core: str, framework: Framework) -> Image:
    image_id = f"{core}-{framework.code}-{group}".lower()
    return Image(
        image_id=image_id,
        image_name=f"{core} {framework.label} {group.capitalize()}",
        group_type_code=group,
        core_type_code=core,
        framework_code=framework.code,
        framework_version=framework.version,
        python_version=PYTHON_VERSION,
        address=f"{registry.rstrip('/')}/{image_id}:{tag}",
    )
