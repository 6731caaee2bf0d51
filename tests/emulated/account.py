"""An AWS account on this machine, good enough for a real `cdk deploy` of the real template.

Run as a program in an environment of its own (requirements/emulated.txt, the functions' Python).
What differs from ministack as it comes, and why, is each function's docstring. What this account
cannot show is held against the template instead: docs/operations.md lists which is which.
"""

from __future__ import annotations

import asyncio
import contextvars
import http.client
import io
import os
import re
import sys
import uuid
import zipfile
from pathlib import Path
from typing import Any

import hypercorn.asyncio
import hypercorn.config
import psycopg2
from ministack.core import iam_evaluator, lambda_runtime
from ministack.services import cloudfront, rds, ssm
from ministack.services.cloudformation import provisioners
from psycopg2 import sql

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.emulated import larger_sizes, strictness

PORT = int(os.environ["GATEWAY_PORT"])
POSTGRES = os.environ.pop("EMULATED_POSTGRES")
AWS_COMMAND = os.environ["EMULATED_AWS_COMMAND"]
_handlers: dict[str, Any] = provisioners._RESOURCE_HANDLERS  # noqa: SLF001


def stand_in(kind: str, prefix: str, **attributes: str) -> None:
    """Let resources be made that ministack does not know and nothing here needs."""

    def create(_logical_id: str, _props: Any, _stack: str) -> tuple[str, dict[str, str]]:
        name = f"{prefix}-{uuid.uuid4().hex[:17]}"
        return name, {"InstanceId": name, "Id": name, **attributes}

    def update(name: str, *_: Any, **__: Any) -> tuple[str, dict[str, str]]:
        return name, {"InstanceId": name, "Id": name, **attributes}

    _handlers[kind] = {"create": create, "update": update, "delete": lambda *_, **__: None}


def give_vpc_its_addresses() -> None:
    """CDK asks a VPC for its CidrBlock, which ministack keeps to itself."""
    handler = _handlers["AWS::EC2::VPC"]
    make = handler["create"]

    def create(logical_id: str, props: Any, stack: str) -> tuple[str, dict[str, str]]:
        name, attributes = make(logical_id, props, stack)
        return name, {"CidrBlock": props["CidrBlock"], **attributes}

    handler["create"] = create


def refer_to_secrets_by_arn() -> None:
    """A secret's Ref is its ARN (CloudFormation's reference), here its name."""
    handler = _handlers["AWS::SecretsManager::Secret"]
    make, change, end = handler["create"], handler["update"], handler["delete"]

    def name_of(arn: str) -> str:
        return arn.partition(":secret:")[2].rpartition("-")[0]

    def create(*arguments: Any) -> tuple[str, dict[str, str]]:
        _, attributes = make(*arguments)
        return attributes["Arn"], attributes

    def update(arn: str, *others: Any, **named: Any) -> tuple[str, dict[str, str]]:
        _, attributes = change(name_of(arn), *others, **named)
        return arn, attributes

    def delete(arn: str, *others: Any, **named: Any) -> None:
        end(name_of(arn), *others, **named)

    handler |= {"create": create, "update": update, "delete": delete}


def put_postgresql_behind_rds() -> None:
    """ministack's RDS has no database: make the role and the database in the embedded one."""
    handler = _handlers["AWS::RDS::DBInstance"]
    make = handler["create"]
    address = re.fullmatch(r"postgresql://(.+):(.+)@(.+):(\d+)/(.+)", POSTGRES)
    if address is None:
        raise ValueError("EMULATED_POSTGRES is an address")
    host, port = address[3], address[4]

    def create(logical_id: str, props: Any, stack: str) -> tuple[str, dict[str, str]]:
        template = None
        if snapshot := props.get("DBSnapshotIdentifier"):
            props, template = _from_snapshot(props, snapshot)
        name, attributes = make(logical_id, props, stack)
        _make_database(
            props["MasterUsername"], props["MasterUserPassword"], props["DBName"], template
        )
        rds._instances[name]["Endpoint"] |= {"Address": host, "Port": int(port)}  # noqa: SLF001
        return name, {**attributes, "Endpoint.Address": host, "Endpoint.Port": port}

    handler["create"] = create


def _from_snapshot(props: Any, snapshot: str) -> tuple[Any, str]:
    """Return what a database is made of that comes from a snapshot, as RDS sees to it."""
    said = {"DBName", "MasterUsername", "StorageEncrypted"} & set(props)
    if said:
        raise ValueError(f"{', '.join(sorted(said))} cannot be said with a snapshot")
    if snapshot not in rds._snapshots:  # noqa: SLF001
        raise ValueError(f"DBSnapshot not found: {snapshot}")
    known = rds._snapshots[snapshot]  # noqa: SLF001
    user = known["MasterUsername"]
    return {**props, "MasterUsername": user, "DBName": user}, _name_of_copy(snapshot)


