"""An AWS account in this process: moto where it is faithful, botocore's Stubber where it is not."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws
from moto.backends import get_backend
from moto.core.base_backend import AccountSpecificBackend
from moto.ec2.models.subnets import Subnet

from scripts.deployment.aws_account import AwsAccount
from scripts.deployment.preflight.finding import Wanted
from scripts.deployment.preflight.looks import LOOKS
from scripts.deployment.stack import STACK, Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NUMBER = "123456789012"
REGION = "eu-central-1"
BUCKET = "pinhole-pictures-0a1b2c3d4e5f"
NEW = Stack(status=None)


class Guarded:
    """moto's CloudFormation with termination protection, which it takes and then forgets."""

    def __init__(self, client: Any, protected: set[str]) -> None:
        self._client = client
        self._protected = protected

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def create_stack(self, **asked: Any) -> Any:
        made = self._client.create_stack(**asked)
        if asked.get("EnableTerminationProtection"):
            self._protected.add(made["StackId"])
        return made

    def describe_stacks(self, **asked: Any) -> Any:
        found = self._client.describe_stacks(**asked)
        for stack in found["Stacks"]:
            stack["EnableTerminationProtection"] = stack["StackId"] in self._protected
        return found

    def update_termination_protection(self, **asked: Any) -> None:
        change = (
            self._protected.add
            if asked["EnableTerminationProtection"]
            else (self._protected.discard)
        )
        change(self._id(asked["StackName"]))

    def delete_stack(self, **asked: Any) -> Any:
        if self._id(asked["StackName"]) in self._protected:
            error = {"Error": {"Code": "ValidationError", "Message": "TerminationProtection"}}
            raise ClientError(error, "DeleteStack")
        return self._client.delete_stack(**asked)

    def _id(self, name: str) -> str:
        (stack,) = self._client.describe_stacks(StackName=name)["Stacks"]
        return str(stack["StackId"])


class Session:
    """boto3's, with some clients stubbed."""

    def __init__(self) -> None:
        self._real = boto3.Session(
            aws_access_key_id="test", aws_secret_access_key="test", region_name=REGION
        )
        self._stubs: dict[str, tuple[Any, Stubber]] = {}
        self._protected: set[str] = set()

    def client(self, service: str, **settings: Any) -> Any:
        if service in self._stubs:
            return self._stubs[service][0]
        client = self._real.client(service, **settings)
        return Guarded(client, self._protected) if service == "cloudformation" else client

    def get_available_regions(self, service: str) -> list[str]:
        found: list[str] = self._real.get_available_regions(service)
        return found

    def hear(self, listener: Callable[..., None]) -> None:
        """Tell of each call of clients that are made from now on."""
        self._real.events.register("before-call", listener)

    def answer(self, operation: str, answer: Callable[..., Any]) -> None:
        """Answer an operation (`service.Operation`) by this from now on, in the place of others."""
        name = f"before-call.{operation}"
        self._real.events.unregister(name, unique_id=name)
        self._real.events.register(name, answer, unique_id=name)

    def stub(self, service: str) -> Stubber:
        """Answer for this service as told, in that order, and refuse whatever else is asked."""
        if service not in self._stubs:
            client = self._real.client(service, region_name=REGION)
            stubber = Stubber(client)
            stubber.activate()
            self._stubs[service] = (client, stubber)
        return self._stubs[service][1]

    def check(self) -> None:
        """See that everything was asked that was answered for."""
        for _, stubber in self._stubs.values():
            stubber.assert_no_pending_responses()


@dataclass
class Aws:
    """The account, and hands to bring it into any state."""

    account: AwsAccount
    session: Session
    pauses: list[float] = field(default_factory=list)
    # What the stack's state becomes at the next looks, as time passes.
    to_come: deque[str] = field(default_factory=deque)

    @property
    def stacks(self) -> dict[str, Any]:
        backend: Any = get_backend("cloudformation")[NUMBER][REGION]
        found: dict[str, Any] = backend.stacks
        return found

    def client(self, service: str) -> Any:
        return self.session.client(service)

    def make_stack(
        self, template: dict[str, Any] | None = None, *, status: str | None = None
    ) -> str:
        """Make the stack; return its id."""
        body = json.dumps(template or TEMPLATE)
        made: str = self.client("cloudformation").create_stack(
            StackName=STACK, TemplateBody=body, EnableTerminationProtection=True
        )["StackId"]
        if "DatabaseInstance24D16791" in body:  # whose template's word moto does not pass on
            self.client("rds").modify_db_instance(
                DBInstanceIdentifier="pinhole-database", DeletionProtection=True
            )
        if status:
            self.stacks[made].status = status
        return made

    def pause(self, seconds: float) -> None:
        """Let time pass: the next state comes."""
        self.pauses.append(seconds)
        (stack,) = self.stacks.values()
        stack.status = self.to_come.popleft()


@pytest.fixture
def aws() -> Iterator[Aws]:
    with mock_aws():
        session = Session()
        made = Aws(account=None, session=session)  # type: ignore[arg-type]
        made.account = AwsAccount(
            number=NUMBER,
            region=REGION,
            caller=f"arn:aws:iam::{NUMBER}:user/operator",
            profile=None,
            session=session,
            environment={"AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION},
            pause=made.pause,
        )
        yield made
        session.check()
    # moto remembers by these what it was asked of each account: 20 MB a test that are never freed.
    Subnet._base_avail_ip_iterator.cache_clear()  # noqa: SLF001
    AccountSpecificBackend._generate_regions.cache_clear()  # noqa: SLF001


TEMPLATE: dict[str, Any] = {
    "Resources": {
        "PicturesBucket93B3B90B": {
            "Type": "AWS::S3::Bucket",
            "DeletionPolicy": "Retain",
            "Properties": {"BucketName": BUCKET},
        },
        "DatabaseInstance24D16791": {
            "Type": "AWS::RDS::DBInstance",
            "Properties": {
                "DBInstanceIdentifier": "pinhole-database",
                "DBInstanceClass": "db.t4g.micro",
                "Engine": "postgres",
                "AllocatedStorage": "20",
                "MasterUsername": "pinhole",
                "MasterUserPassword": "of no interest",
                "DeletionProtection": True,
            },
        },
    },
    "Outputs": {"PictureBucket": {"Value": BUCKET}, "Size": {"Value": "small"}},
}


def look(aws: Aws, name: str, *, stack: Stack = NEW, without_ipv6: str = "", **context: Any) -> Any:
    """Return one line, for what is said with `-c`, where one host has no IPv6 address."""
    wanted = Wanted(context=context, stack=stack, resolves=lambda host: host != without_ipv6)
    return LOOKS[name](aws.account, wanted)


def bucket(aws: Aws, name: str = BUCKET, region: str = REGION) -> None:
    client = aws.session.client("s3", region_name=region)
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
