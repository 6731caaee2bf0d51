"""Tables of docs/operations.md that come from the synthesized templates: costs and regions.

    .venv/bin/python -m scripts.generation.deployment

Synthesizes every size, which takes a minute; ./scripts/build must have run.
tests/infrastructure/test_documents.py fails when they are out of date.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from app.observability.metrics import Counted, Timed
from infrastructure import costs
from scripts.embedded.install import ROOT
from scripts.generation import regions

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = ROOT / "docs/operations.md"
REGION = "us-east-1"
# What is said of each; production sends mail, which has alarms of its own.
SIZES: Mapping[str, Mapping[str, str]] = {
    "small": {},
    "production": {"mail": "pinhole@example.org"},
    "large": {},
}
BUNDLE = ROOT / "build/package/database-ca.pem"


def filled(page: str, templates: Mapping[str, Path], firewall: Path) -> str:
    """Return the page with its tables made anew from the templates of all sizes.

    Args:
        page: docs/operations.md.
        templates: the main stack's, by size.
        firewall: that of the firewall's stack.
    """
    bodies = {size: json.loads(path.read_text()) for size, path in templates.items()}
    tables = {
        "costs": costs.table({size: costs.monthly_costs(body) for size, body in bodies.items()})
        + f"\n\n{costs.dated()}",
        "options": costs.options_table(
            json.loads(firewall.read_text()), metrics=metrics_of(bodies["small"])
        ),
        "regions": regions.table(templates, bundle=BUNDLE),
    }
    for name, text in tables.items():
        page = between(page, name, text)
    return page


def metrics_of(template: Mapping[str, Any]) -> int:
    """Return how many numbers CloudWatch is told: what functions count, and lines of their logs.

    What could not be decoded is told by its cause besides, each of which is a number of its own.
    """
    return len(get_args(Counted)) + len(get_args(Timed)) + costs.counted_in_logs(template)


def between(page: str, name: str, text: str) -> str:
    """Return the page with `text` between the marks of that name.

    Raises:
        LookupError: the page has no such marks.
    """
    begins, ends = f"<!-- {name}: scripts/generation/deployment.py -->", f"<!-- /{name} -->"
    made, count = re.subn(
        f"{re.escape(begins)}.*?{re.escape(ends)}",
        lambda _: f"{begins}\n{text}\n{ends}",
        page,
        flags=re.DOTALL,
    )
    if count != 1:
        raise LookupError(f"{count} places for {name}")
    return made


def _synthesize(size: str, out: Path, *, region: str = "", **said: str) -> Path:
    context = json.loads((ROOT / "cdk.json").read_text())["context"] | {"size": size} | said
    subprocess.run(
        [ROOT / ".venv-deploy/bin/python", "-m", "infrastructure.app"],
        check=True,
        cwd=ROOT,
        env=os.environ
        | {"CDK_OUTDIR": str(out), "CDK_CONTEXT_JSON": json.dumps(context)}
        | ({"CDK_DEFAULT_REGION": region} if region else {}),
    )
    return out / "Pinhole.template.json"


def main() -> None:
    """Write the page anew."""
    with tempfile.TemporaryDirectory() as folder:
        templates = {
            size: _synthesize(size, Path(folder) / size, **said) for size, said in SIZES.items()
        }
        beside = _synthesize("small", Path(folder) / "beside", region=REGION, rate="2400")
        firewall = beside.with_name(f"Pinhole-firewall-{REGION}.template.json")
        PAGE.write_text(filled(PAGE.read_text(), templates, firewall))
    sys.stdout.write(f"{PAGE.relative_to(ROOT)} is up to date.\n")


if __name__ == "__main__":
    main()
