"""What the CDK runs: `npx cdk synth`, `npx cdk deploy`."""

from __future__ import annotations

import os
import sys

from aws_cdk import App

from infrastructure.nag import check_by_rules
from infrastructure.package import NotBuiltError, find_built
from infrastructure.settings import InvalidContextError, read_settings
from infrastructure.stack import PinholeStack, make_stacks_beside


def main() -> None:
    """Synthesize the stack, and those beside it."""
    app = App()
    try:
        settings = read_settings(
            app.node.try_get_context, region=os.environ.get("CDK_DEFAULT_REGION")
        )
        built = find_built()
    except (InvalidContextError, NotBuiltError) as error:
        sys.exit(str(error))
    beside = make_stacks_beside(app, settings)
    stack = PinholeStack(app, settings=settings, built=built, beside=beside)
    for each in beside.every:
        stack.add_stack_dependency(each, "See [Note: A stack beside it] in firewall.py.")
    check_by_rules(app, stack, beside)
    app.synth()


if __name__ == "__main__":
    main()
