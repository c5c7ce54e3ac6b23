"""What each pod of a batch inference gets, and what is refused before anything is asked."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from jupyter_easymaker.resources.batch_inference import BatchInferenceCreate, BatchInferenceStatus, PodShare, pod_share
from jupyter_easymaker.resources.errors import EasyMakerError

FLAVOR = {"name": "c4m8", "vcpus": 4, "ram": 8192, "gpuCount": 0}


@pytest.mark.parametrize(
    ("instances", "pods", "share"),
    [(1, 1, PodShare(4, 8192, 0)), (2, 4, PodShare(2, 4096, 0)), (1, 3, PodShare(1, 2730, 0))],
)
def test_instances_are_divided_by_the_pods(instances: int, pods: int, share: PodShare) -> None:
    assert pod_share(FLAVOR, instances, pods) == share


@pytest.mark.parametrize(
    ("flavor", "says"),
    [
        (FLAVOR, "1 vCPU"),
        ({**FLAVOR, "vcpus": 8, "ram": 1024}, "256 MiB"),
        ({**FLAVOR, "vcpus": 8, "gpuCount": 1}, "GPU"),
    ],
)
def test_pod_that_would_get_too_little_is_refused(flavor: dict[str, Any], says: str) -> None:
    with pytest.raises(EasyMakerError, match="podCount is 5") as refused:
        pod_share(flavor, 1, 5)
    assert says in refused.value.message


def body(**changes: Any) -> BatchInferenceCreate:
    whole = {
        "name": "b",
        "flavorId": "c1m1",
        "modelId": "m",
        "inputDataUri": "nas://x:/in",
        "outputUploadUri": "nas://x:/o",
    }
    whole["batchInferenceName"] = whole.pop("name")
    return BatchInferenceCreate.model_validate({**whole, **changes})


def test_output_below_the_input_needs_a_pattern_that_says_what_is_scored() -> None:
    with pytest.raises(ValidationError, match="lies below"):
        body(outputUploadUri="nas://x:/in/out/")
    assert body(outputUploadUri="nas://x:/in/out", excludeGlobPattern="out/**").pod_count == 1
    assert body(outputUploadUri="nas://x:/in-out").output_upload_uri == "nas://x:/in-out"


def test_only_what_goes_on_can_be_stopped() -> None:
    stoppable = {status for status in BatchInferenceStatus if status.stoppable}
    assert stoppable == {
        status
        for status in BatchInferenceStatus
        if not status.terminal and status is not BatchInferenceStatus.STOP_IN_PROGRESS
    }
