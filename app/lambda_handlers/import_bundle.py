"""Import from one bundle of bytecode, so that a cold start searches and compiles less.

A cold start imports some 225 modules. Python searches several folders for each of them, and
SQLAlchemy, `dataclasses` and `typing` compile 600 strings of source on the way. `./scripts/build`
writes one file into the package (`scripts/deployment/bundling.py`) with the position of each
module's bytecode and with the compiled strings. Without such a file, or with one of another Python
version, imports work as usual. See docs/decisions/0052-cold-start-by-halves.md.
"""

import builtins
import importlib.util
import io
import marshal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NamedTuple

FILE = "imports.bundle"
_FOLDER = Path(__file__).parents[2]
_HEAD = 16  # bytes before the code in a .pyc: magic number, flags, hash (PEP 552)
_FUTURE_ANNOTATIONS = 0x100_0000  # CO_FUTURE_ANNOTATIONS: the one that a caller can hand down

Text = tuple[str, str, str, int]  # source, file name, mode, flags


class Module(NamedTuple):
    """Where a module is, from the package's folder."""

    file: str  # that Python would name
    bytecode: str
    is_package: bool


class Bundle:
    """The file, read; a finder and loader of modules."""

    def __init__(self, content: bytes, folder: str) -> None:
        """Read it.

        Args:
            content: as `scripts/deployment/bundling.py` writes it.
            folder: that of the package.
        """
        self._modules: Mapping[str, tuple[str, str, bool]]
        self.codes: Mapping[Text, CodeType]
        head = len(importlib.util.MAGIC_NUMBER)
        self._modules, self.codes = marshal.loads(content[head:])  # noqa: S302 - of our package
        self._folder = folder

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Find a module, as the import system asks (`importlib.abc.MetaPathFinder`)."""
        del path, target
        if name not in self._modules:
            return None
        module = Module(*self._modules[name])
        spec = ModuleSpec(
            name,
            self,  # type: ignore[arg-type] # has what importlib asks of one, without importlib.abc
            origin=f"{self._folder}/{module.file}",
            is_package=module.is_package,
        )
        spec.has_location = True
        spec.cached = f"{self._folder}/{module.bytecode}"
        if spec.submodule_search_locations is not None:
            spec.submodule_search_locations.append(str(spec.origin).rpartition("/")[0])
        return spec

    def create_module(self, spec: ModuleSpec) -> None:
        """Let Python make the module."""

    def exec_module(self, module: ModuleType) -> None:
        """Run its code."""
        with io.FileIO(str(module.__cached__)) as file:
            code = marshal.loads(memoryview(file.readall())[_HEAD:])  # noqa: S302 - as Python does
        exec(code, vars(module))  # noqa: S102 - this is how modules are loaded


@contextmanager
def bundled() -> Iterator[None]:
    """Import from the bundle inside, if the package has one."""
    try:
        content = (_FOLDER / FILE).read_bytes()
    except FileNotFoundError:
        content = b""
    if not content.startswith(importlib.util.MAGIC_NUMBER):
        yield
        return
    bundle = Bundle(content, str(_FOLDER))
    sys.meta_path.insert(0, bundle)
    try:
        with compiled_before(bundle.codes):
            yield
    finally:
        sys.meta_path.remove(bundle)


@contextmanager
def compiled_before(codes: Mapping[Text, CodeType]) -> Iterator[None]:
    """Give out these codes for their texts inside; other texts are compiled as ever."""
    compile_, exec_ = builtins.compile, builtins.exec

    def compile_text(
        source: Any,  # noqa: ANN401 - the built-in one's
        filename: Any,  # noqa: ANN401
        mode: str,
        flags: int = 0,
        *others: Any,  # noqa: ANN401
        **named: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        if others or named:  # these say themselves what they take over from their caller
            return compile_(source, filename, mode, flags, *others, **named)
        flags |= sys._getframe(1).f_code.co_flags & _FUTURE_ANNOTATIONS  # noqa: SLF001
        code = codes.get((source, filename, mode, flags)) if isinstance(source, str) else None
        return code or compile_(source, filename, mode, flags, dont_inherit=True)

    def exec_text(code: Any, *spaces: Any, **others: Any) -> None:  # noqa: ANN401
        caller = sys._getframe(1)  # noqa: SLF001
        if not spaces:
            spaces = (caller.f_globals, caller.f_locals)
        if isinstance(code, str):
            flags = caller.f_code.co_flags & _FUTURE_ANNOTATIONS
            code = compile_text(code, "<string>", "exec", flags)
        exec_(code, *spaces, **others)

    builtins.compile, builtins.exec = compile_text, exec_text
    try:
        yield
    finally:
        builtins.compile, builtins.exec = compile_, exec_
