"""The statistics of a library over HTTP."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal

from flask import Response
from pydantic import Field

from app.accounts.rate_limits.policies import LONG_READS
from app.accounts.sessions.guards import current_owner, signed_in
from app.gazetteer.columns import countries
from app.http.blueprint import APIBlueprint
from app.http.middleware import json_response
from app.http.schemas import BaseModel
from app.images.listing import Shown
from app.search.query import MAX_QUERY, TYPES
from app.statistics.count import count_library

statistics = APIBlueprint("statistics", __name__, url_prefix="/api/statistics", tag="Statistics")

_REST = "…"


class Bar(BaseModel):
    """Images that have something in common."""

    label: str | None = Field(
        description="As people read it; null: those of which it is not known.", examples=["2024"]
    )
    is_rest: bool = Field(description="All groups together that are not among the largest 200.")
    images: int = Field(ge=0)
    bytes: int = Field(description="Of their originals.", ge=0)
    q: str | None = Field(
        description="The search that finds them; null: there is none.",
        examples=['camera:"=Box One"'],
    )


class Chart(BaseModel):
    """The images of a library by one thing: years in their order, others by how many there are."""

    by: Literal["year", "camera", "lens", "country", "type"]
    bars: list[Bar]


class StatisticsOut(BaseModel):
    """What a library holds. Pictures in Recently deleted count in `stored_bytes` only."""

    images: int = Field(ge=0)
    bytes: int = Field(description="Of their originals.", ge=0)
    stored_bytes: int = Field(
        description="Of all originals that are stored, those in Recently deleted included.", ge=0
    )
    charts: list[Chart]
    counted_at: datetime = Field(
        description="When counting was last begun; where `was_ended`, when it was given up."
    )
    is_current: bool = Field(
        description="Whether nothing changed since; a library that changes all the time is not"
        " counted with each request."
    )
    was_ended: bool = Field(
        description="Whether the last count took too long and was given up. What was counted before"
        " is answered, or nothing; it is counted again in some minutes."
    )


@statistics.get("")
@signed_in
@statistics.output(StatisticsOut)
@statistics.doc(responses={429: LONG_READS})
def get_statistics() -> Response:
    """Count your images by year, camera, lens, country and format.

    Counted when the library changed since, and kept; `counted_at` says when.
    """
    counted = count_library(current_owner())
    groups = counted.groups
    years = sorted(_bars(groups["year"], _year), key=_by_year)
    charts = {
        "year": years,
        "camera": _bars(groups["camera"], _camera),
        "lens": _bars(groups["lens"], _lens),
        "country": _bars(groups["country"], _country),
        "type": _by_type(groups["type"]),
    }
    return json_response(
        {
            "images": sum(bar["images"] for bar in years),
            "bytes": sum(bar["bytes"] for bar in years),
            "stored_bytes": max(0, counted.stored),
            "charts": [{"by": by, "bars": bars} for by, bars in charts.items()],
            "counted_at": counted.counted_at,
            "is_current": counted.is_current,
            "was_ended": counted.was_ended,
        }
    )


_Named = tuple[str, str | None]


def _bars(
    rows: Iterable[Mapping[str, Any]], named: Callable[[Mapping[str, Any]], _Named]
) -> list[Shown]:
    """Write rows as bars, the largest first; what is not known, and the rest, come last."""
    bars: list[Shown] = []
    for row in rows:
        is_known = row["value"] not in {None, _REST}
        label, q = named(row) if is_known else (None, None)
        bars.append(_bar(label, row, q, is_rest=row["value"] == _REST))
    return sorted(bars, key=lambda bar: (bar["label"] is None, -bar["images"]))


def _bar(label: str | None, row: Mapping[str, Any], q: str | None, *, is_rest: bool) -> Shown:
    fits = q is not None and len(q) <= MAX_QUERY
    return {
        "label": label,
        "is_rest": is_rest,
        "images": row["images"],
        "bytes": row["bytes"],
        "q": q if fits else None,
    }


def _by_year(bar: Shown) -> int:
    return int(bar["label"] or 0)


def _year(row: Mapping[str, Any]) -> _Named:
    year = row["value"]
    return year, f"from:{year} until:{year}"


def _camera(row: Mapping[str, Any]) -> _Named:
    make, model = row["make"] or "", row["value"]
    is_named = not make or model.lower().startswith(make.split(" ")[0].lower())
    return model if is_named else f"{make} {model}", _exactly("camera", model)


def _lens(row: Mapping[str, Any]) -> _Named:
    return row["value"], _exactly("lens", row["value"])


def _country(row: Mapping[str, Any]) -> _Named:
    name = countries().get(row["value"], row["value"])
    return name, _exactly("place", name)


def _exactly(operator: str, value: str) -> str | None:
    """Write the search for just this; None where a quote or white space in it cannot be written."""
    is_plain = '"' not in value and not re.search(r"[\r\n]", value)
    return f'{operator}:"={value}"' if is_plain else None


def _by_type(rows: Iterable[Mapping[str, Any]]) -> list[Shown]:
    """Write rows by the names of `type:`, which stand for one or more media types."""
    names = {media: name for name, types in TYPES.items() for media in types}
    sums: dict[str, dict[str, int]] = {}
    for row in rows:
        name = names.get(row["value"], row["value"])
        held = sums.setdefault(name, {"images": 0, "bytes": 0})
        held["images"] += row["images"]
        held["bytes"] += row["bytes"]
    bars = [
        _bar(
            name.upper() if name in TYPES else name,
            held,
            f"type:{name}" if name in TYPES else None,
            is_rest=False,
        )
        for name, held in sums.items()
    ]
    return sorted(bars, key=lambda bar: -bar["bytes"])
