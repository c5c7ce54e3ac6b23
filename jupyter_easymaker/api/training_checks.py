"""What is checked before a training or a tuning is accepted: that what it names exists and that it could ever run."""

from __future__ import annotations

from dataclasses import dataclass

from ..resources.algorithm import Algorithm
from ..resources.errors import field_error
from ..resources.flavor import Flavor
from ..resources.image import Image
from ..resources.training import TrainingCreate
from ..resources.training_settings import TrainingSettings
from ..storage.config import StorageConfig
from .context import ApiContext
from .image_checks import choose_image
from .storage_checks import StorageChecks


@dataclass(frozen=True)
class Chosen:
    """What a training names, found in the catalogue."""

    flavor: Flavor
    image: Image
    algorithm: Algorithm | None


def check_training(context: ApiContext, appkey: str, spec: TrainingCreate) -> Chosen:
    """Refuse a training that cannot run.

    Raises:
        EasyMakerError: naming the field and what would be accepted.
    """
    chosen = check_settings(context, appkey, spec)
    if chosen.algorithm:
        chosen.algorithm.check(
            {entry.parameter_name: entry.parameter_value for entry in spec.hyperparameter_list},
            {dataset.dataset_name for dataset in spec.dataset_list},
        )
    return chosen


def check_settings(context: ApiContext, appkey: str, spec: TrainingSettings) -> Chosen:
    """Refuse settings that cannot be run with; ``instance_count`` is how many nodes there are at once.

    Raises:
        EasyMakerError: naming the field and what would be accepted.
    """
    chosen = _choose(context, appkey, spec)
    check_fits(context, spec.instance_count, chosen.flavor)
    _check_storage(context.storage_for(appkey), spec)
    return chosen


def _choose(context: ApiContext, appkey: str, spec: TrainingSettings) -> Chosen:
    catalogue = context.catalogue
    flavor = find_flavor(context, spec.flavor_id)
    image = choose_image(context, appkey, spec.image_id, "TRAINING", containers=context.engine.runs_containers)
    check_core_type(context, flavor, image)
    algorithm = None
    if spec.algorithm_id is not None:
        algorithm = catalogue.algorithm(spec.algorithm_id)
        if algorithm is None:
            known = ", ".join(algorithm.algorithm_id for algorithm in catalogue.algorithms)
            raise field_error("algorithmId", f"is {spec.algorithm_id!r}; there are {known}")
    return Chosen(flavor, image, algorithm)


def find_flavor(context: ApiContext, flavor_id: str) -> Flavor:
    """Return an instance type.

    Raises:
        EasyMakerError: there is none of this id; names those there are.
    """
    flavor = context.catalogue.flavor(flavor_id)
    if flavor is None:
        known = ", ".join(flavor.id for flavor in context.catalogue.flavors)
        raise field_error("flavorId", f"is {flavor_id!r}; there are {known}")
    return flavor


def check_core_type(context: ApiContext, flavor: Flavor, image: Image) -> None:
    """Refuse an image on an instance type without what it needs, or with more.

    Raises:
        EasyMakerError: naming flavorId and those that fit.
    """
    if image.core_type_code == flavor.core_type_code:
        return
    kind = image.core_type_code
    fitting = [each.name for each in context.catalogue.flavors if each.core_type_code == kind]
    offer = f"choose one of {', '.join(fitting)}" if fitting else f"there is no {kind} instance type here"
    raise field_error("flavorId", f"is a {flavor.core_type_code} instance type but the image needs {kind}; {offer}")


def check_fits(context: ApiContext, nodes: int, flavor: Flavor) -> None:
    """Refuse what could never start because the engine has less than so many instances of a type.

    Raises:
        EasyMakerError: naming instanceCount and what there is.
    """
    capacity = context.engine.capacity()
    for needed, there, what in (
        (nodes * flavor.vcpus, capacity.vcpus, "vCPU"),
        (nodes * flavor.ram, capacity.memory_mib, "MiB of memory"),
        (nodes * flavor.gpu_count, capacity.gpus, "GPUs"),
    ):
        if needed > there:
            raise field_error(
                "instanceCount",
                f"times {flavor.name} needs {needed} {what} but there are {there}: "
                "it could never start; choose fewer nodes or a smaller instance type",
            )


def _check_storage(storage: StorageConfig, spec: TrainingSettings) -> None:
    checks = StorageChecks(storage)
    checks.directory("sourceDirUri", spec.source_dir_uri)
    for index, dataset in enumerate(spec.dataset_list):
        checks.input(f"datasetList.{index}.dataUri", dataset.data_uri)
    checks.input("checkPointInputUri", spec.check_point_input_uri)
    checks.output("modelUploadUri", spec.model_upload_uri)
    checks.output("checkPointUploadUri", spec.check_point_upload_uri)
    if checks.passed and spec.source_dir_uri and spec.entry_point:
        checks.file("entryPoint", f"{spec.source_dir_uri.rstrip('/')}/{spec.entry_point}")
    checks.finish()
