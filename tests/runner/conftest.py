"""A place to run plans in."""

from __future__ import annotations

from pathlib import Path

import pytest

from .playing_engine import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path)
    made.nas.mkdir()
    (tmp_path / "home").mkdir()
    return made
