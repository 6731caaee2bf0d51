"""Compiling others' packages into bytecode without docstrings, in place of their sources.

`python bytecode.py FOLDER SKIPPED PREFIX`, with the Python of the functions. What Python's own -OO
leaves out as well, but assertions stay. Docstrings are a seventh of the package, and each cold
start reads those of all that it imports.
"""

import ast
import importlib.util
import marshal
import sys
from pathlib import Path

# PEP 552: by hash, and not checked against the source, which is not there.
_UNCHECKED = (1).to_bytes(4, "little")
# SQLAlchemy reads those of its events when it is imported, and insists on them.
_READ = "sqlalchemy/*/events.py"
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def without_docstrings(tree: ast.Module) -> None:
    """Take the docstrings out of a module."""
    for node in ast.walk(tree):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            said = node.body[0]
            node.body[:1] = [] if node.body[1:] else [ast.copy_location(ast.Pass(), said)]


def compile_in_place(source: Path, *, called: str) -> None:
    """Write `x.pyc` for `x.py`, which is deleted; tracebacks call it by the name given."""
    content = source.read_bytes()
    tree = ast.parse(content, called)
    if not source.match(_READ):
        without_docstrings(tree)
    code = compile(tree, called, "exec", dont_inherit=True, optimize=0)
    head = importlib.util.MAGIC_NUMBER + _UNCHECKED + importlib.util.source_hash(content)
    source.with_suffix(".pyc").write_bytes(head + marshal.dumps(code))
    source.unlink()


def main(folder: Path, skipped: Path, prefix: str) -> None:
    """Compile every source below a folder but those below the skipped one."""
    for source in sorted(folder.rglob("*.py")):
        if skipped not in source.parents:
            compile_in_place(source, called=f"{prefix}/{source.relative_to(folder)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
