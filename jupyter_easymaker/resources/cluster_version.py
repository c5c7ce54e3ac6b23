"""Versions of the cluster notebooks and endpoints run on, and until when old ones can be used."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from .notebook import UpgradeNotice


@dataclass(frozen=True)
class ClusterVersions:
    """What the operator says of versions."""

    current: str = ""
    """What is started gets it."""
    expiry: dict[str, datetime | None] = field(default_factory=dict)
    """Old versions that have to be left, and when they end."""

    def notice(self, version: str) -> UpgradeNotice | None:
        """Return what to tell people whose resource runs on a version; None: it is well there."""
        if not version or version == self.current or version not in self.expiry:
            return None
        return UpgradeNotice(
            reason=f"It runs on cluster version {version}; restart it to move to {self.current}. "
            "What is in /root/easymaker stays, the boot storage is made anew.",
            expires_datetime=self.expiry[version],
        )
