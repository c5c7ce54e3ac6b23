"""What this machine can offer: instance types that fit it, and its Python environments as images."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from ..algorithms.catalogue import provided_algorithms
from ..engines.base import Capacity
from ..resources.catalogue import Catalogue
from ..resources.flavor import Flavor
from ..resources.image import Image

CPU_PYTHON_IMAGE = "local-cpu-python-training"
GPU_PYTHON_IMAGE = "local-gpu-python-training"
_MIB_PER_VCPU = (1024, 2048, 4096)


def machine_catalogue(
    capacity: Capacity,
    flavors: Sequence[dict[str, Any]],
    images: Sequence[dict[str, Any]],
    *,
    notebooks: bool = False,
    containers: Sequence[Image] = (),
) -> Catalogue:
    """Return what a machine of this capacity offers, with the operator's own entries.

    Args:
        notebooks: whether there is a hub that runs notebooks.
        containers: the images of notebooks where the hub runs them in containers; none: this machine's Python.
    """
    for_notebooks = (*containers,) or notebook_images()
    own_flavors = tuple(Flavor.model_validate(flavor) for flavor in flavors)
    own_images = tuple(Image.model_validate(image) for image in images)
    return Catalogue(
        flavors=own_flavors or machine_flavors(capacity),
        images=(*machine_images(), *(for_notebooks if notebooks else ()), *own_images),
        algorithms=provided_algorithms(CPU_PYTHON_IMAGE, GPU_PYTHON_IMAGE),
    )


def machine_flavors(capacity: Capacity) -> tuple[Flavor, ...]:
    """Return instance types in powers of two that fit, smallest first: ``c2m4`` has 2 vCPU and 4 GiB."""
    flavors: list[Flavor] = []
    vcpus = 1
    while vcpus <= capacity.vcpus:
        for per_vcpu in _MIB_PER_VCPU:
            ram = vcpus * per_vcpu
            if ram <= capacity.memory_mib:
                flavors.append(_flavor(vcpus, ram))
                if capacity.gpus:
                    flavors.append(_flavor(vcpus, ram, gpus=1))
        vcpus *= 2
    if not flavors:  # a very small machine still offers itself
        flavors.append(Flavor(id="whole", name="whole", vcpus=capacity.vcpus, ram=capacity.memory_mib))
    return tuple(flavors)


def _flavor(vcpus: int, ram: int, gpus: int = 0) -> Flavor:
    name = f"c{vcpus}m{ram // 1024}" + (f"g{gpus}" if gpus else "")
    return Flavor(id=name, name=name, vcpus=vcpus, ram=ram, gpu_flavor=bool(gpus), gpu_count=gpus)


def machine_images() -> tuple[Image, ...]:
    """Return this Python environment as training images, with the frameworks that are installed in it.

    A GPU image is always named, because the vendor's SDK 1.1.6 looks the GPU image of every algorithm up.
    """
    images = [
        _image(CPU_PYTHON_IMAGE, "CPU", "PYTHON", "Python", platform.python_version()),
        _image(GPU_PYTHON_IMAGE, "GPU", "PYTHON", "Python", platform.python_version()),
    ]
    for package, code, label in (("torch", "PYTORCH", "PyTorch"), ("tensorflow", "TENSORFLOW", "TensorFlow")):
        try:
            framework_version = version(package)
        except PackageNotFoundError:
            continue
        for core in ("CPU", "GPU"):
            images.append(_image(f"local-{core.lower()}-{code.lower()}-training", core, code, label, framework_version))
    return tuple(images)


def notebook_images() -> tuple[Image, ...]:
    """Return this Python environment as the environment of notebooks."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return tuple(
        Image(
            image_id=f"local-{core.lower()}-python-notebook",
            image_name=f"Local {core} Python Notebook",
            group_type_code="NOTEBOOK",
            core_type_code=core,
            framework_code="PYTHON",
            framework_version=platform.python_version(),
            python_version=version,
            description="JupyterLab as installed where the backend runs.",
            python=sys.executable,
        )
        for core in ("CPU", "GPU")
    )


def _image(image_id: str, core: str, code: str, label: str, framework_version: str) -> Image:
    return Image(
        image_id=image_id,
        image_name=f"Local {core} {label} Training",
        group_type_code="TRAINING",
        core_type_code=core,
        framework_code=code,
        framework_version=framework_version,
        python_version=f"{sys.version_info.major}.{sys.version_info.minor}",
        description=f"{label} {framework_version} as installed where the backend runs.",
        python=sys.executable,
    )
