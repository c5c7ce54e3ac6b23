"""The PostgreSQL server of the store's tests, for a whole backend on it."""

from tests.store.conftest import postgresql

__all__ = ["postgresql"]
