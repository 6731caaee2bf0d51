"""Account, region and profile: one answer, whatever a shell says, and nothing else is handed on."""

from __future__ import annotations

from pathlib import Path

import pytest
from moto import mock_aws

from scripts.deployment.aws_account import AwsAccount
from scripts.deployment.whereto import Whereto, settled
from scripts.embedded.errors import StartError

KEYS = {"AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "secret"}
VARIABLES = (
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A shell in which only a profile `club` is known, of Frankfurt."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "config").write_text("[profile club]\nregion = eu-central-1\n")
    (tmp_path / "credentials").write_text(
        "[club]\naws_access_key_id = AKIACLUB\naws_secret_access_key = secret\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    return monkeypatch


def resolved(shell: pytest.MonkeyPatch, variables: dict[str, str]) -> tuple[AwsAccount, list[str]]:
    for name, value in variables.items():
        shell.setenv(name, value)
    said: list[str] = []
    with mock_aws(config={"core": {"mock_credentials": False}}):  # no keys of its own
        return AwsAccount.of_this_shell(say=said.append), said


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_region_of_either_variable_alone_reaches_boto3_and_the_cdk(
    shell: pytest.MonkeyPatch, name: str
) -> None:
    account, said = resolved(shell, {**KEYS, name: "ca-central-1"})
    assert account.region == "ca-central-1"
    assert account.session.client("ssm").meta.region_name == "ca-central-1"
    for each in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        assert account.environment[each] == "ca-central-1"
    assert said[0].startswith("  Account 123456789012, region ca-central-1, as arn:aws:")


def test_region_of_a_profile_is_used_where_no_variable_says_one(shell: pytest.MonkeyPatch) -> None:
    account, said = resolved(shell, {"AWS_PROFILE": "club"})
    assert account.region == "eu-central-1"
    assert account.environment["AWS_REGION"] == "eu-central-1"
    assert account.environment["AWS_PROFILE"] == "club"
    assert "AWS_ACCESS_KEY_ID" not in account.environment
    assert ", profile club, as " in said[0]


def test_region_of_a_variable_beats_that_of_the_profile(shell: pytest.MonkeyPatch) -> None:
    account, _ = resolved(shell, {"AWS_PROFILE": "club", "AWS_REGION": "us-west-2"})
    assert account.region == "us-west-2"
    assert account.environment["AWS_DEFAULT_REGION"] == "us-west-2"


def test_two_regions_that_differ_are_told_and_the_first_counts(shell: pytest.MonkeyPatch) -> None:
    account, said = resolved(
        shell, {**KEYS, "AWS_REGION": "us-west-2", "AWS_DEFAULT_REGION": "us-east-1"}
    )
    assert account.region == "us-west-2"
    assert account.environment["AWS_DEFAULT_REGION"] == "us-west-2"
    assert any("AWS_REGION says us-west-2" in line for line in said)


def test_keys_beside_a_profile_count_and_the_cdk_is_not_told_of_the_profile(
    shell: pytest.MonkeyPatch,
) -> None:
    account, said = resolved(shell, {**KEYS, "AWS_PROFILE": "club", "AWS_REGION": "us-east-1"})
    assert account.session.get_credentials().access_key == "AKIATEST"
    assert "AWS_PROFILE" not in account.environment
    assert account.environment["AWS_ACCESS_KEY_ID"] == "AKIATEST"
    assert any("the keys count" in line for line in said)


def test_no_region_is_asked_for_and_the_advice_works(shell: pytest.MonkeyPatch) -> None:
    with pytest.raises(StartError, match="export AWS_REGION=us-east-1"):
        resolved(shell, KEYS)
    assert resolved(shell, {"AWS_REGION": "us-east-1"} | KEYS)[0].region == "us-east-1"


def test_no_credentials_are_asked_for(shell: pytest.MonkeyPatch) -> None:
    shell.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(StartError, match="There are no AWS credentials here"):
        resolved(shell, {"AWS_REGION": "us-east-1"})


def test_what_is_handed_on_keeps_everything_else() -> None:
    environment = {"PATH": "/bin", "AWS_DEFAULT_PROFILE": "x", "AWS_ENDPOINT_URL": "http://here"}
    assert settled(environment, region="r-1", profile="club", has_keys=False) == {
        "PATH": "/bin",
        "AWS_ENDPOINT_URL": "http://here",
        "AWS_REGION": "r-1",
        "AWS_DEFAULT_REGION": "r-1",
        "AWS_PROFILE": "club",
    }
    assert Whereto.of({}).notes == ()
