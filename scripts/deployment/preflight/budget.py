"""Whether the account may have a budget: in an organization, its payer decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infrastructure.regions import WITHOUT_BUDGETS
from scripts.deployment.preflight.finding import CLOUDFRONT_REGION, Finding

if TYPE_CHECKING:
    from scripts.deployment.aws_account import AwsAccount
    from scripts.deployment.preflight.finding import Wanted


# Of "Account … is a linked account. To enable budgets for your account, ask the payer account to
# enable budgets first." It comes with AccessDeniedException, as a caller without the right does.
REFUSED_BUDGETS = "ask the payer account to enable budgets"


def look_at_budget(account: AwsAccount, wanted: Wanted) -> Finding | None:
    """Look whether AWS lets this account have budgets, unless the stack has its budget already."""
    if wanted.context.get("budget") == "none" or account.region in WITHOUT_BUDGETS:
        return None
    if not wanted.is_new and _has_budget(account):
        return None
    client = account.session.client("budgets", region_name=CLOUDFRONT_REGION)
    try:
        client.describe_budgets(AccountId=account.number, MaxResults=1)
    except client.exceptions.AccessDeniedException as error:
        if REFUSED_BUDGETS in str(error):
            return Finding(
                name="Budget",
                verdict="bad",
                words="the payer of this account's organization has not let it have budgets",
                advice="Deploy with -c budget=none, or have the payer switch them on\n"
                '(docs/operations.md, "Budgets"; it takes up to a day).',
            )
        return Finding(
            name="Budget",
            verdict="unknown",
            words="these credentials may not read budgets",
            advice="If the deployment stops at the budget: -c budget=none.",
        )
    return Finding(name="Budget", verdict="good", words="this account may have one")


def _has_budget(account: AwsAccount) -> bool:
    return any(each.kind == "AWS::Budgets::Budget" for each in account.stacks().resources())
