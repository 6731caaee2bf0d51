"""Writing the file by which the API's cold start imports (app/lambda_handlers/import_bundle.py).

`python bundling.py FOLDER`, with the Python of the functions: imports the API's libraries from the
package, notes which modules come and which texts are compiled, and writes where the modules are and
the compiled texts into it. The texts are compiled in a process of their own, which has imported
nothing else: what `marshal` writes depends on who else holds a string, and the package is the same
byte for byte each time.

Libraries of a foreign machine do not load here. SQLAlchemy then takes its modules in Python, and a
few more modules are in the file than are asked for. orjson has none, so something stands for it.
"""

import importlib.util
import json
import marshal
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

_FUTURE_ANNOTATIONS = 0x100_0000

# What is noted is printed, since the package's own folder is the path of that process.
_NOTE = f"""
import builtins, json, sys, types

class Anything(types.ModuleType):
    def __getattr__(self, name):
        return 0

sys.modules["orjson"] = Anything("orjson")
texts = {{}}
compile_, exec_ = builtins.compile, builtins.exec

def note(source, filename, mode, flags, frame):
    flags |= frame.f_code.co_flags & {_FUTURE_ANNOTATIONS}
    if isinstance(source, str) and not flags & ~{_FUTURE_ANNOTATIONS}:
        texts[source, filename, mode, flags] = None
    return flags

def compile(source, filename, mode, flags=0, *others, **named):
    flags = note(source, filename, mode, flags, sys._getframe(1))
    return compile_(source, filename, mode, flags, *others, **named)

def exec(code, *spaces, **named):
    note(code, "<string>", "exec", 0, sys._getframe(1))
    exec_(code, *spaces, **named)

builtins.compile, builtins.exec = compile, exec
import app.lambda_handlers.lean_app
builtins.compile, builtins.exec = compile_, exec_
del sys.modules["orjson"]
specs = [getattr(module, "__spec__", None) for module in list(sys.modules.values())]
modules = {{spec.name: spec.origin for spec in specs if spec and spec.has_location}}
json.dump({{"modules": modules, "texts": list(texts)}}, sys.stdout)
"""


def main(folder: Path) -> None:
    """Note in one process, and write in another."""
    noted = subprocess.run(
        [sys.executable, "-B", "-W", "ignore", "-c", _NOTE],
        env={"PYTHONPATH": str(folder), "PYTHONHASHSEED": "0", "PATH": os.defpath},
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    seen = json.loads(noted.stdout)
    modules = {name: where for name, *where in _of_the_package(seen["modules"], folder)}
    codes = {
        (source, filename, mode, flags): compile(source, filename, mode, flags, dont_inherit=True)
        for source, filename, mode, flags in sorted(seen["texts"])
    }
    content = marshal.dumps((modules, codes))
    (folder / "imports.bundle").write_bytes(importlib.util.MAGIC_NUMBER + content)


def _of_the_package(modules: dict[str, str], folder: Path) -> Iterator[tuple[str, str, str, bool]]:
    """Yield each module's name, its file, its bytecode's, and whether it is a package."""
    for name, origin in sorted(modules.items()):
        path = Path(origin)
        if folder in path.parents and path.suffix in {".py", ".pyc"}:
            compiled = importlib.util.cache_from_source(origin) if path.suffix == ".py" else origin
            files = [str(Path(each).relative_to(folder)) for each in (origin, compiled)]
            yield name, files[0], files[1], path.stem == "__init__"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
