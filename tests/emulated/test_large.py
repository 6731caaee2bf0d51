"""The large size in an account of its own: refused once, deployed, asked, and last taken away.

What it cannot show: two zones, TLS to the proxy, how many connections the proxy shares, and the
bucket's lifecycle rules, which ministack does not take from a template.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.emulated.conftest import refused
from tests.emulated.emulator import STACK
from tests.emulated.strictness_names import PROXY_HOST
from tests.emulated.test_refusals import expect_one_library

if TYPE_CHECKING:
    from tests.emulated.emulator import Account

COMMAND = "./scripts/deploy -c size=large"


@dataclass(frozen=True, kw_only=True)
class Large:
    """What was deployed, and what was said meanwhile."""

    account: Account
    refusal: str
    said: str

    def resource(self, kind: str) -> dict[str, Any]:
        """Return the one resource of a kind in the template as it was deployed."""
        client = self.account.client("cloudformation")
        body = client.get_template(StackName=STACK)["TemplateBody"]
        template = json.loads(body) if isinstance(body, str) else body
        (found,) = (each for each in template["Resources"].values() if each["Type"] == kind)
        properties: dict[str, Any] = found["Properties"]
        return properties


@pytest.fixture(scope="module")
def large(another: tuple[Account, dict[str, str]]) -> Large:
    account, way = another
    refusal = refused(account, COMMAND, fault="migration_fails", **way)
    done = account.type(COMMAND, answers="y\n", **way)
    assert done.returncode == 0, done.stdout + done.stderr
    account.read_outputs()
    return Large(account=account, refusal=refusal, said=done.stdout)


def test_migration_that_fails_is_explained_and_one_command_more_deploys(large: Large) -> None:
    assert "a migration that fails, as a fault" in large.refusal
    assert "What will change (size large, about 1,679 USD a month)" in large.said
    assert large.account.outputs["Size"] == "large"
    expect_one_library(large.account)


def test_api_answers_by_way_of_the_proxy(large: Large) -> None:
    account = large.account
    status, _, body = account.get(account.outputs["Address"], "/api/auth/session")
    assert (status, json.loads(body)["user"]) == (200, None)
    functions = account.client("lambda").list_functions()["Functions"]
    hosts = {
        each["FunctionName"].partition("Compute")[2][:3]: variables["DATABASE_HOST"]
        for each in functions
        if "DATABASE_HOST" in (variables := each.get("Environment", {}).get("Variables", {}))
    }
    assert hosts.pop("Mig") != PROXY_HOST  # migrations go past the proxy
    assert set(hosts.values()) == {PROXY_HOST}
    assert len(hosts) == 4


def test_database_and_proxy_are_what_the_template_says(large: Large) -> None:
    rds = large.account.client("rds")
    (database,) = rds.describe_db_instances()["DBInstances"]
    wanted = large.resource("AWS::RDS::DBInstance")
    assert database["DBInstanceClass"] == wanted["DBInstanceClass"] == "db.r7g.2xlarge"
    assert database["MultiAZ"] is wanted["MultiAZ"] is True
    assert database["AllocatedStorage"] == int(wanted["AllocatedStorage"]) == 500
    assert database["BackupRetentionPeriod"] == wanted["BackupRetentionPeriod"] == 35
    (proxy,) = rds.describe_db_proxies()["DBProxies"]
    assert proxy["RequireTLS"] is large.resource("AWS::RDS::DBProxy")["RequireTLS"] is True
    (auth,) = proxy["Auth"]
    assert auth["SecretArn"] == large.account.outputs["DatabaseRuntimeSecret"]
    (group,) = rds.describe_db_proxy_target_groups(DBProxyName=proxy["DBProxyName"])["TargetGroups"]
    said = large.resource("AWS::RDS::DBProxyTargetGroup")["ConnectionPoolConfigurationInfo"]
    pool = group["ConnectionPoolConfig"]
    assert pool["InitQuery"] == said["InitQuery"]
    assert pool["ConnectionBorrowTimeout"] == said["ConnectionBorrowTimeout"]
    (target,) = rds.describe_db_proxy_targets(DBProxyName=proxy["DBProxyName"])["Targets"]
    assert target["RdsResourceId"] == database["DBInstanceIdentifier"]


def test_each_zone_has_its_own_way_out(large: Large) -> None:
    ec2 = large.account.client("ec2")
    gateways = [
        each for each in ec2.describe_nat_gateways()["NatGateways"] if each["State"] == "available"
    ]
    assert len({each["SubnetId"] for each in gateways}) == len(gateways) == 2


def test_destroy_keeps_pictures_and_a_snapshot_and_nothing_else(large: Large) -> None:
    account = large.account
    bucket = account.outputs["PictureBucket"]
    done = account.type("./scripts/destroy", answers=f"{STACK}\n")
    assert done.returncode == 0, done.stdout + done.stderr
    rds, ec2 = account.client("rds"), account.client("ec2")
    assert rds.describe_db_instances()["DBInstances"] == []
    assert rds.describe_db_proxies()["DBProxies"] == []
    assert len(rds.describe_db_snapshots()["DBSnapshots"]) == 1
    states = {each["State"] for each in ec2.describe_nat_gateways()["NatGateways"]}
    assert states == {"deleted"}
    assert ec2.describe_addresses()["Addresses"] == []
    assert account.client("lambda").list_functions()["Functions"] == []
    buckets = [each["Name"] for each in account.client("s3").list_buckets()["Buckets"]]
    assert bucket in buckets
