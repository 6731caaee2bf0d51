"""Whether SES sends mails from the address that is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scripts.deployment.preflight.finding import Finding

if TYPE_CHECKING:
    from scripts.deployment.aws_account import AwsAccount
    from scripts.deployment.preflight.finding import Wanted


def look_at_mail(account: AwsAccount, wanted: Wanted) -> Finding:
    """Look whether SES may send from the address of `-c mail=`."""
    sender = wanted.context.get("mail")
    if not sender:
        return Finding(
            name="Mail",
            verdict="note",
            words="none is sent, so nobody can reset a password",
            advice='-c mail=pinhole@example.com; docs/operations.md, "Mail".',
        )
    client = account.session.client("sesv2")
    identity = _identity(client, sender)
    if not identity:
        return Finding(
            name="Mail",
            verdict="bad",
            words=f"SES in {account.region} knows neither {sender} nor its domain as verified",
            advice=f"aws sesv2 create-email-identity --email-identity {sender.partition('@')[2]}",
        )
    state = client.get_account()
    if not state.get("SendingEnabled", True):
        return Finding(
            name="Mail",
            verdict="bad",
            words="SES has paused sending for this account",
            advice='SES console, "Account dashboard", says why.',
        )
    if not state.get("ProductionAccessEnabled"):
        return Finding(
            name="Mail",
            verdict="note",
            words=f"from {identity}, in SES's sandbox: only to identities of yours, 200 a day",
            advice='SES console, "Get set up": ask for production access.',
        )
    return Finding(name="Mail", verdict="good", words=f"from {identity}")


def _identity(client: Any, sender: str) -> str:  # noqa: ANN401 - boto3's
    """Return the verified identity that mails may come from: the address, or a domain above it."""
    labels = sender.partition("@")[2].split(".")
    domains = [".".join(labels[at:]) for at in range(len(labels) - 1)]
    for name in (sender, *domains):
        try:
            if client.get_email_identity(EmailIdentity=name).get("VerifiedForSendingStatus"):
                return name
        except client.exceptions.NotFoundException:
            continue
    return ""