def copy_and_drop_databases_behind_rds() -> None:
    """A snapshot holds what is in the database, and a database that is deleted is gone."""
    handler = _handlers["AWS::RDS::DBInstance"]
    note, end = handler["snapshot"], handler["delete"]

    def snapshot(name: str, props: Any) -> None:
        note(name, props)
        made = max(
            rds._snapshots.values(),  # noqa: SLF001
            key=lambda each: (each["DBInstanceIdentifier"] == name, each["SnapshotCreateTime"]),
        )["DBSnapshotIdentifier"]
        database = rds._instances[name]["DBName"]  # noqa: SLF001
        _end_connections(database)
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        _run(copy.format(sql.Identifier(_name_of_copy(made)), sql.Identifier(database)))

    def delete(name: str, *others: Any, **named: Any) -> None:
        database = rds._instances.get(name, {}).get("DBName")  # noqa: SLF001
        end(name, *others, **named)
        if database:
            _end_connections(database)
            _run(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(database)))

    handler |= {"snapshot": snapshot, "delete": delete}


def _name_of_copy(snapshot: str) -> str:
    return f"snapshot {snapshot}"[-63:]


def _end_connections(database: str) -> None:
    ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
    _run(sql.SQL("{}").format(sql.SQL(ends)), database)


def change_passwords_behind_rds() -> None:
    """A new master password is PostgreSQL's too; ministack has nobody to tell it to."""
    modify = rds._ACTION_MAP["ModifyDBInstance"]  # noqa: SLF001

    def here(asked: Any) -> Any:
        answer = modify(asked)
        password = rds._p(asked, "MasterUserPassword")  # noqa: SLF001
        if password:
            name = rds._p(asked, "DBInstanceIdentifier")  # noqa: SLF001
            owner = sql.Identifier(rds._instances[name]["MasterUsername"])  # noqa: SLF001
            _run(sql.SQL("ALTER ROLE {} PASSWORD %s").format(owner), password)
        return answer

    rds._ACTION_MAP["ModifyDBInstance"] = here  # noqa: SLF001


def _make_database(owner: str, password: str, name: str, template: str | None) -> None:
    verb = sql.SQL("ALTER" if _has_role(owner) else "CREATE")
    # What RDS's master user may.
    _run(
        sql.SQL("{} ROLE {} LOGIN CREATEDB CREATEROLE PASSWORD %s").format(
            verb, sql.Identifier(owner)
        ),
        password,
    )
    _run(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(owner), sql.Identifier(template or "template1")
        )
    )


def _has_role(name: str) -> bool:
    connection = psycopg2.connect(POSTGRES)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
            return cursor.fetchone() is not None
    finally:
        connection.close()


def _run(statement: sql.Composed, *values: str) -> None:
    connection = psycopg2.connect(POSTGRES)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
    finally:
        connection.close()


def run_functions_here() -> None:
    """No TLS to the embedded PostgreSQL, and CDK's uploader finds the `aws` command here."""
    handler = _handlers["AWS::Lambda::Function"]
    for verb in ("create", "update"):
        handler[verb] = _without_database_tls(handler[verb])
    construct = lambda_runtime.Worker.__init__

    def here(self: Any, name: str, config: Any, code: bytes) -> None:
        construct(self, name, config, _with_aws_command(code))

    lambda_runtime.Worker.__init__ = here


def _without_database_tls(make: Any) -> Any:
    def made(*arguments: Any, **named: Any) -> Any:
        for props in arguments:
            if isinstance(props, dict):
                variables = props.get("Environment", {}).get("Variables", {})
                if "DATABASE_HOST" in variables:  # RDS listens at its own port, 5432
                    variables["DATABASE_PORT"] = POSTGRES.rpartition("/")[0].rpartition(":")[2]
                variables.pop("PGSSLMODE", None)
                variables.pop("PGSSLROOTCERT", None)
        return make(*arguments, **named)

    return made


def _with_aws_command(code: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(code)) as packed:
        if "index.py" not in packed.namelist():
            return code
        contents = {name: packed.read(name) for name in packed.namelist()}
    contents["index.py"] = contents["index.py"].replace(b"/opt/awscli/aws", AWS_COMMAND.encode())
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as packed:
        for name, content in contents.items():
            packed.writestr(name, content)
    return changed.getvalue()


