"""What can go wrong on purpose, and how it is told (problem+json, RFC 9457).

AppError
├── BadRequestError              400  the request could not be read
│   └── InvalidCursorError       400
├── NotSignedInError             401
├── WrongCredentialsError        401
├── CrossSiteError               403
├── NotFoundError                404  absent, or somebody else's: the same answer
├── ConflictError                409
│   ├── EmailTakenError
│   ├── DescriptionsUnavailableError
│   ├── DescriptionsOffError
│   ├── DescribedByPersonError
│   └── NotReadyError
├── NotJsonError                 415
├── ValidationFailedError        422
│   └── WeakPasswordError        422
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
        return HTTPStatus(self.status).phrase


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


class WrongCredentialsError(AppError):
    status = 401
    code = "wrong_credentials"
    detail = "E-mail address or password is wrong."


class CrossSiteError(AppError):
    status = 403
    code = "cross_site"
    detail = "Changes are accepted from the site's own pages only (send its Origin header)."


class NotFoundError(AppError):
    status = 404
    code = "not_found"
    detail = "There is nothing here."


class ConflictError(AppError):
    status = 409
    code = "conflict"


class EmailTakenError(ConflictError):
    code = "email_taken"
    detail = "There is an account with this e-mail address. Sign in instead."


class DescriptionsUnavailableError(ConflictError):
    code = "descriptions_unavailable"
    detail = "The operator of this site has not switched AI descriptions on."


class DescriptionsOffError(ConflictError):
    code = "descriptions_off"
    detail = "AI descriptions are off for your account. Turn them on in the settings first."


class DescribedByPersonError(ConflictError):
    code = "described_by_person"
    detail = "You wrote this description yourself; a model will not overwrite it."


class NotReadyError(ConflictError):
    code = "not_ready"
    detail = "This picture has no preview that could be described."


class NotJsonError(AppError):
    status = 415
    code = "not_json"
    detail = "Send JSON, with the header Content-Type: application/json."


class ValidationFailedError(AppError):
    status = 422
    code = "validation_failed"
    detail = "Some fields are not right; see errors."


class WeakPasswordError(ValidationFailedError):
    code = "weak_password"


class UnavailableError(AppError):
    status = 503
    code = "unavailable"
    detail = "A part of the service does not answer at the moment. Try again in a minute."
