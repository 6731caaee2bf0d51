"""What a file is called for whom its name is not shown."""

from uuid import UUID

_ENDINGS = {"jpeg": "jpg", "quicktime": "mov"}


def hidden_name(image_id: UUID, content_type: str) -> str:
    """Return a name by the image's id and its type: `picture-0123abcd.jpg`."""
    kind = content_type.rpartition("/")[2].removeprefix("x-")
    return f"picture-{image_id.hex[:8]}.{_ENDINGS.get(kind, kind)}"
