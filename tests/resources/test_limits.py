"""Operators can raise limits; fields and schemas follow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jupyter_easymaker.resources import limits
from jupyter_easymaker.resources.experiment import ExperimentCreate


@pytest.fixture(autouse=True)
def _restore() -> Iterator[None]:
    before = limits.current()
    yield
    limits.configure(**vars(before))


def test_raised_limit_reaches_validation_and_schema() -> None:
    limits.configure(name_length=60)
    assert ExperimentCreate.model_validate({"experimentName": "x" * 60}).experiment_name == "x" * 60
    assert ExperimentCreate.model_json_schema()["properties"]["experimentName"]["maxLength"] == 60


def test_unknown_limit_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"the limits are .*name_length"):
        limits.configure(name_lenght=60)


def test_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        limits.configure(nodes=0)
