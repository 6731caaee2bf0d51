"""Importing a module without what it imports and is never asked to use here."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


class _Nothing:
    """What an absent module holds: takes whatever it is given, and does nothing."""

    def __init__(self, *_: object, **__: object) -> None:
        """Make nothing of it."""


class _Absent(ModuleType):
    """Has every name, so that annotations may use it."""

    def __getattr__(self, name: str) -> type[_Nothing]:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Nothing


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Keep these modules from whoever imports them inside; afterwards they import as ever."""
    absent = [name for name in names if name not in sys.modules]
    sys.modules.update({name: _Absent(name) for name in absent})
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
