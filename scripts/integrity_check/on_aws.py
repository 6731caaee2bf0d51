"""Check the images of a deployment with the function Doctor, which alone reaches the database."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from scripts.deployment.aws_account import MAX_CALL_SECONDS, AwsAccount
from scripts.deployment.aws_errors import told_plainly
from scripts.embedded.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scripts.integrity_check.options import Options


def slices_on_aws(options: Options) -> Iterator[dict[str, Any]]:
    """Call the function, slice by slice.

    Raises:
        StartError: Pinhole is not there, or the function failed.
    """
    with told_plainly():
        account = AwsAccount.of_this_shell()
        name = account.outputs()["Doctor"]
    config = Config(read_timeout=MAX_CALL_SECONDS, retries={"total_max_attempts": 1})
    functions = account.session.client("lambda", config=config)
    request = options.request()
    while True:
        seen = _call(functions, name, request)
        yield seen
        if seen["after"] is None:
            return
        request["after"] = seen["after"]


def _call(functions: Any, name: str, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - boto3's
    try:
        answer = functions.invoke(FunctionName=name, Payload=json.dumps(request).encode())
    except (BotoCoreError, ClientError) as error:
        raise StartError(f"The function {name} cannot be called: {error}") from error
    said = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise StartError(f"The function {name} failed: {said.get('errorMessage', said)}")
    return dict(said)
