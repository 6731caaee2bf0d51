"""Bills of materials, as CycloneDX: what runs in the functions, and what the site is built from.

`python -m scripts.generation.sbom FOLDER`. Made from the locked requirements, with their hashes, by
cyclonedx-bom and by npm itself; nothing is installed or asked for.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FRONTEND = ROOT / "frontend"


def write(folder: Path) -> tuple[Path, Path]:
    """Write both; return where. Raises CalledProcessError when a program fails."""
    folder.mkdir(parents=True, exist_ok=True)
    functions, site = folder / "functions.cdx.json", folder / "site.cdx.json"
    python = [sys.executable, "-m", "cyclonedx_py", "requirements", "--output-reproducible"]
    python += ["--pyproject", str(ROOT / "pyproject.toml"), "--output-format", "JSON"]
    lambda_ = ROOT / "requirements/lambda.txt"
    subprocess.run([*python, "--output-file", str(functions), str(lambda_)], check=True)
    # All of it: what builds the site can change it (and with --omit dev, npm leaves React out).
    npm = ["npm", "sbom", "--sbom-format", "cyclonedx", "--package-lock-only"]
    told = subprocess.run(npm, check=True, cwd=FRONTEND, capture_output=True)
    site.write_bytes(told.stdout)
    return functions, site


if __name__ == "__main__":
    for path in write(Path(sys.argv[1])):
        print(path)
