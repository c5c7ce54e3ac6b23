"""What is checked before a batch inference is accepted: that what it names exists and that it could ever run."""

from __future__ import annotations

from ..resources.batch_inference import BatchInferenceCreate, pod_share
from ..resources.errors import field_error
from ..resources.flavor import Flavor
from ..resources.image import Image
from .context import ApiContext
from .storage_checks import StorageChecks
from .training_checks import check_core_type, check_fits, find_flavor

_GROUP = "BATCH_INFERENCE"


def check_batch_inference(
    context: ApiContext, appkey: str, spec: BatchInferenceCreate, model_format: str | None
) -> tuple[Flavor, Image]:
    """Return the instance type and the image; refuse what cannot run.

    Args:
        model_format: of the model, which tells the image when none is named.

    Raises:
        EasyMakerError: naming the field and what would be accepted.
    """
    flavor = find_flavor(context, spec.flavor_id)
    if _GROUP not in flavor.group_type_code_list:
        fitting = ", ".join(each.id for each in context.catalogue.flavors if _GROUP in each.group_type_code_list)
        raise field_error("flavorId", f"is not for batch inferences; there are {fitting or 'none that are'}")
    image = _image(context, spec.image_id, flavor, model_format)
    check_core_type(context, flavor, image)
    pod_share(flavor.model_dump(by_alias=True), spec.instance_count, spec.pod_count)
    check_fits(context, spec.instance_count, flavor)
    checks = StorageChecks(context.storage_for(appkey))
    checks.input("inputDataUri", spec.input_data_uri)
    checks.output("outputUploadUri", spec.output_upload_uri)
    checks.finish()
    return flavor, image


def _image(context: ApiContext, image_id: str | None, flavor: Flavor, model_format: str | None) -> Image:
    images = [image for image in context.catalogue.images if image.group_type_code == "TRAINING"]
    if image_id is None:
        fitting = [image for image in images if image.core_type_code == flavor.core_type_code]
        of_framework = [image for image in fitting if image.framework_code == model_format]
        found = next(iter(of_framework or fitting), None)
        if found is None:
            raise field_error("imageId", f"is needed: no image is for {flavor.core_type_code} instance types")
        return found
    image = next((image for image in images if image.image_id == image_id), None)
    if image is None:
        known = ", ".join(image.image_id for image in images)
        raise field_error("imageId", f"is {image_id!r}; there are {known}")
    return image
