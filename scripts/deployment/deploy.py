"""One command for a newcomer's deployment: look, build, prepare the account, ask, deploy, wait."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from scripts.deployment import beside
from scripts.deployment.aws_account import AwsAccount
from scripts.deployment.aws_errors import told_plainly
from scripts.deployment.build import (
    BUILD,
    VENV_DEPLOY,
    Builder,
    ToolsInstaller,
    read_architecture,
)
from scripts.deployment.keeping import taken_back
from scripts.deployment.preflight.budget import REFUSED_BUDGETS
from scripts.deployment.preflight.finding import Wanted
from scripts.deployment.preflight.ipv6 import has_ipv6
from scripts.deployment.preflight.looks import examine
from scripts.deployment.preflight.report import table
from scripts.deployment.preflight.rights import BOOTSTRAP_NEEDED
from scripts.deployment.removal import remove
from scripts.deployment.rotation import rotate
from scripts.deployment.setup_link import show_setup_link
from scripts.deployment.stack import STACK
from scripts.embedded.errors import StartError
from scripts.embedded.install import ROOT, stop_on_signals
from scripts.embedded.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from scripts.deployment.stack import Stack

# us-east-1, November 2026, with nobody using it; docs/operations.md says what each part costs,
# and tests/infrastructure/test_documents.py holds these to the templates.
_COSTS = {
    "small": "about 32 USD a month",
    "production": "about 210 USD a month",
    "large": "about 1,679 USD a month",
}
_SECRETS = (
    "openai_api_key",
    "openai_base_url",
    "openai_model",
    "openai_prices",
    "openai_batch",
    "openai_budget_usd",
    "openai_person_budget_usd",
    "google_client_id",
    "google_client_secret",
)
# OpenID providers other than Google: oidc_providers, oidc_NAME_client_id and so on.
_OF_PROVIDERS = re.compile(r"oidc_[a-z0-9_]{1,60}")
_CONTEXT = re.compile(r"-(?:c|-context)=?(.+)")
_HEALTH_SECONDS = 300
_INTERRUPTED = 130
_WILL = {
    "new": "Pinhole is deployed for the first time.",
    "ready": "Pinhole is brought up to date.",
    "failed": "The first deployment failed ({status}): nobody has used it. What is left of it is "
    "deleted, and Pinhole is deployed anew.",
    "half_gone": "A deletion stopped half-way ({status}). It is carried on, with pictures, "
    "database and session key kept; then Pinhole is deployed anew.",
    "stuck": "An update failed, and so did going back ({status}). Going back is tried again, then "
    "Pinhole is brought up to date.",
    "half_updated": "An update failed and was not taken back ({status}). It is taken back, then "
    "Pinhole is brought up to date.",
}
# What AWS says when it refuses, and what helps; looked for in this order.
_HELP = {
    "must be verified": "AWS has not verified this account for CloudFront yet: write to AWS "
    "Support (Account and billing, free), with that sentence.",
    "maximum number of addresses": "Elastic addresses are used up: give one back, or ask for more "
    "(Service Quotas, Amazon EC2, L-0263D0A3).",
    "vCPU limit": "This account may run no such instance yet: ask for more (Service Quotas, "
    "Amazon EC2, L-1216C47A), or deploy with -c egress=ipv6, which needs none.",
    "FreeTierRestriction": 'The account is on a free plan, which refuses this: Billing, "Upgrade '
    'plan".',
    "not eligible for Free Tier": "The account is on a free plan, which refuses this: Billing, "
    '"Upgrade plan".',
    REFUSED_BUDGETS: "The payer of this account's organization has not let it have budgets: deploy "
    'with -c budget=none, or see docs/operations.md, "Budgets".',
    "concurrent modification": "API Gateway was asked for two changes of one API at once: nothing "
    "is wrong.",
    "Too Many Requests": "AWS took more calls than it allows at once: wait a minute.",
    "ComputeMigrateFirst": "The migration failed: the function Migrate's log says why.",
    "already exists": "Something of that name is left from elsewhere: delete or rename it.",
}


def main(words: Sequence[str], *, explanation: str) -> int:
    """Deploy, look only, set a secret, or rotate one."""
    if {"-h", "--help"} & set(words):
        sys.stdout.write(explanation)
        return 0
    stop_on_signals()
    progress = Progress()
    try:
        ToolsInstaller(requirements=[], progress=progress).run()
        become_deployment_python()
        with told_plainly():
            _do(words, progress=progress)
    except StartError as error:
        progress.say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        progress.say("\nStopped. What the CDK had begun goes on in your account: run this again.")
        return _INTERRUPTED
    return 0


def _do(words: Sequence[str], *, progress: Progress) -> None:
    account = AwsAccount.of_this_shell(say=progress.say)
    if words[:1] == ["secret"]:
        _set_secret(account, words[1:], say=progress.say)
    elif words[:1] == ["rotate"]:
        rotate(account, words[1:], say=progress.say)
    else:
        Deployment(
            account,
            [word for word in words if word not in {"--yes", "--check"}],
            asks="--yes" not in words,
            progress=progress,
        ).run(only_looks="--check" in words)


def become_deployment_python() -> None:
    """Let boto3 be found, which the deployment's tools bring."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    sys.path.append(str(VENV_DEPLOY / "lib" / version / "site-packages"))


