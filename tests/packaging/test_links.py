"""Links between the pages of the repository lead to something."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for place in (ROOT, ROOT / "jupyter_easymaker", ROOT / "hub_config", ROOT / "binder")
    for path in (place.glob("*.md") if place == ROOT else place.rglob("*.md"))
)
_LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_of_a_page_lead_to_files(page: Path) -> None:
    targets = [match[1] for match in _LINK.finditer(page.read_text())]
    assert [each for each in targets if not (page.parent / each).exists()] == []
