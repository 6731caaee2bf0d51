"""The account that a deployment goes to, as the person's shell has it."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from scripts.deployment.stack import Stacks
from scripts.deployment.whereto import Whereto, caller_of, no_region_error, settled
from scripts.embedded.errors import StartError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

BOOTSTRAPPED_BY = 21  # the version that CDK's assets and roles of this CLI ask for
MAX_CALL_SECONDS = 910  # a function has 900
_LOOK_AGAIN_SECONDS = 5
_DATABASE_LOOKS = 120
BOOTSTRAP_VERSION = "/cdk-bootstrap/hnb659fds/version"


@dataclass(frozen=True, kw_only=True)
class AwsAccount:
    """One account in one region, as one caller."""

    number: str
    region: str
    caller: str  # an ARN
    profile: str | None
    session: Any
    environment: Mapping[str, str]  # what the CDK is started with, and all else
    pause: Callable[[float], None] = time.sleep

    @classmethod
    def of_this_shell(cls, *, say: Callable[[str], None] | None = None) -> Self:
        """Find credentials and region as every AWS tool does, and say what was found.

        Raises:
            StartError: there are none, they are not valid, or the region is not switched on; the
                message says what to do.
        """
        import boto3  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415 - only now at hand
        from botocore.exceptions import (  # noqa: PLC0415
            BotoCoreError,
            ClientError,
            EndpointConnectionError,
        )

        whereto = Whereto.of(os.environ)
        try:
            session = boto3.Session(profile_name=whereto.profile, region_name=whereto.region)
            if not session.get_credentials():
                raise StartError(
                    "There are no AWS credentials here. Sign in first: `aws configure sso` and "
                    "`aws sso login`, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and "
                    "AWS_SECRET_ACCESS_KEY."
                )
            if not session.region_name:
                raise no_region_error()
            caller = caller_of(session)
        except EndpointConnectionError as error:
            raise StartError(
                f"AWS cannot be reached in {session.region_name}: is that a region, and is this "
                f"machine connected? {error}"
            ) from error
        except (BotoCoreError, ClientError) as error:
            raise StartError(f"AWS does not take these credentials: {error}") from error
        profile = None if whereto.has_keys else session.profile_name
        found = cls(
            number=caller["Account"],
            region=session.region_name,
            caller=caller["Arn"],
            profile=profile if profile in session.available_profiles else None,
            session=session,
            environment=settled(
                os.environ,
                region=session.region_name,
                profile=profile if profile in session.available_profiles else None,
                has_keys=whereto.has_keys,
            ),
        )
        if say:
            found.introduce(whereto.notes, say=say)
        return found

    def introduce(self, notes: tuple[str, ...], *, say: Callable[[str], None]) -> None:
        """Say where everything will go, and as whom."""
        by = f", profile {self.profile}" if self.profile else ""
        say(f"  Account {self.number}, region {self.region}{by}, as {self.caller}")
        for note in notes:
            say(f"  {note}")

    def stacks(self, region: str | None = None) -> Stacks:
        """Return CloudFormation's side, of this region or another."""
        return Stacks(self.session, pause=self.pause, region=region)

    def bootstrap_version(self) -> int:
        """Return which version of the CDK's own stack is here; 0: none."""
        ssm = self.session.client("ssm")
        try:
            return int(ssm.get_parameter(Name=BOOTSTRAP_VERSION)["Parameter"]["Value"])
        except ssm.exceptions.ParameterNotFound:
            return 0

    def outputs(self) -> dict[str, str]:
        """Return what the deployed stack says of itself.

        Raises:
            StartError: it is not deployed.
        """
        stack = self.stacks().look()
        if stack.status is None or not stack.outputs:
            state = f" (the stack is {stack.status})" if stack.status else ""
            raise StartError(
                f"Pinhole does not serve in account {self.number}, region {self.region}{state}: "
                "./scripts/deploy first, or set AWS_REGION to where it is."
            )
        return stack.outputs

    def alarm_addresses(self) -> list[str]:
        """Return who is told of trouble."""
        return [
            each.physical_id
            for each in self.stacks().resources()
            if each.kind == "AWS::SNS::Subscription"
        ]

    def read_secret(self, arn: str) -> dict[str, str]:
        """Return a secret's values."""
        client = self.session.client("secretsmanager")
        values: dict[str, str] = json.loads(client.get_secret_value(SecretId=arn)["SecretString"])
        return values

    def change_secret(self, arn: str, changes: dict[str, str | None]) -> None:
        """Change some values of a secret, leave out those that are None, and keep the others."""
        client = self.session.client("secretsmanager")
        values = self.read_secret(arn) | changes
        kept = {name: value for name, value in values.items() if value is not None}
        client.put_secret_value(SecretId=arn, SecretString=json.dumps(kept))

    def restart(self) -> None:
        """Let functions start anew, so that they read their secrets again; wait until they do."""
        client = self.session.client("lambda")
        names = self.outputs()["Functions"].split(",")
        moment = str(int(time.time()))
        for name in names:
            known = client.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
            # What a function is started with has changed, so those that are warm are ended.
            client.update_function_configuration(
                FunctionName=name, Environment={"Variables": known | {"STARTED_ANEW": moment}}
            )
        for name in names:
            client.get_waiter("function_updated_v2").wait(
                FunctionName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
            )

    def show_at_the_door(self, header: str, value: str) -> None:
        """Let CloudFront send another value of a header to the API, and wait until it does."""
        client = self.session.client("cloudfront")
        name = self.outputs()["Distribution"]
        known = client.get_distribution_config(Id=name)
        config = known["DistributionConfig"]
        sent = [
            each
            for origin in config["Origins"]["Items"]
            for each in origin.get("CustomHeaders", {}).get("Items", [])
            if each["HeaderName"].lower() == header.lower()
        ]
        if not sent:
            raise StartError(f"CloudFront sends no {header}: both doors stay open. Deploy first.")
        for each in sent:
            each["HeaderValue"] = value
        client.update_distribution(Id=name, IfMatch=known["ETag"], DistributionConfig=config)
        client.get_waiter("distribution_deployed").wait(Id=name)

    def migrate(self) -> None:
        """Call the function that migrates, which also gives the runtime role its password.

        Raises:
            StartError: it failed.
        """
        from botocore.config import Config  # noqa: PLC0415 - only now at hand

        name = self.outputs()["Migrate"]
        # It may copy the database first, which takes minutes. After boto3's own 60 seconds, a
        # second call would begin beside the first.
        config = Config(read_timeout=MAX_CALL_SECONDS, retries={"total_max_attempts": 1})
        answer = self.session.client("lambda", config=config).invoke(FunctionName=name)
        if "FunctionError" in answer:
            said = json.loads(answer["Payload"].read())
            raise StartError(f"The function {name} failed: {said.get('errorMessage', said)}")

    def change_database_password(self, password: str) -> None:
        """Give the database another password, and wait until it takes it."""
        client = self.session.client("rds")
        name = self.outputs()["DatabaseInstance"]
        client.modify_db_instance(
            DBInstanceIdentifier=name, MasterUserPassword=password, ApplyImmediately=True
        )
        for _ in range(_DATABASE_LOOKS):
            (found,) = client.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
            waits = "MasterUserPassword" in found.get("PendingModifiedValues", {})
            if found["DBInstanceStatus"] == "available" and not waits:
                return
            self.pause(_LOOK_AGAIN_SECONDS)
        raise StartError(f"The database {name} does not take its new password; look in RDS.")

    def unprotect_database(self, name: str) -> None:
        """Let the database be deleted, with a last snapshot as the template says."""
        client = self.session.client("rds")
        try:
            (found,) = client.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
        except client.exceptions.DBInstanceNotFoundFault:
            return
        if found.get("DeletionProtection") and found["DBInstanceStatus"] != "deleting":
            client.modify_db_instance(
                DBInstanceIdentifier=name, DeletionProtection=False, ApplyImmediately=True
            )