class Deployment:
    """One run of ./scripts/deploy."""

    def __init__(
        self, account: AwsAccount, words: list[str], *, asks: bool, progress: Progress
    ) -> None:
        """Deploy with these words (`-c name=value` and what else the CDK takes)."""
        self._account = account
        self._stacks = account.stacks()
        self._words = words
        self._context = read_context(words)
        self._asks = asks
        self._progress = progress
        self._say = progress.say

    def run(self, *, only_looks: bool) -> None:
        """Look, and unless that is all, deploy.

        Raises:
            StartError: something is in the way, was not agreed to, or failed.
        """
        stack = self._stacks.look()
        if stack.kind == "busy" and not only_looks:
            self._say(f"  Somebody is changing the stack ({stack.status}). Waiting ...")
            stack = self._stacks.wait(stack, say=self._say)
        given = self._look(stack)
        if only_looks:
            return
        self._say(f"\n  {_WILL[stack.kind].format(status=stack.status)}\n")
        Builder(architecture=read_architecture(), progress=self._progress).run()
        self._prepare_account()
        is_first = stack.kind in {"new", "failed", "half_gone"}
        words = [*self._words, *(word for pair in given.items() for word in _said(*pair))]
        size = self._context.get("size") or "small"
        self._say(f"\n  What will change (size {size}, {_COSTS.get(size, 'unknown costs')}):\n")
        before = _said("first", "true") if is_first else ()
        made = self._synthesize("first" if is_first else "whole", *words, *before)
        self._cdk("diff", STACK, "-a", made)
        self._agree("  Deploy this?")
        self._make_ready(stack)
        if is_first:
            # See [Note: Taken back] in infrastructure/kept.py.
            imports = ["--import-existing-resources"] if "bucket" in given else []
            self._deploy(made, *imports)
            self._say("\n  It stands. Now it is protected from deletion ...\n")
            made = self._synthesize("whole", *words)
        self._deploy(made)
        self._refuse_replacements()
        self._end_what_is_left_out(stack)
        self._finish()

    def _look(self, stack: Stack) -> dict[str, str]:
        """Show what is known before anything is changed; return what the stack is given by it."""
        outputs = stack.outputs if stack.kind in {"ready", "stuck", "half_updated"} else {}
        given = taken_back(self._account, self._context, outputs)
        wanted = Wanted(context=self._context | given, stack=stack, resolves=has_ipv6)
        findings = examine(self._account, wanted)
        plain = "utf" not in (sys.stdout.encoding or "").lower()
        self._say("\n  Looked at, and changed nothing:\n")
        for line in table(findings, plain=plain):
            self._say(line)
        if bad := [each.name for each in findings if each.verdict == "bad"]:
            raise StartError(f"In the way: {', '.join(bad)}. Nothing was changed.")
        for each in findings:
            given |= {
                name: value for name, value in each.scale.items() if name not in self._context
            }
        return given

    def _prepare_account(self) -> None:
        if self._account.bootstrap_version() >= BOOTSTRAP_NEEDED:
            return
        self._say(
            "  The CDK has not been used in this account and region: it needs a bucket, and roles."
        )
        self._agree("  Make them now (cdk bootstrap)?")
        self._cdk("bootstrap", f"aws://{self._account.number}/{self._account.region}")

    def _make_ready(self, stack: Stack) -> None:
        """Bring the stack from whatever state into one that the CDK deploys to."""
        if stack.kind in {"failed", "half_gone"} or stack.is_shell:
            self._say("  Deleting what is left ...")
            removed = remove(self._account, stack, may_leave=lambda _: False, say=self._say)
            if removed.snapshot:
                self._say(f"  The database's last snapshot is kept: {removed.snapshot}")
        elif stack.kind in {"stuck", "half_updated"}:
            self._say("  Taking the failed update back ...")
            stack = self._stacks.go_back(stack, say=self._say)
            if stack.kind != "ready":
                self._explain(stack)

    def _synthesize(self, name: str, *words: str) -> str:
        """Synthesize once for all that is done with it; return the assembly's folder."""
        made = BUILD / "cdk.out" / name
        shutil.rmtree(made, ignore_errors=True)
        self._cdk("synth", STACK, "--quiet", "-o", str(made), *words)
        return str(made)

    def _deploy(self, made: str, *words: str) -> None:
        try:
            self._cdk("deploy", STACK, "-a", made, "--require-approval", "never", *words)
        except StartError:
            beside.protect_second_copy(self._account, self._context)
            self._explain(self._stacks.look())
        beside.protect_second_copy(self._account, self._context)

    def _explain(self, stack: Stack) -> None:
        """Say why it failed, what helps, and that running this again is all right."""
        lines = ["The deployment did not succeed."]
        causes = self._stacks.failures(stack.stack_id) if stack.stack_id else []
        if causes:
            lines += ["", "Why, in AWS's words:", *(f"  {cause}" for cause in causes[:3])]
        if others := beside.unfinished(self._account, self._context):
            lines += ["", *others]
            causes += others
        helps = (help_ for said, help_ in _HELP.items() if any(said in each for each in causes))
        if help_ := next(helps, None):
            lines += ["", help_]
        lines += ["", f"The stack is {stack.status or 'not there'}. Run ./scripts/deploy again: it"]
        lines += [" ".join(["takes up from there.", _AGAIN.get(stack.kind, "")]).strip()]
        raise StartError("\n".join(lines))

    def _end_what_is_left_out(self, before: Stack) -> None:
        if not self._context.get("rate"):
            beside.end_firewall(self._account, say=self._say)
        if not self._context.get("replica"):
            beside.tell_of_replica(self._account, before.outputs, say=self._say)

    def _refuse_replacements(self) -> None:
        kinds = {"AWS::S3::Bucket": "PicturesBucket", "AWS::RDS::DBInstance": "DatabaseInstance"}
        names = [
            each.name
            for each in self._stacks.resources()
            if each.kind in kinds and each.name.startswith(kinds[each.kind])
        ]
        self._stacks.refuse_replacements(names)

    def _finish(self) -> None:
        outputs = self._account.outputs()
        self._say("\n  Waiting until it answers ...")
        wait_for_health(outputs["Health"])
        self._say(f"\n  Pinhole is at {outputs['Address']}\n")
        show_setup_link(self._account, outputs, say=self._say)
        if not self._account.alarm_addresses():
            self._say("  Nobody is told of trouble: add -c alarms=you@example.com.\n")
        if not self._context.get("mail"):
            self._say(
                "  It sends no mail, so nobody can reset a password: add "
                "-c mail=pinhole@example.com.\n"
            )

    def _agree(self, question: str) -> None:
        if self._asks and input(f"{question} [y/N] ").strip().lower() not in {"y", "yes"}:
            raise StartError("Nothing was changed.")

    def _cdk(self, *words: str) -> None:
        run_cdk(*words, environment=self._account.environment)


