"""The account that a deployment goes to, as the person's shell has it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Self

from scripts.embedded.errors import StartError

STACK = "Pinhole"
BOOTSTRAPPED_BY = 21  # the version that CDK's assets and roles of this CLI ask for
_BOOTSTRAP_VERSION = "/cdk-bootstrap/hnb659fds/version"


@dataclass(frozen=True, kw_only=True)
class AwsAccount:
    """One account in one region."""

    number: str
    region: str
    session: Any

    @classmethod
    def of_this_shell(cls) -> Self:
        """Find credentials and region as every AWS tool does.

        Raises:
            StartError: there are none, or they are not valid; the message says what to do.
        """
        import boto3  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415 - only now at hand
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        try:
            session = boto3.Session()
            if not session.get_credentials():
                raise StartError(
                    "There are no AWS credentials here. Sign in first: `aws configure sso` and "
                    "`aws sso login`, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and "
                    "AWS_SECRET_ACCESS_KEY."
                )
            if not session.region_name:
                raise StartError("Say where: export AWS_REGION=us-east-1, for example.")
            number = session.client("sts").get_caller_identity()["Account"]
        except (BotoCoreError, ClientError) as error:
            raise StartError(f"AWS does not take these credentials: {error}") from error
        return cls(number=number, region=session.region_name, session=session)

    def bootstrap_version(self) -> int:
        """Return which version of the CDK's own stack is here; 0: none."""
        ssm = self.session.client("ssm")
        try:
            return int(ssm.get_parameter(Name=_BOOTSTRAP_VERSION)["Parameter"]["Value"])
        except ssm.exceptions.ParameterNotFound:
            return 0

    def outputs(self) -> dict[str, str]:
        """Return what the deployed stack says of itself.

        Raises:
            StartError: it is not deployed.
        """
        cloudformation = self.session.client("cloudformation")
        try:
            stacks = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
        except cloudformation.exceptions.ClientError as error:
            raise StartError(f"Pinhole is not in this account and region: {error}") from error
        return {each["OutputKey"]: each["OutputValue"] for each in stacks[0].get("Outputs", [])}

    def alarm_addresses(self) -> list[str]:
        """Return who is told of trouble."""
        resources = self.session.client("cloudformation").describe_stack_resources(StackName=STACK)
        return [
            each["PhysicalResourceId"]
            for each in resources["StackResources"]
            if each["ResourceType"] == "AWS::SNS::Subscription"
        ]

    def change_secret(self, arn: str, changes: dict[str, str]) -> None:
        """Change some values of a secret and keep the others."""
        client = self.session.client("secretsmanager")
        values = json.loads(client.get_secret_value(SecretId=arn)["SecretString"])
        client.put_secret_value(SecretId=arn, SecretString=json.dumps(values | changes))

    def restart(self, functions: list[str]) -> None:
        """Let functions start anew, so that they read their secrets again."""
        client = self.session.client("lambda")
        for name in functions:
            known = client.get_function_configuration(FunctionName=name)
            # Any change of the configuration ends the environments that are warm.
            plain = known.get("Description", "").rstrip(".")
            changed = plain if known.get("Description", "").endswith(".") else f"{plain}."
            client.update_function_configuration(FunctionName=name, Description=changed)

    def leave_open(self) -> None:
        """Let the stack be deleted, and its database with a last snapshot."""
        outputs = self.outputs()
        self.session.client("cloudformation").update_termination_protection(
            EnableTerminationProtection=False, StackName=STACK
        )
        self.session.client("rds").modify_db_instance(
            DBInstanceIdentifier=outputs["DatabaseInstance"],
            DeletionProtection=False,
            ApplyImmediately=True,
        )
