"""The importer by itself: as the package that its pyproject.toml describes, without the product."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "scripts/importer"


def test_package_runs_without_the_product(tmp_path: Path) -> None:
    (tmp_path / "pinhole_import").symlink_to(FOLDER)
    program = "import sys; sys.path.insert(0, sys.argv.pop(1)); import runpy; "
    program += "runpy.run_module('pinhole_import', run_name='__main__')"
    answer = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, tmp_path, "--help"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert "--albums-by-folder" in answer.stdout


def test_package_needs_nothing_but_python_except_where_it_can_do_without() -> None:
    project = tomllib.loads((FOLDER / "pyproject.toml").read_text())
    needed = {name for name in project["project"]["dependencies"] if "win32" not in name}
    assert needed == {"PyYAML>=6.0,<7"}  # photoprism.py does without; the test above has none
    for path in set(FOLDER.glob("*.py")) - {FOLDER / "photoprism.py"}:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and not node.level:
                assert (node.module or "").split(".")[0] in sys.stdlib_module_names, path
            if isinstance(node, ast.Import):
                names = {name.name.split(".")[0] for name in node.names}
                assert names <= sys.stdlib_module_names, path


def test_program_of_the_package_is_there() -> None:
    project = tomllib.loads((FOLDER / "pyproject.toml").read_text())
    module, _, function = project["project"]["scripts"]["pinhole-import"].partition(":")
    tree = ast.parse((FOLDER / f"{module.rpartition('.')[2]}.py").read_text())
    assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
