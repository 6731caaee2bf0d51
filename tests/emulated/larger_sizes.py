"""What the sizes production and large have and ministack's CloudFormation does not make.

NAT gateways, elastic addresses and RDS Proxy, by ministack's own API, so that descriptions tell of
them. The proxy is PostgreSQL itself under another name. As in AWS its target group is made once the
proxy has signed in to the database by its secret, and not before; see [Note: The proxy's first
sign-in] in infrastructure/database.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import psycopg2
from ministack.services import ec2, rds, secretsmanager
from ministack.services.cloudformation import provisioners
from psycopg2.extensions import make_dsn

from tests.emulated.strictness_names import PROXY_HOST

_MADE: dict[str, Any] = provisioners._RESOURCE_HANDLERS  # noqa: SLF001


def make_larger_sizes(postgres: str) -> None:
    """Let CloudFormation make them; `postgres` is the address of the database behind RDS."""
    _MADE["AWS::EC2::EIP"] = {"create": _make_address, "delete": _end_address}
    _MADE["AWS::EC2::NatGateway"] = {"create": _make_gateway, "delete": _end_gateway}
    _MADE["AWS::RDS::DBProxy"] = {"create": _make_proxy, "delete": _end_proxy}

    def make_targets(_logical_id: str, props: Any, _stack: str) -> tuple[str, dict[str, str]]:
        return _make_targets(props, postgres)

    _MADE["AWS::RDS::DBProxyTargetGroup"] = {"create": make_targets, "delete": _nothing}
    for kind in ("EC2::EIP", "EC2::NatGateway", "RDS::DBProxy", "RDS::DBProxyTargetGroup"):
        _MADE[f"AWS::{kind}"]["update"] = _as_it_was


def _make_address(_logical_id: str, _props: Any, _stack: str) -> tuple[str, dict[str, str]]:
    answer = _ask(ec2._allocate_address, {"Domain": "vpc"})  # noqa: SLF001
    number, address = _said(answer, "allocationId"), _said(answer, "publicIp")
    return address, {"AllocationId": number, "PublicIp": address}


def _end_address(address: str, *_: Any, **__: Any) -> None:
    for number, known in list(ec2._addresses.items()):  # noqa: SLF001
        if known["PublicIp"] == address:
            _ask(ec2._release_address, {"AllocationId": number})  # noqa: SLF001


def _make_gateway(_logical_id: str, props: Any, _stack: str) -> tuple[str, dict[str, str]]:
    asked = {name: props[name] for name in ("SubnetId", "AllocationId")}
    name = _said(_ask(ec2._create_nat_gateway, asked), "natGatewayId")  # noqa: SLF001
    return name, {"NatGatewayId": name}


def _end_gateway(name: str, *_: Any, **__: Any) -> None:
    _ask(ec2._delete_nat_gateway, {"NatGatewayId": name})  # noqa: SLF001


def _make_proxy(_logical_id: str, props: Any, _stack: str) -> tuple[str, dict[str, str]]:
    name = props["DBProxyName"]
    _ask(rds._create_db_proxy, dict(_form(props)))  # noqa: SLF001
    proxy = rds._db_proxies[name]  # noqa: SLF001
    proxy["Endpoint"] = PROXY_HOST
    return name, {"Endpoint": PROXY_HOST, "DBProxyArn": proxy["DBProxyArn"]}


def _end_proxy(name: str, *_: Any, **__: Any) -> None:
    _ask(rds._delete_db_proxy, {"DBProxyName": name})  # noqa: SLF001


def _make_targets(props: Any, postgres: str) -> tuple[str, dict[str, str]]:
    name = props["DBProxyName"]
    (instance,) = props["DBInstanceIdentifiers"]
    database = rds._instances[instance]["DBName"]  # noqa: SLF001
    for each in rds._db_proxies[name]["Auth"]:  # noqa: SLF001
        secret = _secret(each["SecretArn"])
        try:
            psycopg2.connect(
                make_dsn(
                    postgres,
                    user=secret.get("username"),
                    password=secret.get("password"),
                    dbname=database,
                )
            ).close()
        except psycopg2.OperationalError as error:
            raise ValueError(
                f"TargetGroup of {name}: the target is unavailable (AUTH_FAILURE): {error}"
            ) from error
    pool = props["ConnectionPoolConfigurationInfo"]
    settings = {f"ConnectionPoolConfig.{key}": str(value) for key, value in pool.items()}
    named = {"DBProxyName": name, "TargetGroupName": props["TargetGroupName"]}
    _ask(rds._modify_db_proxy_target_group, {**named, **settings})  # noqa: SLF001
    _ask(rds._register_db_proxy_targets, {**named, "DBInstanceIdentifiers.member.1": instance})  # noqa: SLF001
    group = rds._db_proxies[name]["TargetGroup"]  # noqa: SLF001
    return group["TargetGroupArn"], {"TargetGroupArn": group["TargetGroupArn"]}


def _secret(arn: str) -> Any:
    return json.loads(secretsmanager.resolve_secret_string(arn) or "{}")


def _form(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Return properties as the query protocol sends them."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key != "Tags":
                yield from _form(each, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        for number, each in enumerate(value, start=1):
            yield from _form(each, f"{name}.member.{number}")
    else:
        yield name, str(value).lower() if isinstance(value, bool) else str(value)


def _ask(action: Any, asked: dict[str, str]) -> str:
    """Return what an action of ministack's API answers.

    Raises:
        ValueError: it refuses; CloudFormation says so of the resource.
    """
    status, _, body = action(asked)
    text = body.decode() if isinstance(body, bytes) else str(body)
    if status >= 400:
        raise ValueError(text)
    return text


def _said(answer: str, name: str) -> str:
    found = re.search(rf"<{name}>([^<]+)</{name}>", answer)
    if found is None:
        raise ValueError(f"no {name} in {answer}")
    return found[1]


def _as_it_was(name: str, _old: Any, _new: Any, *_: Any, **__: Any) -> tuple[str, dict[str, str]]:
    raise NotImplementedError(f"nothing here changes {name}")


def _nothing(*_: Any, **__: Any) -> None:
    """Targets go with their proxy."""
