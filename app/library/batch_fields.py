"""Which fields go with which action of a batch."""

from collections.abc import Mapping

from app.library.batch_schemas import BatchAction, BatchIn, PickedImages
from app.library.selection import wrong_field


def require_fields(
    wanted: BatchIn, fields: Mapping[BatchAction, str | None]
) -> PickedImages | None:
    """Refuse a batch whose fields of a kind are not those of its action.

    Args:
        wanted: the batch.
        fields: the actions of the kind, each with its field; None: it has none.

    Returns:
        The images that it names; None: its action is of another kind.

    Raises:
        ValidationFailedError: a field is missing, or is not meant; or images are not named.
    """
    meant = fields.get(wanted.action)
    for field in filter(None, fields.values()):
        is_given = getattr(wanted, field) is not None
        if is_given and field != meant:
            raise wrong_field(field, f"This is not meant with {wanted.action}.")
        if not is_given and field == meant:
            raise wrong_field(field, f"Say this with {wanted.action}.")
    if wanted.action not in fields:
        return None
    if not isinstance(wanted.images, PickedImages):
        raise wrong_field("images", "Name the pictures by images.ids.")
    return wanted.images
