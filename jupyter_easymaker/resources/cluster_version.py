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

    def must_be_left(self, version: str) -> bool:
        """Return whether it is an old version that ends, as far as the operator says."""
        return version != self.current and version in self.expiry

    def ends(self, version: str) -> datetime | None:
        """Return when a version that must be left ends; None: it need not be left, or nobody said."""
        return self.expiry[version] if self.must_be_left(version) else None

    def notice(self, version: str) -> UpgradeNotice | None:
        """Return what to tell people whose resource runs on a version; None: it is well there."""
        if not self.must_be_left(version):
            return None
        return UpgradeNotice(
            reason=f"It runs on cluster version {version}; restart it to move to {self.current}. "
            "What is in /root/easymaker stays, the boot storage is made anew.",
            expires_datetime=self.expiry[version],
        )
