"""Packages that a library imports whether it needs them or not, imported when they are needed.

scikit-learn imports pandas, and pandas pyarrow: a third of the time to a replica's first answer, for models that never
see a table. (importlib's LazyLoader does not help: the import statement itself makes it load.)
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


class _Later(ModuleType):
    """Stands for a package until somebody asks it for something."""

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


@contextmanager
def imported_later(name: str) -> Iterator[None]:
    """Have an installed package be imported at the first use of it by what is imported meanwhile.

    Afterwards it is as if nobody had imported it yet: code that looks whether it is there, to find out whether its
    input can be a table, sees that it is not.
    """
    spec = None if name in sys.modules else importlib.util.find_spec(name)
    if spec is None:
        yield
        return
    module = _Later(name)
    module.__spec__ = spec
    sys.modules[name] = module
    try:
        yield
    finally:
        if sys.modules.get(name) is module:
            del sys.modules[name]
