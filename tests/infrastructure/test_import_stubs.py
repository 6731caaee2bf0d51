"""Modules that are imported when they are used, in a process that may import them or not."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from app.lambda_handlers.import_stubs import later

_SHAPES = """
class Circle:
    sides = 0

    def __init__(self, radius=1):
        self.radius = radius

def draw(*, ink):
    return f"drawn in {ink}"
"""
_USER = """
import late_shapes, late_package.inner
from late_shapes import Circle, draw

class Default:
    shape = Circle
    draw = draw

def is_circle(it):
    return isinstance(it, late_shapes.Circle)

def inner():
    return late_package.inner.NAME
"""
_NAMES = ("late_shapes", "late_user", "late_package", "late_package.inner")


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module that imports two others, late."""
    (tmp_path / "late_shapes.py").write_text(_SHAPES)
    (tmp_path / "late_user.py").write_text(_USER)
    (tmp_path / "late_package").mkdir()
    (tmp_path / "late_package/__init__.py").write_text("")
    (tmp_path / "late_package/inner.py").write_text("NAME = 'inner'")
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in _NAMES:
        monkeypatch.delitem(sys.modules, name, raising=False)
    with later("late_shapes", "late_package.inner"):
        made = importlib.import_module("late_user")
    assert not {"late_shapes", "late_package.inner"} & sys.modules.keys()
    return made


def test_later_a_function_when_called_is_the_real_one(user: ModuleType) -> None:
    assert user.draw(ink="blue") == "drawn in blue"
    assert "late_shapes" in sys.modules


def test_later_a_class_when_called_makes_the_real_one(user: ModuleType) -> None:
    made = user.Default().shape(radius=3)
    assert made.radius == 3
    assert type(made) is sys.modules["late_shapes"].Circle


def test_later_a_class_is_derived_from_as_the_real_one(user: ModuleType) -> None:
    class Disc(user.Circle):  # type: ignore[name-defined, misc]
        pass

    assert sys.modules["late_shapes"].Circle in Disc.__mro__


def test_later_an_attribute_of_a_class_is_the_real_one(user: ModuleType) -> None:
    assert user.Circle.sides == 0


def test_later_a_whole_module_serves_isinstance(user: ModuleType) -> None:
    assert not user.is_circle("round")
    assert user.is_circle(sys.modules["late_shapes"].Circle())


def test_later_a_part_of_a_package_is_found_by_its_path(user: ModuleType) -> None:
    assert user.inner() == "inner"
    assert sys.modules["late_package"].inner is sys.modules["late_package.inner"]


def test_later_a_base_class_inside_is_imported_at_once(
    user: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del user
    (tmp_path / "late_child.py").write_text(
        "import late_shapes\nclass Square(late_shapes.Circle):\n    sides = 4\n"
    )
    monkeypatch.delitem(sys.modules, "late_child", raising=False)
    importlib.invalidate_caches()
    with later("late_shapes"):
        child = importlib.import_module("late_child")
    assert child.Square.sides == 4
    assert isinstance(child.Square(), sys.modules["late_shapes"].Circle)


def test_later_what_is_imported_already_stays(user: ModuleType) -> None:
    del user
    known = importlib.import_module("json")
    with later("json"):
        assert importlib.import_module("json") is known
    assert sys.modules["json"] is known
