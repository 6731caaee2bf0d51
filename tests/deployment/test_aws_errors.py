"""What is said where AWS refuses a call that nothing can be done without."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import EndpointConnectionError, UnauthorizedSSOTokenError

from scripts.deployment.aws_errors import told_plainly
from scripts.deployment.deploy import Deployment
from scripts.deployment.destroy import destroy
from scripts.embedded.errors import StartError
from scripts.embedded.progress import Progress
from tests.deployment.conftest import NUMBER, Aws

if TYPE_CHECKING:
    from collections.abc import Callable

DENIED = (
    f"User: arn:aws:iam::{NUMBER}:user/operator is not authorized to perform: "
    "cloudformation:DescribeStacks on resource: arn:aws:cloudformation:eu-central-1:"
    f"{NUMBER}:stack/Pinhole/* because no identity-based policy allows the action"
)


def deploy(aws: Aws) -> None:
    Deployment(aws.account, [], asks=False, progress=Progress(io.StringIO())).run(only_looks=True)


def take_away(aws: Aws) -> None:
    destroy(aws.account, asks=False, say=lambda _: None)


@pytest.mark.parametrize("program", [deploy, take_away])
@pytest.mark.parametrize(
    ("code", "words", "said"),
    [
        ("AccessDenied", DENIED, "lack cloudformation:DescribeStacks (AccessDenied)"),
        ("AccessDenied", "Access Denied", "lack the right to call DescribeStacks (AccessDenied)"),
        ("ExpiredToken", "The security token included in the request is expired", "aws sso login"),
        ("Throttling", "Rate exceeded", "AWS does not do what it was asked: "),
    ],
)
def test_refused_call_is_told_in_a_sentence(
    aws: Aws, program: Callable[[Aws], None], code: str, words: str, said: str
) -> None:
    aws.session.stub("cloudformation").add_client_error("describe_stacks", code, words)
    with pytest.raises(StartError) as caught, told_plainly():
        program(aws)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UnauthorizedSSOTokenError(), "Sign in anew"),
        (EndpointConnectionError(endpoint_url="https://x"), "Could not connect"),
    ],
)
def test_way_to_aws_that_fails_is_told_in_a_sentence(error: Exception, said: str) -> None:
    with pytest.raises(StartError, match=said), told_plainly():
        raise error


@pytest.mark.parametrize("error", [StartError("as it is"), KeyError("a mistake of ours")])
def test_other_errors_stay_what_they_are(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, told_plainly():
        raise error
    assert caught.value is error
