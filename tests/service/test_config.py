"""What the settings say together."""

from __future__ import annotations

import pytest
from traitlets import TraitError

from jupyter_easymaker.service.config import ServiceConfig


def test_variables_of_all_storages_secrets_are_known() -> None:
    config = ServiceConfig()
    config.obs = {
        "swift": {"authUrl": "http://swift/auth", "authVersion": 1, "user": "u", "key": {"env": "SWIFT_KEY"}},
        "other": {"authUrl": "http://swift/auth", "authVersion": 1, "user": "u", "key": {"file": "/key"}},
    }
    config.schemes = {"s3": {"key": "AKI", "secret": {"env": "S3_SECRET"}, "buckets": ["b"]}}
    config.project_storage = {"theirs": {"schemes": {"s3": {"secret": {"env": "THEIR_SECRET"}}}}}
    assert config.secret_variables() == {"SWIFT_KEY", "S3_SECRET", "THEIR_SECRET"}


def test_provided_container_images_need_notebooks_in_containers() -> None:
    with pytest.raises(TraitError, match="set notebook_containers"):
        ServiceConfig(image_registry="registry.example.com/easymaker").provided_notebook_images()
    config = ServiceConfig(image_registry="registry.example.com/easymaker/", image_tag="7", notebook_containers=True)
    images = config.provided_notebook_images()
    assert len(images) == 6
    assert {each.group_type_code for each in images} == {"NOTEBOOK"}
    assert images[0].address == "registry.example.com/easymaker/cpu-python-notebook:7"
    assert ServiceConfig(notebook_containers=True).provided_notebook_images() == ()
