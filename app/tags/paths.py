"""Paths of tags: names with "/" between them, and when two are the same."""

from app.images.tag_models import MAX_TAG_DEPTH, MAX_TAG_NAME, MAX_TAG_PATH
from app.text import is_visible, one_line


def parse_path(value: str) -> str:
    """Return a path in its one form: no space around its names, and none that is empty.

    Raises:
        ValueError: it is no path of a tag; the message says why.
    """
    names = [one_line(name) for name in value.strip().strip("/").split("/")]
    if not all(is_visible(name) for name in names):
        raise ValueError("Write a name that can be seen before and after each /.")
    if len(names) > MAX_TAG_DEPTH:
        raise ValueError(f"Write {MAX_TAG_DEPTH} names below each other at most.")
    if max(map(len, names)) > MAX_TAG_NAME:
        raise ValueError(f"Write {MAX_TAG_NAME} characters in each name at most.")
    path = "/".join(names)
    if len(path) > MAX_TAG_PATH:
        raise ValueError(f"Write {MAX_TAG_PATH} characters at most.")
    return path


def paths_above(path: str) -> list[str]:
    """Return the paths of the tags above one, from the uppermost, and its own at the end."""
    names = path.split("/")
    return ["/".join(names[: depth + 1]) for depth in range(len(names))]


def order_of(key: str) -> list[str]:
    """Return what sorts keys as a tree: each tag is followed by those below it."""
    return key.split("/")