_AGAIN = {
    "failed": "What is left of this one is deleted then; nobody has used it.",
    "ready": "The version before serves meanwhile.",
}


def read_context(words: Sequence[str]) -> dict[str, str]:
    """Return what `-c name=value` and `--context name=value` say, as the CDK reads them."""
    found: dict[str, str] = {}
    waiting = iter(words)
    for word in waiting:
        if word in {"-c", "--context"}:
            pair = next(waiting, "")
        elif match := _CONTEXT.fullmatch(word):
            pair = match[1]
        else:
            continue
        name, _, value = pair.partition("=")
        found[name] = value
    return found


def _said(name: str, value: str) -> tuple[str, str]:
    return "-c", f"{name}={value}"


def _set_secret(account: AwsAccount, names: Sequence[str], *, say: Callable[[str], None]) -> None:
    if len(names) != 1 or not (names[0] in _SECRETS or _OF_PROVIDERS.fullmatch(names[0])):
        raise StartError(f"./scripts/deploy secret takes one of: {', '.join(_SECRETS)}, oidc_…")
    if sys.stdin.isatty():
        value = getpass.getpass(f"  {names[0]} (empty to remove it): ")
    else:
        value = sys.stdin.readline()
    account.change_secret(account.outputs()["KeysSecret"], {names[0]: value.strip()})
    account.restart()
    say(f"  {names[0]} is set; functions that start from now on use it.")


def run_cdk(*words: str, environment: Mapping[str, str]) -> None:
    """Run the CDK; what it asks and how it goes is the person's to see.

    `environment` is of the person's shell. Its PATH is not taken: since the build our own Node.js
    may come first on this process's, where the machine has none or an old one.

    Raises:
        StartError: it did not succeed.
    """
    done = subprocess.run(
        [ROOT / "node_modules/.bin/cdk", *words],
        check=False,
        cwd=ROOT,
        env={**environment, "PATH": os.environ.get("PATH", os.defpath)},
    )
    if done.returncode:
        raise StartError(f"cdk {words[0]} did not succeed; its words are above.")


def wait_for_health(address: str) -> None:
    """Wait for the whole way: name, CloudFront, HTTP API, function, database."""
    deadline = time.monotonic() + _HEALTH_SECONDS
    last = "no answer"
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - ours
                if answer.status == 200:  # noqa: PLR2004 - OK
                    return
        except (urllib.error.URLError, OSError) as error:
            last = str(error)
        time.sleep(3)
    raise StartError(
        f"{address} does not answer after {_HEALTH_SECONDS} s ({last}). A new domain may take an "
        "hour; docs/operations.md says where to look."
    )
