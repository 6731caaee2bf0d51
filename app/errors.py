"""Errors that the API answers on purpose, as problem+json (RFC 9457).

Those of accounts, albums, tags and descriptions are in errors.py of their packages.

AppError
├── BadRequestError              400  the request could not be read
│   └── InvalidCursorError       400
├── NotSignedInError             401
├── CrossSiteError               403
├── ScopeTooSmallError           403
├── MailboxLockedError           403  local mode: this browser has not shown the mailbox's key
├── ShareLinksForbiddenError     403
├── NotContributorError          403  a member who may look and add nothing
├── NotFoundError                404  absent, or somebody else's: the same answer
├── ShareClosedError             404  unknown, ended, expired, or its password is missing or wrong
├── ConflictError                409
│   ├── TooManySavedSearchesError
│   ├── TooManySharesError
│   ├── TooManyInSharesError
│   ├── TooManyToShareError
│   ├── BeingPreparedError
│   ├── NotWithoutMetadataError
│   ├── TooManyInAlbumError
│   ├── TooManyInvitedError
│   ├── TooManyJoinedError
│   ├── TooManyBlockedError
│   ├── TooManyAddedError
│   ├── NotTransferableError
│   ├── NotDamagedError
│   ├── NotInPartsError
│   └── PartsMissingError
├── ChangesForgottenError        410  removals since then are not remembered any more
├── PreconditionFailedError      412  If-Match named another version
├── TooLargeError                413
├── CompressedError              415
├── NotJsonError                 415
├── ValidationFailedError        422
├── TooManyRequestsError         429
│   ├── TooManyAtOnceError       429  several writes of the same person are under way
│   ├── TooManyUploadsError      429  begun and not finished, cancelled or rejected
│   ├── TooMuchDiscardedError    429  sent, and then cancelled or rejected
│   └── TooMuchDeletedForGoodError 429
└── UnavailableError             503  something behind us does not answer
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class FieldError:
    """One field that was refused: `field` is a dotted path such as `images.0.size`."""

    location: Literal["body", "query", "path"]
    field: str
    message: str


# What RFC 9110 calls these since 2022; http.HTTPStatus does so from Python 3.13 on.
_NEW_PHRASES = {413: "Content Too Large", 422: "Unprocessable Content"}


class AppError(Exception):
    """The root: each subclass has a status, a stable code and a sentence that says what to do."""

    status: int = 500
    code: str = "internal_error"
    detail: str = "Something went wrong on our side. Nothing was changed; try again."

    def __init__(self, detail: str | None = None, *, errors: tuple[FieldError, ...] = ()) -> None:
        super().__init__(detail or self.detail)
        self.explanation = detail or self.detail
        self.errors = errors

    @property
    def title(self) -> str:
        """The status in words, as RFC 9457 wants it: the same for every error of a kind."""
        return _NEW_PHRASES.get(self.status) or HTTPStatus(self.status).phrase


class BadRequestError(AppError):
    status = 400
    code = "bad_request"
    detail = "The request could not be understood."


class InvalidCursorError(BadRequestError):
    code = "invalid_cursor"
    detail = "This cursor was not made by this API. Start again without one."


class NotSignedInError(AppError):
    status = 401
    code = "not_signed_in"
    detail = "Sign in to go on."


class CrossSiteError(AppError):
    status = 403
    code = "cross_site"
    detail = "Changes are accepted from the site's own pages only (send its Origin header)."


class ScopeTooSmallError(AppError):
    status = 403
    code = "scope_too_small"
    detail = "This access token may only read. Make one that may write."


class MailboxLockedError(AppError):
    status = 403
    code = "mailbox_locked"
    detail = "Open the mailbox by the address that ./scripts/start printed when it started."


class ShareLinksForbiddenError(AppError):
    status = 403
    code = "share_links_forbidden"
    detail = "The administrator has disabled share links."


class NotContributorError(AppError):
    status = 403
    code = "not_a_contributor"
    detail = "You may look at this album, and not add to it. Ask its owner."


class NotFoundError(AppError):
    status = 404
    code = "not_found"
    detail = "There is nothing here."


class ShareClosedError(AppError):
    status = 404
    code = "share_closed"
    detail = (
        "This link is not available. It may have expired or been ended, or the password is wrong."
    )


class ConflictError(AppError):
    status = 409
    code = "conflict"


class TooManySavedSearchesError(ConflictError):
    code = "too_many_saved_searches"
    detail = "You have 200 saved searches, as many as you may. Delete one that you do not need."


class TooManySharesError(ConflictError):
    code = "too_many_shares"
    detail = "You have as many share links as you may. End one first."


class TooManyInSharesError(ConflictError):
    code = "too_many_in_shares"
    detail = (
        "Your links to selections hold as many pictures as they may. End one first, or share an"
        " album."
    )


class TooManyToShareError(ConflictError):
    code = "too_many_to_share"
    detail = (
        "A link to a selection shows 10,000 pictures at most. Put them into an album, and share"
        " that."
    )


class BeingPreparedError(ConflictError):
    code = "being_prepared"
    detail = "This file is being prepared. Ask again in a few seconds."


class NotWithoutMetadataError(ConflictError):
    code = "not_without_metadata"
    detail = (
        "This picture cannot be saved. Its owner shares originals without metadata, and the"
        " metadata of this file cannot be removed."
    )


class TooManyInAlbumError(ConflictError):
    code = "too_many_in_album"
    detail = "This album is shared with as many people as it may be. Remove somebody first."


class TooManyInvitedError(ConflictError):
    code = "too_many_invited"
    detail = "Your albums are shared with as many people as they may be. Remove somebody first."


class TooManyJoinedError(ConflictError):
    code = "too_many_joined"
    detail = "You are in as many albums of others as you may be. Leave one first."


class TooManyPartnersError(ConflictError):
    code = "too_many_partners"
    detail = "Your library is shared with as many people as it may be. Remove somebody first."


class TooManyLibrariesError(ConflictError):
    code = "too_many_libraries"
    detail = "As many libraries are shared with you as may be. Leave one first."


class TooManyBlockedError(ConflictError):
    code = "too_many_blocked"
    detail = "You have blocked as many people as you may. Unblock somebody first."


class TooManyAddedError(ConflictError):
    code = "too_many_added"
    detail = (
        "Too many pictures. Limits: 2,000 per member and album, 20,000 per member in the albums of"
        " others, and 5,000 per album from all members. Nothing was added."
    )


class NotTransferableError(ConflictError):
    code = "not_transferable"
    detail = (
        "You can give an album only to a contributor who has added pictures. At most 2,000 of the"
        " pictures may be yours, the limits for people and pictures apply to both of you, and"
        " neither of you may have blocked the other. Nothing was changed."
    )


class NotDamagedError(ConflictError):
    code = "not_damaged"
    detail = "This picture is not damaged, or is being tried again already."


class NotInPartsError(ConflictError):
    code = "not_in_parts"
    detail = "No upload in parts is open for this picture. Ask for its place again."


class PartsMissingError(ConflictError):
    code = "parts_missing"

    def __init__(self, missing: list[int]) -> None:
        super().__init__(
            f"{len(missing)} part{'s' if len(missing) != 1 else ''} of this file"
            f" {'are' if len(missing) != 1 else 'is'} not there yet. Ask for the place again, and"
            " send what is missing."
        )
        self.missing = missing


class ChangesForgottenError(AppError):
    status = 410
    code = "changes_forgotten"
    detail = (
        "These changes are no longer available. Repeat the request without changed_since, and"
        " delete the images that are not returned."
    )


class PreconditionFailedError(AppError):
    status = 412
    code = "precondition_failed"
    detail = "It was changed in the meantime. Read it again, then decide again."


class TooLargeError(AppError):
    status = 413
    code = "content_too_large"
    detail = "The body is larger than the API reads. Files go to the addresses of their uploads."


class CompressedError(AppError):
    status = 415
    code = "compressed"
    detail = "Send the body as it is, without a Content-Encoding."


class NotJsonError(AppError):
    status = 415
    code = "not_json"
    detail = "Send JSON, with the header Content-Type: application/json."


class ValidationFailedError(AppError):
    status = 422
    code = "validation_failed"
    detail = "Some fields are not right; see errors."


class TooManyRequestsError(AppError):
    status = 429
    code = "too_many_requests"

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(f"Too many attempts. Wait {_in_words(retry_after)}, then try again.")
        self.retry_after = retry_after


class TooManyAtOnceError(TooManyRequestsError):
    code = "too_many_at_once"
    detail = "Too many requests at the same time. Try again shortly."

    def __init__(self, *, retry_after: int = 1) -> None:
        AppError.__init__(self)
        self.retry_after = retry_after


class TooManyUploadsError(TooManyRequestsError):
    code = "too_many_uploads"
    detail = (
        "Too many uploads were begun and not finished, or were cancelled or rejected. Finish some,"
        " or come back later: what was cancelled or rejected is forgotten after a day or two."
    )

    def __init__(self) -> None:
        AppError.__init__(self)
        self.retry_after = 60


class TooMuchDiscardedError(TooManyRequestsError):
    code = "too_much_discarded"

    def __init__(self, *, retry_after: int) -> None:
        AppError.__init__(
            self,
            "Too much was sent today that was cancelled, or that is no picture this site takes."
            f" What is in your library stays. Upload more in {_in_words(retry_after)}.",
        )
        self.retry_after = retry_after


class TooMuchDeletedForGoodError(TooManyRequestsError):
    code = "too_much_deleted_for_good"

    def __init__(self, *, retry_after: int) -> None:
        AppError.__init__(
            self,
            "Much that was uploaded lately was deleted for good already. Nothing was changed: this"
            " stays in Recently deleted, and goes by itself after 30 days. Delete more in"
            f" {_in_words(retry_after)}.",
        )
        self.retry_after = retry_after


def _in_words(seconds: int) -> str:
    if seconds < 2 * 60:
        return f"{seconds} second{'s' if seconds != 1 else ''}"
    return f"{-(-seconds // 60)} minutes"


class OutageError(Exception):
    """What all work stands on is missing: it says nothing of the work that met it.

    No answer of the API. See app/clients/outage.py.
    """

    is_operators = False  # whether it lasts until an operator mends something


class UnavailableError(AppError):
    status = 503
    code = "unavailable"
    detail = "A part of the service does not answer at the moment. Try again in a minute."


# What the framework refuses by itself keeps the name of its status.
_OF_STATUS = ("method_not_allowed", "misdirected_request")


def problem_codes() -> list[str]:
    """Return every code that an answer may have; all packages have been imported."""
    kinds, codes = [AppError], set(_OF_STATUS)
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        codes.add(kind.code)
    return sorted(codes)
