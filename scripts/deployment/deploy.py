"""One command for a newcomer's deployment: look, build, prepare the account, ask, deploy, wait."""

from __future__ import annotations

import getpass
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

from scripts.deployment.aws_account import BOOTSTRAPPED_BY, STACK, AwsAccount
from scripts.deployment.build import VENV_DEPLOY, Builder, read_architecture
from scripts.deployment.rotation import rotate
from scripts.embedded.errors import StartError
from scripts.embedded.install import ROOT, stop_on_signals
from scripts.embedded.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# us-east-1, November 2026, with nobody using it; docs/operations.md says what each part costs.
_COSTS = {"small": "about 25 USD a month", "production": "about 207 USD a month"}
_SECRETS = ("openai_api_key", "openai_base_url", "google_client_id", "google_client_secret")
# OpenID providers other than Google: oidc_providers, oidc_NAME_client_id and so on.
_OF_PROVIDERS = re.compile(r"oidc_[a-z0-9_]{1,60}")
_HEALTH_SECONDS = 300
_INTERRUPTED = 130


def main(words: Sequence[str], *, explanation: str) -> int:
    """Deploy, set a secret, or rotate one."""
    if {"-h", "--help"} & set(words):
        sys.stdout.write(explanation)
        return 0
    stop_on_signals()
    progress = Progress()
    try:
        Builder(architecture=read_architecture(), progress=progress).run()
        become_deployment_python()
        account = AwsAccount.of_this_shell()
        progress.say(f"  Account {account.number}, region {account.region}")
        if words[:1] == ["secret"]:
            _set_secret(account, words[1:], say=progress.say)
        elif words[:1] == ["rotate"]:
            rotate(account, words[1:], say=progress.say)
        else:
            _deploy(account, [word for word in words if word != "--yes"],
                    asks="--yes" not in words, say=progress.say)  # fmt: skip
    except StartError as error:
        progress.say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        progress.say("\nStopped. What the CDK had begun goes on in your account: run this again.")
        return _INTERRUPTED
    return 0


def become_deployment_python() -> None:
    """Let boto3 be found, which the deployment's tools bring."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    sys.path.append(str(VENV_DEPLOY / "lib" / version / "site-packages"))


def _deploy(
    account: AwsAccount, words: list[str], *, asks: bool, say: Callable[[str], None]
) -> None:
    if account.bootstrap_version() < BOOTSTRAPPED_BY:
        say("  The CDK has not been used in this account and region: it needs a bucket, and roles.")
        _agree("  Make them now (cdk bootstrap)?", asks=asks)
        run_cdk("bootstrap", f"aws://{account.number}/{account.region}")
    size = next((word.partition("=")[2] for word in words if word.startswith("size=")), "small")
    say(f"\n  What will change (size {size}, {_COSTS.get(size, 'unknown costs')}):\n")
    run_cdk("diff", STACK, *words)
    _agree("  Deploy this?", asks=asks)
    run_cdk("deploy", STACK, "--require-approval", "never", *words)
    outputs = account.outputs()
    say("\n  Waiting until it answers ...")
    _wait_for_health(outputs["Health"])
    say(f"\n  Pinhole is at {outputs['Address']}\n")
    if not account.alarm_addresses():
        say("  Nobody is told of trouble: add -c alarms=you@example.com.\n")
    if not any(word.startswith("mail=") for word in words):
        say(
            "  It sends no mail, so nobody can reset a password: add -c mail=pinhole@example.com.\n"
        )


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


def _agree(question: str, *, asks: bool) -> None:
    if asks and input(f"{question} [y/N] ").strip().lower() not in {"y", "yes"}:
        raise StartError("Nothing was changed.")


def run_cdk(*words: str) -> None:
    """Run the CDK; what it asks and how it goes is the person's to see.

    Raises:
        StartError: it did not succeed.
    """
    done = subprocess.run(
        [ROOT / "node_modules/.bin/cdk", *words],
        check=False,
        cwd=ROOT,
    )
    if done.returncode:
        raise StartError(f"cdk {words[0]} did not succeed; its words are above.")


def _wait_for_health(address: str) -> None:
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
