"""./scripts/deploy rotate, against an account: what is asked of AWS, and in which order.

What holds when it is interrupted: tests/infrastructure/test_rotation.py. That the old secrets are
refused afterwards: tests/emulated/test_operation.py.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from moto import mock_aws
from moto.moto_api import state_manager

from scripts.deployment.rotation import DOOR_HEADER, rotate
from scripts.embedded.errors import StartError
from tests.deployment.conftest import TEMPLATE, Aws

if TYPE_CHECKING:
    from collections.abc import Iterator

DATABASE = "pinhole-database"
FUNCTIONS = ("Api", "Worker", "Migrate")
FIRST = "the first one"
CHANGES = {
    "PutSecretValue",
    "ModifyDBInstance",
    "UpdateFunctionConfiguration",
    "UpdateDistribution",
    "Invoke",
}


@dataclass
class Deployed:
    """A stack as ./scripts/deploy leaves it, and what was asked of AWS since."""

    aws: Aws
    secrets: dict[str, str]
    distribution: str
    asked: list[str] = field(default_factory=list)
    passwords: list[str] = field(default_factory=list)  # that the database was given
    said: list[str] = field(default_factory=list)

    def rotate(self, name: str) -> None:
        rotate(self.aws.account, [name], say=self.said.append)

    def secret(self, name: str) -> dict[str, str]:
        value = self.aws.client("secretsmanager").get_secret_value(SecretId=self.secrets[name])
        found: dict[str, str] = json.loads(value["SecretString"])
        return found

    def environment(self, function: str) -> dict[str, str]:
        known = self.aws.client("lambda").get_function_configuration(FunctionName=function)
        found: dict[str, str] = known["Environment"]["Variables"]
        return found

    @property
    def headers(self) -> dict[str, str]:
        """What CloudFront sends to the API."""
        config = self.aws.client("cloudfront").get_distribution_config(Id=self.distribution)
        (origin,) = config["DistributionConfig"]["Origins"]["Items"]
        return {
            each["HeaderName"]: each["HeaderValue"] for each in origin["CustomHeaders"]["Items"]
        }

    def hear(self, model: Any, params: dict[str, Any], **_: object) -> None:
        self.asked.append(model.name)
        if model.name == "ModifyDBInstance":
            self.passwords.append(params["body"]["MasterUserPassword"])


@pytest.fixture
def deployed(aws: Aws) -> Iterator[Deployed]:
    # Functions run in this process as far as they do: Docker is not asked for.
    with mock_aws(config={"lambda": {"use_docker": False}}):
        state_manager.set_transition("cloudfront::distribution", {"progression": "immediate"})
        client = aws.client("secretsmanager")
        secrets = {
            name: client.create_secret(Name=name, SecretString=json.dumps(value))["ARN"]
            for name, value in {
                "door": {"door": FIRST},
                "owner": {"username": "pinhole", "password": FIRST, "host": "h"},
                "runtime": {"username": "pinhole_runtime", "password": FIRST},
            }.items()
        }
        for name in FUNCTIONS:
            make_function(aws, name)
        distribution = make_distribution(aws)
        outputs = {
            "DoorSecret": secrets["door"],
            "DatabaseSecret": secrets["owner"],
            "DatabaseRuntimeSecret": secrets["runtime"],
            "DatabaseInstance": DATABASE,
            "Distribution": distribution,
            "Functions": ",".join(FUNCTIONS),
            "Migrate": "Migrate",
        }
        aws.make_stack(
            TEMPLATE | {"Outputs": {name: {"Value": it} for name, it in outputs.items()}}
        )
        made = Deployed(aws=aws, secrets=secrets, distribution=distribution)
        aws.session.hear(made.hear)
        yield made
        state_manager.unset_transition("cloudfront::distribution")


def make_function(aws: Aws, name: str) -> None:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as package:
        package.writestr("handler.py", "def handle(event, context): return None")
    iam = aws.client("iam")
    principal = {"Service": "lambda.amazonaws.com"}
    allow = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    trust = {"Version": "2012-10-17", "Statement": [allow]}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    aws.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=role,
        Handler="handler.handle",
        Code={"ZipFile": code.getvalue()},
        Environment={"Variables": {"KEPT": name}},
    )


def make_distribution(aws: Aws) -> str:
    headers = {DOOR_HEADER: FIRST, "x-other": "is left alone"}
    origin = {
        "Id": "api",
        "DomainName": "api.example.org",
        "CustomHeaders": {
            "Quantity": len(headers),
            "Items": [
                {"HeaderName": name, "HeaderValue": value} for name, value in headers.items()
            ],
        },
        "CustomOriginConfig": {
            "HTTPPort": 80,
            "HTTPSPort": 443,
            "OriginProtocolPolicy": "https-only",
        },
    }
    made = aws.client("cloudfront").create_distribution(
        DistributionConfig={
            "CallerReference": "1",
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": {
                "TargetOriginId": "api",
                "ViewerProtocolPolicy": "https-only",
            },
        }
    )
    return str(made["Distribution"]["Id"])


def changes(deployed: Deployed) -> list[str]:
    return [name for name in deployed.asked if name in CHANGES]


RESTART = ["UpdateFunctionConfiguration"] * len(FUNCTIONS)


def test_both_passwords_are_changed_and_everybody_is_told(deployed: Deployed) -> None:
    deployed.rotate("database")
    owner, runtime = deployed.secret("owner"), deployed.secret("runtime")
    assert len({FIRST, owner["password"], runtime["password"]}) == 3
    assert deployed.passwords == [owner["password"]]
    # All else that the secrets say stays.
    assert (owner["username"], owner["host"]) == ("pinhole", "h")
    assert runtime["username"] == "pinhole_runtime"
    # Functions that are warm are ended, and keep what they are started with.
    for name in FUNCTIONS:
        assert deployed.environment(name)["KEPT"] == name
        assert "STARTED_ANEW" in deployed.environment(name)
    # The function that migrates must know the owner's before it sets the other role's.
    assert changes(deployed) == [
        *("PutSecretValue", "ModifyDBInstance", *RESTART),
        *("PutSecretValue", "Invoke", *RESTART),
    ]
    assert deployed.said[-1] == "  The database has other passwords, and the functions know them."


def test_password_is_waited_for_until_the_database_takes_it(deployed: Deployed) -> None:
    waited: list[float] = []
    account = replace(deployed.aws.account, pause=waited.append)
    stub = deployed.aws.session.stub("rds")
    stub.add_response("modify_db_instance", {})
    pending = {"PendingModifiedValues": {"MasterUserPassword": "****"}}
    for status, more in (
        ("available", pending),
        ("resetting-master-credentials", {}),
        ("available", {}),
    ):
        stub.add_response(
            "describe_db_instances", {"DBInstances": [{"DBInstanceStatus": status, **more}]}
        )
    account.change_database_password("new")
    assert len(waited) == 2


def test_migration_that_fails_stops_with_its_words(deployed: Deployed) -> None:
    said = io.BytesIO(json.dumps({"errorMessage": "the database is away"}).encode())
    stub = deployed.aws.session.stub("lambda")
    stub.add_response(
        "invoke", {"FunctionError": "Unhandled", "Payload": said}, {"FunctionName": "Migrate"}
    )
    with pytest.raises(StartError, match="The function Migrate failed: the database is away"):
        deployed.aws.account.migrate()


def test_migration_that_takes_minutes_is_called_once(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub = deployed.aws.session.stub("lambda")
    stub.add_response("invoke", {"StatusCode": 200}, {"FunctionName": "Migrate"})
    stubbed = deployed.aws.session.client
    settings: dict[str, Any] = {}

    def client(service: str, **more: Any) -> Any:
        settings.update(more if service == "lambda" else {})
        return stubbed(service, **more)

    monkeypatch.setattr(deployed.aws.session, "client", client)
    deployed.aws.account.migrate()
    assert settings["config"].read_timeout > 900
    assert settings["config"].retries == {"total_max_attempts": 1}


def test_the_new_door_is_shown_before_the_old_one_is_closed(deployed: Deployed) -> None:
    deployed.rotate("door")
    secret = deployed.secret("door")
    assert set(secret) == {"door"}
    assert secret["door"] != FIRST
    assert deployed.headers == {DOOR_HEADER: secret["door"], "x-other": "is left alone"}
    assert changes(deployed) == [
        *("PutSecretValue", *RESTART, "UpdateDistribution"),
        *("PutSecretValue", *RESTART),
    ]


def test_door_that_was_changed_half_way_is_the_one_that_is_shown(deployed: Deployed) -> None:
    arn = deployed.secrets["door"]
    deployed.aws.account.change_secret(arn, {"door": "second", "door_before": FIRST})
    deployed.rotate("door")
    assert deployed.secret("door") == {"door": "second"}
    assert deployed.headers[DOOR_HEADER] == "second"


def test_distribution_that_shows_no_door_keeps_both_open(deployed: Deployed) -> None:
    with pytest.raises(StartError, match="both doors stay open"):
        deployed.aws.account.show_at_the_door("x-none", "value")


def test_nothing_is_rotated_of_a_stack_that_is_not_there(aws: Aws) -> None:
    for name in ("door", "database"):
        with pytest.raises(StartError, match="does not serve in account"):
            rotate(aws.account, [name], say=lambda _: None)
