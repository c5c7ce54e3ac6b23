"""Servers made at the hub's own page become notebooks, so that both pages show the same."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..resources.catalogue import Catalogue
from ..resources.errors import EasyMakerError, ResultCode
from ..resources.flavor import Flavor
from ..resources.image import Image
from ..resources.limits import current
from ..resources.notebook import NotebookCreate, NotebookStatus
from ..store import notebooks, users
from ..store.database import Database
from ..store.hub_tables import NotebookRow

APPKEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ENOUGH_MIB = 2048
_DEFAULT_NAME = "default"


class Adoption:
    """Makes notebooks of servers.

    Args:
        everyone: the project everybody belongs to; empty: only the hub's groups count.
        flavor_id: their instance type; empty: the smallest with 2 GiB of memory.
    """

    def __init__(self, database: Database, catalogue: Catalogue, everyone: str, flavor_id: str = "") -> None:
        self._database = database
        self._catalogue = catalogue
        self._everyone = everyone
        self._flavor_id = flavor_id

    def adopt(
        self,
        owner: str,
        groups: Iterable[str],
        server_name: str,
        display_name: str,
        status: NotebookStatus,
    ) -> NotebookRow:
        """Return the notebook a server is, made now if there is none.

        Raises:
            EasyMakerError: it cannot be one here.
            sqlalchemy.exc.IntegrityError: somebody else made it just now.
        """
        appkey = self.project(owner, groups)
        name = (display_name or server_name or _DEFAULT_NAME)[: current().name_length]
        spec = NotebookCreate(notebook_name=name, image_id=self._image().image_id, flavor_id=self.flavor().id)
        with self._database.session() as session:
            users.ensure_project(session, appkey, appkey)
            return notebooks.insert(
                session,
                appkey=appkey,
                spec=spec,
                owner=owner,
                flavor=self.flavor(),
                image=self._image(),
                server_name=server_name,
                status=status,
                phase=notebooks.FOREIGN if status is NotebookStatus.START_IN_PROGRESS else "",
            )

    def project(self, owner: str, groups: Iterable[str]) -> str:
        """Return the project a server of somebody's belongs to.

        Raises:
            EasyMakerError: they belong to none.
        """
        if self._everyone:
            return self._everyone
        found = sorted(group for group in groups if APPKEY.fullmatch(group))
        if not found:
            raise EasyMakerError(ResultCode.CONFLICT, f"{owner} belongs to no project; join a group of the hub first.")
        return found[0]

    def _image(self) -> Image:
        for image in self._catalogue.images:
            if image.group_type_code == "NOTEBOOK" and image.core_type_code == "CPU":
                return image
        raise EasyMakerError(ResultCode.NOT_AVAILABLE, "No notebook image is offered here.")

    def flavor(self) -> Flavor:
        """Return the instance type such servers get.

        Raises:
            EasyMakerError: there is none for notebooks.
        """
        usable = [each for each in self._catalogue.flavors if "NOTEBOOK" in each.group_type_code_list]
        if self._flavor_id:
            usable = [each for each in usable if each.id == self._flavor_id]
        cpu = sorted((each for each in usable if each.core_type_code == "CPU"), key=lambda each: each.ram)
        if not cpu:
            raise EasyMakerError(ResultCode.NOT_AVAILABLE, "No CPU instance type for notebooks is offered here.")
        return next((each for each in cpu if each.ram >= _ENOUGH_MIB), cpu[-1])
