"""What a person would have done with the demo's pictures: albums, tags and favourites."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class _Album:
    title: str
    description: str
    names: str  # of files


ALBUMS = (
    _Album(
        title="Summer in the south",
        description="Three weeks between the Alps and the Atlantic.",
        names="lavender.jpg balloons.jpg sailing-boat.jpg sunlit-leaves.jpg dunes.jpg canyon.jpg"
        " moonrise.webp milky-way.jpg",
    ),
    _Album(
        title="North, for the lights",
        description="",
        names="city-at-dusk.jpg evening-bokeh.jpg northern-lights.jpg lone-tree.tif",
    ),
)
TAGS = {
    "nature/water": "sailing-boat.jpg sunset-at-sea.jpg lake-panorama.jpg autumn-lake.jpg",
    "nature/mountains": "mountains-at-dawn.jpg canyon.jpg lake-panorama.jpg",
    "night": "milky-way.jpg northern-lights.jpg moonrise.webp evening-bokeh.jpg",
    "drawings": "paper-flower.png turning-rings.gif",
}
FAVOURITES = "northern-lights.jpg lavender.jpg autumn-lake.jpg blossom.jpg"


def arrange(ids: dict[str, str], *, call: Callable[..., Any]) -> None:
    """Put pictures into albums, tag some and mark favourites, as the API offers it.

    Args:
        ids: each file's image.
        call: asks the API as the demo account, by method, path and body.
    """

    def change(action: str, names: str, **words: str) -> None:
        images = {"ids": [ids[name] for name in names.split()]}
        call("POST", "/api/images/batch", {"action": action, "images": images, **words})

    for album in ALBUMS:
        body = {"title": album.title, "description": album.description, "order": "oldest"}
        made = call("POST", "/api/albums", body)
        change("add_to_album", album.names, album_id=made["id"])
    for tag, names in TAGS.items():
        change("add_tag", names, tag=tag)
    change("favourite", FAVOURITES)
