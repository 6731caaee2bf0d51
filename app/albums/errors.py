"""Errors that the API answers about albums; see app/errors.py."""

from app.errors import ConflictError


class TooManyAlbumsError(ConflictError):
    code = "too_many_albums"
    detail = (
        "You have as many albums as you may. One that was deleted counts for 30 days, since it can"
        " be restored."
    )


class AlbumsFullError(ConflictError):
    code = "albums_full"
    detail = "Your albums hold as much as they may. Nothing was changed; remove something first."


class AlbumFullError(ConflictError):
    code = "album_full"
    detail = "An album holds 100,000 pictures at most. Nothing was changed; begin another album."


class InTooManyAlbumsError(ConflictError):
    code = "in_too_many_albums"
    detail = (
        "A picture is in 500 albums at most, those that can be restored included. Nothing was"
        " changed; remove it from another album first."
    )


class TooMuchInAlbumsError(ConflictError):
    code = "too_much_in_albums"
    detail = (
        "These pictures are in very many albums. Nothing was changed; take fewer pictures at once."
    )