def find_the_api_from_cloudfront() -> None:
    """The origin `ID.execute-api.REGION.amazonaws.com` is this very server."""
    forward = cloudfront._forward_to_origin  # noqa: SLF001

    def here(
        origin: Any,
        method: str,
        uri: str,
        query: str,
        headers: Any,
        body: bytes,
        https: bool,  # noqa: FBT001
        client_ip: str = "127.0.0.1",
        forwarded_for: str = "",
    ) -> tuple[Any, ...]:
        match = re.match(r"([a-z0-9]+)\.execute-api\.", origin["domain_name"])
        if not match:
            return tuple(
                forward(origin, method, uri, query, headers, body, https, client_ip, forwarded_for)
            )
        sent = cloudfront._origin_request_headers(origin, headers, client_ip, forwarded_for)  # noqa: SLF001
        sent = {name: value for name, value in sent.items() if name.lower() != "host"}
        sent |= {"Host": f"{match[1]}.execute-api.localhost:{PORT}", "X-Forwarded-Proto": "https"}
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        connection.request(method, uri + (f"?{query}" if query else ""), body or None, sent)
        answer = connection.getresponse()
        content = answer.read()
        return answer.status, answer.reason, answer.getheaders(), content

    cloudfront._forward_to_origin = here  # noqa: SLF001


def give_origins_their_ports() -> None:
    """CloudFront says of every origin which ports it asks; ministack what the template said."""
    handler = _handlers["AWS::CloudFront::Distribution"]
    for verb in ("create", "update"):
        handler[verb] = _with_ports(handler[verb])


def _with_ports(make: Any) -> Any:
    def made(*arguments: Any, **named: Any) -> Any:
        for props in arguments:
            if isinstance(props, dict):
                for origin in props.get("DistributionConfig", {}).get("Origins", []):
                    if "CustomOriginConfig" in origin:
                        ports = {"HTTPPort": 80, "HTTPSPort": 443}
                        origin["CustomOriginConfig"] = ports | origin["CustomOriginConfig"]
        return make(*arguments, **named)

    return made


_asking: contextvars.ContextVar[Any] = contextvars.ContextVar("asking")


def judge_as_iam_does() -> None:
    """Fill `${aws:PrincipalTag/user}` into resources; count what is on this machine as TLS.

    And S3's key for If-None-Match, which ministack does not know: that it is sent is what the
    signature sees to, and what the policy does without it is shown by the IAM simulator.
    """
    context, first = iam_evaluator.EvalContext, iam_evaluator._first_match  # noqa: SLF001
    matches = iam_evaluator._resource_matches  # noqa: SLF001

    def in_context(*arguments: Any, **named: Any) -> Any:
        made = context(*arguments, **named)
        made.secure_transport = True
        if made.action == "s3:PutObject":
            made.service_context = {**made.service_context, "s3:if-none-match": "*"}
        return made

    def first_match(asked: Any, *others: Any) -> Any:
        token = _asking.set(asked)
        try:
            return first(asked, *others)
        finally:
            _asking.reset(token)

    def resource_matches(arn: str, resources: list[str], others: list[str]) -> bool:
        tag = _asking.get().principal_keys.get("aws:principaltag/user")
        filled = [
            each.replace("${aws:PrincipalTag/user}", str(tag))
            for each in resources
            if tag or "${aws:PrincipalTag/user}" not in each
        ]
        if resources and not filled:
            return False
        return bool(matches(arn, filled, others))

    iam_evaluator.EvalContext = in_context
    iam_evaluator._first_match = first_match  # noqa: SLF001
    iam_evaluator._resource_matches = resource_matches  # noqa: SLF001


def main() -> None:
    """Serve the account."""
    image = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
    ssm._PUBLIC_AMI_PARAMETERS[image] = "ami-0c2023a1b2c3d4e5f"  # noqa: SLF001
    stand_in("AWS::EC2::FlowLog", "fl")
    stand_in("AWS::EC2::SecurityGroupIngress", "sgr")
    stand_in("AWS::EC2::SecurityGroupEgress", "sgr")
    stand_in("AWS::EC2::Instance", "i", PrimaryNetworkInterfaceId="eni-1", PrivateIp="10.20.0.9")
    stand_in("AWS::Budgets::Budget", "budget")
    stand_in("Custom::S3AutoDeleteObjects", "empty")
    give_vpc_its_addresses()
    refer_to_secrets_by_arn()
    put_postgresql_behind_rds()
    copy_and_drop_databases_behind_rds()
    larger_sizes.make_larger_sizes(POSTGRES)
    strictness.keep_protected_databases()
    strictness.refuse_instances()
    strictness.let_stacks_import_buckets()
    strictness.let_functions_out_as_the_network_does()
    change_passwords_behind_rds()
    run_functions_here()
    find_the_api_from_cloudfront()
    give_origins_their_ports()
    judge_as_iam_does()
    from ministack.app import app  # noqa: PLC0415 - what is above must come first

    config = hypercorn.config.Config()
    config.bind = [f"127.0.0.1:{PORT}"]  # by itself ministack listens to the whole network
    strict = strictness.answer_what_ministack_does_not(app)
    asyncio.run(hypercorn.asyncio.serve(strict, config))


if __name__ == "__main__":
    main()
