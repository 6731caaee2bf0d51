"""Import a module without its imports: never (`without`) or later (`later`)."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


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


class _Deferred:
    """A function or class of a module that is imported when this is called, or derived from."""

    def __init__(self, module: str, name: str) -> None:
        self._module = module
        self._name = name

    def __call__(self, *values: object, **named: object) -> Any:  # noqa: ANN401 - the real one's
        return self._real()(*values, **named)

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        del bases
        return (self._real(),)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the real one's
        if name.startswith("__"):  # a look at what kind of thing this is
            raise AttributeError(name)
        return getattr(self._real(), name)

    def _real(self) -> Any:  # noqa: ANN401 - whatever it is
        if isinstance(sys.modules.get(self._module), _Late):  # used while others are imported
            del sys.modules[self._module]
        return getattr(import_module(self._module), self._name)


class _Late(ModuleType):
    """A stub for a module, which is imported at its first use."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - the module's own
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            return _Deferred(self.__name__, name)
        return getattr(import_module(self.__name__), name)


@contextmanager
def later(*names: str) -> Iterator[None]:
    """Import these modules when something of theirs is used, not when it is imported inside.

    What is taken by name may be called and derived from, but is no class to `isinstance` and
    `except`; a module that is imported whole is the real one in every respect when it is used.
    """
    late = [name for name in names if name not in sys.modules]
    sys.modules.update({name: _Late(name) for name in late})
    try:
        yield
    finally:
        for name in late:
            module = sys.modules[name]
            if isinstance(module, _Late):
                del sys.modules[name]
                _be_part_of_package(module)


def _be_part_of_package(module: _Late) -> None:
    """For who said `import package.module`; the real one takes this place when it is imported."""
    package, _, name = module.__name__.rpartition(".")
    if package in sys.modules:
        vars(sys.modules[package]).setdefault(name, module)
