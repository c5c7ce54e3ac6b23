"""What is checked before a notebook is accepted: that what it names exists and fits."""

from __future__ import annotations

from dataclasses import dataclass

from ..resources.errors import field_error
from ..resources.flavor import Flavor
from ..resources.image import Image
from ..resources.notebook import NotebookCreate
from .context import ApiContext
from .image_checks import choose_image
from .storage_checks import StorageChecks


@dataclass(frozen=True)
class ChosenNotebook:
    """What a notebook names, found in the catalogue."""

    flavor: Flavor
    image: Image


def check_notebook(context: ApiContext, appkey: str, spec: NotebookCreate) -> ChosenNotebook:
    """Refuse a notebook that cannot run.

    Raises:
        EasyMakerError: naming the field and what would be accepted.
    """
    containers = context.notebook_containers
    image = choose_image(context, appkey, spec.image_id, "NOTEBOOK", containers=containers)
    flavor = check_flavor(context, spec.flavor_id)
    if image.core_type_code != flavor.core_type_code:
        fitting = [each.id for each in context.catalogue.flavors if each.core_type_code == image.core_type_code]
        offer = f"choose one of {', '.join(fitting)}" if fitting else f"there is no {image.core_type_code} one here"
        raise field_error(
            "flavorId",
            f"is a {flavor.core_type_code} instance type but the image needs {image.core_type_code}; {offer}",
        )
    check_mounts(context, appkey, spec)
    return ChosenNotebook(flavor, image)


def check_flavor(context: ApiContext, flavor_id: str) -> Flavor:
    """Return an instance type for notebooks."""
    flavor = context.catalogue.flavor(flavor_id)
    usable = [each for each in context.catalogue.flavors if "NOTEBOOK" in each.group_type_code_list]
    if flavor is None or flavor not in usable:
        raise field_error("flavorId", f"is {flavor_id!r}; notebooks can have {', '.join(each.id for each in usable)}")
    capacity = context.engine.capacity()
    if flavor.vcpus > capacity.vcpus or flavor.ram > capacity.memory_mib or flavor.gpu_count > capacity.gpus:
        raise field_error("flavorId", f"{flavor.name} is larger than what there is; choose a smaller one")
    return flavor


def check_mounts(context: ApiContext, appkey: str, spec: NotebookCreate) -> None:
    """Refuse a NAS that is none of the project's, or a directory that is not there."""
    storage = context.storage_for(appkey)
    checks = StorageChecks(storage)
    for index, mount in enumerate(spec.nas_list):
        name = f"nasList.{index}.nasUri"
        if not mount.nas_uri.startswith("nas://"):
            raise field_error(name, "must be nas://{NAS ID}:/{path}")
        checks.directory(name, mount.nas_uri)
    checks.finish()
