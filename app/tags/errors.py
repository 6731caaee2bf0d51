"""Errors that the API answers about tags; see app/errors.py."""

from app.errors import ConflictError


class TooManyTagsError(ConflictError):
    code = "too_many_tags"
    detail = (
        "You have 5,000 tags, as many as you may; one that was deleted counts for 30 days, since it"
        " can be restored. Nothing was changed; merge some first."
    )


class TooManyTagsOfImageError(ConflictError):
    code = "too_many_tags_of_image"
    detail = (
        "A picture has 100 tags at most, those that can be restored included. Nothing was changed;"
        " remove another tag first."
    )


class TagExistsError(ConflictError):
    code = "tag_exists"
    detail = "There is a tag with this name already. Nothing was changed."


class TooMuchToMergeError(ConflictError):
    code = "too_much_to_merge"
    detail = (
        "More than 50,000 pictures would have to be given the other tag. Nothing was changed;"
        " merge the other way round, or remove the tag from some first."
    )
