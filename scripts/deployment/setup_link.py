"""The link by which the first account is made, shown after the first deployment that succeeds.

That need not be the run in which the stack was made: what comes after may fail, or be stopped. So
the secret that holds the code is tagged once the link was shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scripts.deployment.keeping import OUTPUTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scripts.deployment.aws_account import AwsAccount

TAG = "pinhole:setup-link"


def show_setup_link(
    account: AwsAccount, outputs: Mapping[str, str], *, say: Callable[[str], None]
) -> None:
    """Show the link, unless it was shown before or the library had its accounts already."""
    if outputs.get(OUTPUTS["bucket"]):
        return
    secret = outputs["KeysSecret"]
    client = account.session.client("secretsmanager")
    if any(each["Key"] == TAG for each in client.describe_secret(SecretId=secret).get("Tags", [])):
        return
    code = account.read_secret(secret).get("setup_code")
    if code:
        say(
            "  Make the first account, which administers the site, by this link (it is shown "
            f"once):\n\n    {outputs['Address']}/setup#{code}\n"
        )
        client.tag_resource(SecretId=secret, Tags=[{"Key": TAG, "Value": "shown"}])
