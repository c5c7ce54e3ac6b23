"""Lineage: what a training was made from and what it made, so that a result can be explained and made again."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from ..git_state import without_credentials
from .base import RequestModel, WireModel
from .limits import MaxLength


class SourceGit(RequestModel):
    """The state of the repository the code was taken from."""

    commit: str = Field(pattern=r"^[0-9a-f]{7,64}$", description="Of the commit that was checked out.")
    branch: Annotated[str, MaxLength("uri_length")] | None = None
    dirty: bool | None = Field(None, description="Something differed from the commit; null: not known.")
    remote: Annotated[str, AfterValidator(without_credentials), MaxLength("uri_length")] | None = Field(
        None, description="Where the repository was cloned from; user name and password are taken out."
    )


class LineageSource(WireModel):
    """The code."""

    uri: str
    content_hash: str | None = None
    """``sha256:`` of names, sizes and contents: the same for the same files, wherever they lie."""
    file_count: int | None = None
    bytes: int | None = None
    git: SourceGit | None = None


class LineageDataset(WireModel):
    """A data set as it was when it was read."""

    dataset_name: str
    data_uri: str
    content_hash: str | None = None
    """``listing:`` of address, names, sizes and times of change: data sets are too large to be read twice."""
    file_count: int | None = None
    bytes: int | None = None


class LineageOutput(WireModel):
    """What was uploaded."""

    kind: str
    """``model`` or ``checkpoint``."""
    uri: str
    file_count: int | None = None
    bytes: int | None = None


class Lineage(WireModel):
    """Where a training came from and what came of it. Hashes and sizes are null until the inputs were staged."""

    source: LineageSource | None = None
    dataset_list: list[LineageDataset] = []
    check_point_input: LineageDataset | None = None
    image: dict[str, Any]
    algorithm: dict[str, Any] | None = None
    hyperparameter_list: list[dict[str, str]] = []
    output_list: list[LineageOutput] = []
    model_list: list[dict[str, Any]] = []
    """``{"modelId", "modelName"}`` of the models made from it."""
    copied_from: dict[str, Any] | None = None
    """``{"trainingId", "trainingName"}``; the name is empty when that training was deleted."""


class NotebookProgress(WireModel):
    """How far an executed notebook is. Cells are counted from 0, as they stand in the executed notebook."""

    cell_count: int
    current_cell: int | None = None
    failed_cell: int | None = None
