"""AWS's refusals, told as one sentence that says what to do; botocore is at hand by then only."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from scripts.embedded.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Iterator

# Its words are: User: ARN is not authorized to perform: cloudformation:DescribeStacks on ...
_RIGHT = re.compile(r"not authorized to perform: ([\w-]+:\w+)")
_DENIED = ("AccessDenied", "Unauthorized", "AuthorizationError")
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_SIGN_IN = "Sign in anew (`aws sso login`), then run this again."


def is_of_aws(error: Exception) -> bool:
    """Tell whether AWS, or the way to it, refused; anything else is a mistake of ours."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - only now at hand

    return isinstance(error, BotoCoreError | ClientError)


def code_of(error: Exception) -> str:
    """Return AWS's code of an error, or what kind of error it is."""
    answer = getattr(error, "response", {})
    return str(answer.get("Error", {}).get("Code") or type(error).__name__)


def is_denied(error: Exception) -> bool:
    """Tell whether the caller lacks a right."""
    return code_of(error).startswith(_DENIED)


@contextmanager
def told_plainly() -> Iterator[None]:
    """Let what AWS refuses end this with a sentence and not with a traceback.

    Raises:
        StartError: AWS refused; the message names the right that is missing.
    """
    try:
        yield
    except StartError:
        raise
    except Exception as error:
        if not is_of_aws(error):
            raise
        raise StartError(_sentence(error)) from error


def _sentence(error: Exception) -> str:
    if code_of(error) in _EXPIRED or "SSO" in type(error).__name__ or "Token" in code_of(error):
        return f"AWS does not take this session any more ({code_of(error)}). {_SIGN_IN}"
    if is_denied(error):
        found = _RIGHT.search(str(error))
        right = found[1] if found else f"the right to call {getattr(error, 'operation_name', 'it')}"
        return (
            f"These credentials lack {right} ({code_of(error)}). Use some with "
            "AdministratorAccess, or have the right added; then run this again: it takes up from "
            "there."
        )
    return f"AWS does not do what it was asked: {error}"
