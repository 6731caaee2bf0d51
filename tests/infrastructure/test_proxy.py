"""RDS Proxy in the larger sizes: made in an order that AWS can follow, and asked by functions."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from scripts.generation.deployment import BUNDLE
from tests.infrastructure.ways_out import Network

if TYPE_CHECKING:
    from tests.infrastructure.conftest import Template

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=["production", "large"])
def template(request: pytest.FixtureRequest) -> Template:
    found: Template = request.getfixturevalue(request.param)
    return found


def name_of(template: Template, kind: str, *, start: str = "") -> str:
    (name,) = (name for name in template.of_type(kind) if name.startswith(start))
    return name


def test_proxy_signs_in_to_the_database_after_migrations_have_made_its_role(
    template: Template,
) -> None:
    """CloudFormation waits until the proxy can sign in: see [Note: The proxy's first sign-in]."""
    network = Network(template.body)
    migrated = name_of(template, "Custom::Trigger")
    target_group = name_of(template, "AWS::RDS::DBProxyTargetGroup")
    assert target_group not in network.needs(migrated)
    assert migrated in network.needs(target_group)


def test_functions_that_ask_the_proxy_are_made_once_it_can_answer(template: Template) -> None:
    network = Network(template.body)
    target_group = name_of(template, "AWS::RDS::DBProxyTargetGroup")
    proxy = name_of(template, "AWS::RDS::DBProxy")
    functions = template.of_type("AWS::Lambda::Function")
    asking = {
        name
        for name, function in functions.items()
        if "DATABASE_HOST" in function.get("Environment", {}).get("Variables", {})
    }
    direct = {name for name in asking if name.startswith("ComputeMigrate")}
    assert (len(asking), len(direct)) == (5, 1)
    for name in asking - direct:
        assert target_group in network.needs(name), name
    for name in asking:
        host = functions[name]["Environment"]["Variables"]["DATABASE_HOST"]["Fn::GetAtt"][0]
        assert (host == proxy) == (name not in direct), name


def test_migrations_have_the_database_and_what_belongs_to_it(template: Template) -> None:
    needed = Network(template.body).needs(name_of(template, "Custom::Trigger"))
    kinds = {template.body["Resources"][name]["Type"] for name in needed}
    assert {
        "AWS::RDS::DBInstance",
        "AWS::RDS::DBParameterGroup",
        "AWS::RDS::DBSubnetGroup",
        "AWS::SecretsManager::SecretTargetAttachment",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::Logs::LogGroup",
    } <= kinds


def test_proxy_reads_the_runtime_roles_secret_and_no_other(template: Template) -> None:
    properties = template.only("AWS::RDS::DBProxy")["Properties"]
    secret = {"Ref": name_of(template, "AWS::SecretsManager::Secret", start="DatabaseRuntime")}
    assert [each["SecretArn"] for each in properties["Auth"]] == [secret]
    assert properties["RequireTLS"] is True
    policies = template.of_type("AWS::IAM::Policy").values()
    role = {"Ref": properties["RoleArn"]["Fn::GetAtt"][0]}
    (policy,) = (each for each in policies if role in each["Roles"])
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert "secretsmanager:GetSecretValue" in statement["Action"]
    assert statement["Resource"] == secret


def test_authorities_of_proxies_are_in_the_package(packages: dict[str, Path]) -> None:
    """A proxy's certificate is of Amazon's own authority, not of RDS's (RDS, "RDS Proxy TLS")."""
    assert packages
    with warnings.catch_warnings(action="ignore"):  # an old one has a serial number of zero
        authorities = x509.load_pem_x509_certificates(BUNDLE.read_bytes())
    names = {each.subject.rfc4514_string() for each in authorities}
    assert any("CN=Amazon Root CA 1" in name for name in names)


def test_proxy_says_what_the_product_would_say_at_connecting(template: Template) -> None:
    target = template.only("AWS::RDS::DBProxyTargetGroup")["Properties"]
    query = target["ConnectionPoolConfigurationInfo"]["InitQuery"]
    options = (ROOT / "app/database.py").read_text()
    said = re.findall(r"-c (\w+)=(\w+)", options)
    assert said
    for name, value in said:
        assert re.search(rf"SET {name}='?{value}'?", query), name
