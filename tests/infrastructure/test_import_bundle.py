"""Importing from the bundle: the same modules and the same code as without it."""

from __future__ import annotations

import importlib.util
import json
import marshal
import sys
import types
from typing import TYPE_CHECKING

import pytest

from app.lambda_handlers import import_bundle
from app.lambda_handlers.import_bundle import bundled, compiled_before
from scripts.deployment.build import find_python
from tests.infrastructure.conftest import MACHINE, run

if TYPE_CHECKING:
    from pathlib import Path

_FUTURE = 0x100_0000
_COMPARE = """
import json, sys
sys.path[:0] = [sys.argv[1]]
from app.lambda_handlers import import_bundle
if sys.argv[2] == "without":
    import_bundle.FILE = "none"
compile_ = compile
compiled = []
import builtins
def note(source, filename, mode, flags=0, *others, **named):
    compiled.append(source)
    flags |= sys._getframe(1).f_code.co_flags & 0x1000000
    return compile_(source, filename, mode, flags, *others, **named)
builtins.compile = note
import app.lambda_handlers.lean_app
builtins.compile = compile_
names = sorted(name for name in sys.modules if name.startswith(("flask.", "sqlalchemy.", "app.")))
shown = {}
for name in names:
    module = sys.modules[name]
    shown[name] = [module.__file__, getattr(module, "__cached__", None), module.__package__,
                   module.__spec__.name, list(getattr(module, "__path__", [])),
                   sorted(vars(module))]
found = sum(type(sys.modules[name].__loader__).__name__ == "Bundle" for name in names)
print(json.dumps([shown, found, len([each for each in compiled if isinstance(each, str)])]))
"""


def test_package_modules_from_the_bundle_are_what_they_are_without(
    packages: dict[str, Path],
) -> None:
    told = {
        way: json.loads(run(find_python(), "-I", "-B", "-c", _COMPARE, packages[MACHINE], way))
        for way in ("with", "without")
    }
    with_it, found, compiled = told["with"]
    assert with_it == told["without"][0]
    assert found > 150
    assert told["without"][1] == 0
    # What is compiled is what the bundle was made without: nothing but the odd text.
    assert compiled < 10
    assert told["without"][2] > 300


def test_bundle_of_both_machines_names_files_that_are_there(packages: dict[str, Path]) -> None:
    script = (
        "import importlib.util, json, marshal, sys; "
        "content = open(sys.argv[1], 'rb').read(); magic = importlib.util.MAGIC_NUMBER; "
        "assert content.startswith(magic); "
        "print(json.dumps(marshal.loads(content[len(magic):])[0]))"
    )
    for folder in packages.values():
        told = run(find_python(), "-I", "-B", "-c", script, folder / import_bundle.FILE)
        modules = json.loads(told)
        assert {"flask.app", "sqlalchemy.orm.session", "app.api.app"} <= modules.keys()
        for file, bytecode, is_package in modules.values():
            assert (folder / bytecode).is_file()
            assert is_package == file.endswith(("__init__.py", "__init__.pyc"))


@pytest.mark.parametrize("content", [None, b"", b"\x00\x00\x0d\x0a" + marshal.dumps(({}, {}))])
def test_without_a_bundle_of_this_python_everything_is_imported_as_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None
) -> None:
    monkeypatch.setattr(import_bundle, "_FOLDER", tmp_path)
    if content is not None:
        (tmp_path / import_bundle.FILE).write_bytes(content)
    before = (list(sys.meta_path), compile, exec)
    with bundled():
        assert (list(sys.meta_path), compile, exec) == before


def test_bundled_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = compile("answer = 42", "bundled_example.py", "exec")
    (tmp_path / "bundled_example.pyc").write_bytes(bytes(16) + marshal.dumps(code))
    modules = {"bundled_example": ("bundled_example.py", "bundled_example.pyc", False)}
    (tmp_path / import_bundle.FILE).write_bytes(
        importlib.util.MAGIC_NUMBER + marshal.dumps((modules, {}))
    )
    monkeypatch.setattr(import_bundle, "_FOLDER", tmp_path)
    before = (list(sys.meta_path), compile, exec)
    with bundled():
        assert importlib.import_module("bundled_example").answer == 42
    monkeypatch.delitem(sys.modules, "bundled_example")
    assert (list(sys.meta_path), compile, exec) == before
    assert importlib.util.find_spec("bundled_example") is None


_DEFINE = "def f(x: Undefined): return x"


def _library(*, future: bool) -> types.ModuleType:
    """Return a module that compiles a text as SQLAlchemy does, under its own `__future__`."""
    made = types.ModuleType("library")
    begin = "from __future__ import annotations\n" if future else ""
    source = f'{begin}def make(text):\n    exec(compile(text, "<string>", "exec"), globals())\n'
    exec(compile(source, "library.py", "exec", dont_inherit=True), vars(made))  # noqa: S102
    return made


def test_texts_are_compiled_under_the_callers_future() -> None:
    codes = {
        (_DEFINE, "<string>", "exec", flags): compile(
            _DEFINE, "<string>", "exec", flags, dont_inherit=True
        )
        for flags in (0, _FUTURE)
    }
    for given in (codes, {}):  # from the bundle, and as ever
        with compiled_before(given):
            late = _library(future=True)
            late.make(_DEFINE)
            assert late.f.__annotations__ == {"x": "Undefined"}
            with pytest.raises(NameError, match="Undefined"):
                _library(future=False).make(_DEFINE)


def test_a_text_of_the_bundle_is_not_compiled_again() -> None:
    code = compile("from_the_bundle = True", "<string>", "exec")
    space: dict[str, bool] = {}
    with compiled_before({("other = 1", "<string>", "exec", _FUTURE): code}):
        exec("other = 1", space)  # noqa: S102
        exec("another = 1", space)  # noqa: S102
    assert space.pop("from_the_bundle")
    assert space["another"] == 1
    assert "other" not in space


def test_exec_without_a_namespace_runs_in_that_of_its_caller() -> None:
    space: dict[str, object] = {"__name__": "library"}
    with compiled_before({}):
        exec("exec('made = 1')", space)  # noqa: S102
    assert space["made"] == 1
