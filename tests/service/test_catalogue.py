"""What a machine of a given size offers."""

from __future__ import annotations

import pytest

from jupyter_easymaker.engines.base import Capacity
from jupyter_easymaker.service.catalogue import machine_catalogue, machine_flavors


def test_laptop_offers_instance_types_that_fit_it() -> None:
    names = [flavor.name for flavor in machine_flavors(Capacity(vcpus=4, memory_mib=8192))]
    assert names == ["c1m1", "c1m2", "c1m4", "c2m2", "c2m4", "c2m8", "c4m4", "c4m8"]


def test_machine_with_a_gpu_offers_it_too() -> None:
    gpu = [flavor for flavor in machine_flavors(Capacity(vcpus=1, memory_mib=4096, gpus=1)) if flavor.gpu_flavor]
    assert [flavor.name for flavor in gpu] == ["c1m1g1", "c1m2g1", "c1m4g1"]
    assert {flavor.core_type_code for flavor in gpu} == {"GPU"}


def test_tiny_machine_offers_itself() -> None:
    (flavor,) = machine_flavors(Capacity(vcpus=1, memory_mib=512))
    assert (flavor.vcpus, flavor.ram) == (1, 512)


def test_every_algorithm_names_images_that_exist() -> None:
    catalogue = machine_catalogue(Capacity(vcpus=2, memory_mib=4096), [], [])
    assert catalogue.algorithms
    for algorithm in catalogue.algorithms:
        assert catalogue.image(algorithm.cpu_training_image_id)
        assert catalogue.image(algorithm.gpu_training_image_id)


def test_operators_instance_types_replace_the_machines() -> None:
    catalogue = machine_catalogue(
        Capacity(vcpus=2, memory_mib=4096), [{"id": "m", "name": "m", "vcpus": 1, "ram": 512}], []
    )
    assert [flavor.id for flavor in catalogue.flavors] == ["m"]


def test_misspelt_instance_type_setting_is_refused() -> None:
    with pytest.raises(ValueError, match="ram"):
        machine_catalogue(Capacity(vcpus=2, memory_mib=4096), [{"id": "m", "name": "m", "vcpus": 1}], [])
