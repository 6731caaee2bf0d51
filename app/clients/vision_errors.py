"""Why no description came: errors of the model, of its host, and of the way there."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import openai


@dataclass(frozen=True, kw_only=True)
class Usage:
    """How many tokens the host counted. Those written to its cache are among the input's."""

    input_tokens: int
    output_tokens: int
    cache_write_tokens: int = 0


VisionErrorCode = Literal[
    "rate_limited",
    "quota_exceeded",
    "unreachable",
    "refused",
    "unusable_answer",
    "bad_key",
    "picture_not_accepted",
    "misconfigured",
]


# No answer about the picture came, and the next one would fare no better.
AWAY: frozenset[VisionErrorCode] = frozenset(
    {"unreachable", "rate_limited", "quota_exceeded", "bad_key"}
)
OPERATORS: frozenset[VisionErrorCode] = frozenset({"quota_exceeded", "bad_key"})  # theirs to mend


class VisionError(Exception):
    """No description, and why.

    retry_after is in seconds, where the model's host said so. has_stalled: the host took the
    question and said nothing for a minute, or did not come to an end, which may have cost as much
    as an answer. usage: what the host counted, where it said so. is_unbilled: it never had the
    question, or refused it as such. Not where it failed: a gateway in front may say so of an answer
    that was made.
    """

    def __init__(
        self,
        code: VisionErrorCode,
        *,
        retryable: bool = False,
        retry_after: float | None = None,
        has_stalled: bool = False,
        is_unbilled: bool = False,
    ) -> None:
        """Keep what the caller decides by."""
        super().__init__(code)
        self.usage: Usage | None = None
        self.is_unbilled = is_unbilled
        self.code: VisionErrorCode = code
        self.retryable = retryable
        self.has_stalled = has_stalled
        self.retry_after = retry_after


# Error codes, in the API's own words (openai.types.responses.ResponseError and the error guide).
_NO_MONEY = frozenset({"insufficient_quota", "billing_hard_limit_reached", "billing_not_active"})
_POLICY = frozenset(
    {"invalid_prompt", "bio_policy", "misalignment_policy_violation", "content_policy_violation"}
    | {"image_content_policy_violation", "content_filter", "moderation_blocked"}
)
_BUSY = frozenset({"rate_limit_exceeded", "server_error", "server_overloaded", "slow_down"})


_NOT_SENT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout"})


def translated(error: "openai.OpenAIError") -> VisionError:
    """Translate errors of openai."""
    import openai  # noqa: PLC0415 - see above

    match error:
        case openai.APIConnectionError():
            # Of openai's HTTP client, which it may change: an error of connecting has another name.
            cause = type(error.__cause__).__name__
            return VisionError(
                "unreachable",
                retryable=True,
                has_stalled=cause == "ReadTimeout",
                is_unbilled=cause in _NOT_SENT,
            )
        case openai.APIResponseValidationError():
            return VisionError("unusable_answer", retryable=True)
        case openai.APIStatusError():
            told = _translated_status(error)
            told.is_unbilled = error.status_code < _SERVER_ERROR
            return told
        case openai.APIError():
            return translated_code(error.code)
        case _:
            return VisionError("misconfigured")


_BY_STATUS: dict[int, VisionErrorCode] = {
    401: "bad_key",
    402: "quota_exceeded",
    403: "bad_key",
    404: "misconfigured",  # no such model, or the address is not of this API
    413: "picture_not_accepted",
    415: "picture_not_accepted",
}
_TOO_MANY_REQUESTS, _SERVER_ERROR = 429, 500
_TRY_AGAIN = (408, 409, 425)


def _translated_status(error: "openai.APIStatusError") -> VisionError:
    status = error.status_code
    if {error.code, error.type} & _NO_MONEY:
        return VisionError("quota_exceeded")
    if status == _TOO_MANY_REQUESTS:
        return VisionError("rate_limited", retryable=True, retry_after=_retry_after(error))
    if status >= _SERVER_ERROR or status in _TRY_AGAIN:
        return VisionError("unreachable", retryable=True, retry_after=_retry_after(error))
    # Some hosts answer 403 to what a picture shows, others to a wrong key.
    if status in _BY_STATUS and error.code not in _POLICY:
        return VisionError(_BY_STATUS[status])
    return translated_code(error.code)


def translated_code(code: str | None) -> VisionError:
    """Translate an error of which only the code is known."""
    code = code or ""
    if code in _POLICY:
        return VisionError("refused")
    if code in _NO_MONEY:
        return VisionError("quota_exceeded")
    if code in _BUSY:
        return VisionError("unreachable", retryable=True)
    return VisionError("picture_not_accepted" if "image" in code else "misconfigured")


_LONGEST_WAIT = 3600.0


def _retry_after(error: "openai.APIStatusError") -> float | None:
    """Return the seconds that the host asks for; the other form of the header, a date, is rare."""
    try:
        seconds = float(error.response.headers.get("retry-after", ""))
    except ValueError:
        return None
    return min(seconds, _LONGEST_WAIT) if seconds >= 0 else None
