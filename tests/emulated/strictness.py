"""What AWS refuses and ministack does not: quotas, functions without a way out, deletions, rights.

Switched on one by one by faults, a JSON file that tests write while the account runs; their names
are in strictness_names.py.
What is always as AWS does it needs no switch: a function in the network without a way out runs into
its time limit, a database that is protected is not deleted, one from a snapshot says nothing that
the snapshot says, and a bucket that is imported is no conflict of names.
"""

from __future__ import annotations

import copy
import json
import os
import urllib.parse
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import cloudformation
from ministack.services.cloudformation import provisioners

from tests.infrastructure.ways_out import Network

_MADE: dict[str, Any] = provisioners._RESOURCE_HANDLERS  # noqa: SLF001
_NO_INSTANCE = (
    "You have requested more vCPU capacity than your current vCPU limit of 1 allows for the "
    "instance bucket that the specified instance type belongs to. (Service: Ec2, Status Code: 400, "
    "Error Code: VcpuLimitExceeded)"
)


def faults() -> dict[str, Any]:
    """Return what is switched on at this moment."""
    try:
        found: dict[str, Any] = json.loads(Path(os.environ["EMULATED_FAULTS"]).read_text())
    except (OSError, ValueError):
        return {}
    return found


def refuse_instances() -> None:
    """Run no instance while `quota_refused` is on."""
    handler = _MADE["AWS::EC2::Instance"]
    make = handler["create"]

    def create(*arguments: Any, **named: Any) -> Any:
        if faults().get("quota_refused"):
            raise ValueError(_NO_INSTANCE)
        return make(*arguments, **named)

    handler["create"] = create


def keep_protected_databases() -> None:
    """RDS deletes no database that is protected, whoever asks."""
    from ministack.services import rds  # noqa: PLC0415

    handler = _MADE["AWS::RDS::DBInstance"]
    end = handler["delete"]

    def delete(name: str, *others: Any, **named: Any) -> None:
        if rds._instances.get(name, {}).get("DeletionProtection"):  # noqa: SLF001
            raise ValueError(
                "Cannot delete protected DB Instance, please disable deletion protection and try "
                "again. (Service: Rds, Status Code: 400)"
            )
        end(name, *others, **named)

    handler["delete"] = delete


def let_stacks_import_buckets() -> None:
    """Take no bucket that a change set imports for a conflict of names, as AWS does not."""
    from ministack.services.cloudformation import stacks  # noqa: PLC0415

    check = stacks._validation_errors  # noqa: SLF001

    def here(*arguments: Any, **named: Any) -> Any:
        stack_id = arguments[6]
        imported = {
            name
            for each in cloudformation._change_sets.values()  # noqa: SLF001
            if each.get("StackId") == stack_id
            for name in each.get("_import_existing") or {}
        }
        return [
            error
            for error in check(*arguments, **named)
            if not (error[0] in imported and error[2] == "NAME_CONFLICT_VALIDATION")
        ]

    stacks._validation_errors = here  # noqa: SLF001


def let_functions_out_as_the_network_does() -> None:
    """Run a function only if the network of its template lets it reach the internet."""
    invoke = lambda_runtime.Worker.invoke

    def here(self: Any, event: Any, *others: Any, **named: Any) -> Any:
        name = str(self.func_name)
        if faults().get("migration_fails") and "Migrate" in name:
            return {"status": "error", "error": "a migration that fails, as a fault"}
        problems = _in_the_way(name)
        if problems:
            seconds = self.config.get("Timeout", 30)
            why = f"Task timed out after {seconds}.00 seconds"
            return {"status": "error", "error": f"{why} ({'; '.join(problems)})"}
        return invoke(self, event, *others, **named)

    lambda_runtime.Worker.invoke = here


def _in_the_way(name: str) -> list[str]:
    for stack in cloudformation._stacks.values():  # noqa: SLF001
        for logical, resource in stack.get("_resources", {}).items():
            if resource.get("PhysicalResourceId") != name:
                continue
            template = _template_of(stack)
            network = Network(
                _without_a_way_out(template) if faults().get("no_way_out") else template
            )
            return network.problems(logical) if logical in network.functions() else []
    return []


def _without_a_way_out(template: dict[str, Any]) -> dict[str, Any]:
    """Return the template as it was once: the NAT instance has no public address."""
    changed: dict[str, Any] = copy.deepcopy(template)
    for resource in changed["Resources"].values():
        if resource["Type"] == "AWS::EC2::Instance":
            for interface in resource["Properties"]["NetworkInterfaces"]:
                interface["AssociatePublicIpAddress"] = False
    return changed


def _template_of(stack: Any) -> dict[str, Any]:
    """Return the template that is being carried out; a stack has it only once that is done."""
    made: list[dict[str, Any]] = [
        each["_template"]
        for each in cloudformation._change_sets.values()  # noqa: SLF001
        if each.get("StackId") == stack["StackId"] and "Resources" in each.get("_template", {})
    ]
    known: dict[str, Any] = stack.get("_template") or {}
    return known if "Resources" in known else made[-1] if made else {"Resources": {}}


def answer_what_ministack_does_not(app: Any) -> Any:
    """Answer for Service Quotas, free plans and IAM's simulator; for others as faults say."""

    async def here(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        headers = {key.decode().lower(): value.decode() for key, value in scope["headers"]}
        service = _service(headers)
        if service not in _ANSWERS and service not in faults().get("unreadable", []):
            await app(scope, receive, send)
            return
        body = b""
        more = True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        answer = _refuse(service, body) or _ANSWERS[service](scope["path"], headers, body)
        if answer is None:
            await app(scope, _again(body, receive), send)
            return
        status, kind, content = answer
        start = {"type": "http.response.start", "status": status}
        await send({**start, "headers": [(b"content-type", kind.encode())]})
        await send({"type": "http.response.body", "body": content.encode()})

    return here


def _again(body: bytes, receive: Any) -> Any:
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def once_more() -> Any:
        return waiting.pop() if waiting else await receive()

    return once_more


def _service(headers: dict[str, str]) -> str:
    """Return the service that a request is signed for."""
    scope = headers.get("authorization", "").partition("Credential=")[2].split(",")[0]
    parts = scope.split("/")
    return parts[3] if len(parts) > 3 else ""


def _refuse(service: str, body: bytes) -> tuple[int, str, str] | None:
    if service not in faults().get("unreadable", []):
        return None
    if action := urllib.parse.parse_qs(body.decode()).get("Action"):
        said = f"User: arn:aws:iam::1:user/x is not authorized to perform: {service}:{action[0]}"
        told = f"<Error><Code>AccessDenied</Code><Message>{said}</Message></Error>"
        return 403, "text/xml", f"<ErrorResponse>{told}</ErrorResponse>"
    said = "AccessDeniedException: is not authorized to perform this"
    error = {"__type": "AccessDeniedException", "Code": "AccessDenied", "message": said}
    return 403, "application/x-amz-json-1.1", json.dumps(error)


def _json(value: Any) -> tuple[int, str, str]:
    return 200, "application/x-amz-json-1.1", json.dumps(value)


def _xml(content: str) -> tuple[int, str, str]:
    return 200, "text/xml", content


def _quotas(_path: str, _headers: Any, body: bytes) -> Any:
    asked = json.loads(body)["QuotaCode"]
    name = {"L-1216C47A": "vcpus", "L-0263D0A3": "addresses", "L-F678F1CE": "networks"}[asked]
    return _json({"Quota": {"QuotaCode": asked, "Value": float(faults().get(name, 5))}})


def _plan(_path: str, _headers: Any, _body: bytes) -> Any:
    return _json({"accountId": "", "accountPlanType": faults().get("plan", "PAID")})


def _functions(path: str, _headers: Any, _body: bytes) -> Any:
    allowed = faults().get("executions")
    if allowed is None or not path.endswith("/account-settings"):
        return None
    limit = {"ConcurrentExecutions": allowed, "UnreservedConcurrentExecutions": allowed}
    return _json({"AccountLimit": limit, "AccountUsage": {}})


def _mail(path: str, _headers: Any, _body: bytes) -> Any:
    if not faults().get("mail_paused") or not path.endswith("/v2/email/account"):
        return None
    return _json({"SendingEnabled": False, "ProductionAccessEnabled": True})


def _simulator(_path: str, _headers: Any, body: bytes) -> Any:
    asked = urllib.parse.parse_qs(body.decode())
    if asked.get("Action") != ["SimulatePrincipalPolicy"]:
        return None
    refused = faults().get("refused", [])
    results = "".join(
        f"<member><EvalActionName>{action}</EvalActionName><EvalDecision>"
        f"{'implicitDeny' if action in refused else 'allowed'}</EvalDecision></member>"
        for key, (action,) in asked.items()
        if key.startswith("ActionNames.")
    )
    return _xml(
        "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><IsTruncated>false"
        f"</IsTruncated><EvaluationResults>{results}</EvaluationResults>"
        "</SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"
    )


def _places(_path: str, _headers: Any, body: bytes) -> Any:
    asked = urllib.parse.parse_qs(body.decode())
    if asked.get("Action") == ["DescribeAvailabilityZones"]:
        return _zones_of_region()
    off = faults().get("region_off")
    (named,) = asked.get("RegionName.1", [off])
    if not off or named != off or asked.get("Action") != ["DescribeRegions"]:
        return None
    return _xml(
        "<DescribeRegionsResponse><regionInfo><item><regionName>"
        f"{off}</regionName><optInStatus>not-opted-in</optInStatus>"
        "</item></regionInfo></DescribeRegionsResponse>"
    )


def _zones_of_region() -> Any:
    ids = faults().get("zone_ids")
    if ids is None:
        return None
    zones = "".join(
        f"<item><zoneName>us-east-1{letter}</zoneName><zoneId>{zone}</zoneId>"
        "<zoneState>available</zoneState><zoneType>availability-zone</zoneType></item>"
        for letter, zone in zip("abcdef", ids, strict=False)
    )
    return _xml(
        "<DescribeAvailabilityZonesResponse><availabilityZoneInfo>"
        f"{zones}</availabilityZoneInfo></DescribeAvailabilityZonesResponse>"
    )


def _stacks(_path: str, _headers: Any, body: bytes) -> Any:
    asked = urllib.parse.parse_qs(body.decode())
    status = faults().get("stack")
    if not status or asked.get("Action") != ["DescribeStacks"]:
        return None
    (name,) = asked["StackName"]
    return _xml(
        "<DescribeStacksResponse><DescribeStacksResult><Stacks><member>"
        f"<StackName>{name}</StackName><StackId>{name}</StackId>"
        f"<CreationTime>2026-11-28T00:00:00Z</CreationTime><StackStatus>{status}</StackStatus>"
        "</member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
    )


def _parameters(_path: str, _headers: Any, body: bytes) -> Any:
    version = faults().get("bootstrap")
    name = json.loads(body).get("Name", "")
    if not version or not name.startswith("/cdk-bootstrap/"):
        return None
    return _json({"Parameter": {"Name": name, "Type": "String", "Value": str(version)}})


def _distributions(path: str, _headers: Any, _body: bytes) -> Any:
    domain = faults().get("domain_taken")
    if not domain or not path.endswith("/distribution"):
        return None
    return _xml(
        "<DistributionList><Marker></Marker><MaxItems>100</MaxItems>"
        "<IsTruncated>false</IsTruncated><Quantity>1</Quantity><Items><DistributionSummary>"
        "<Id>EOFANOTHER</Id><Aliases><Quantity>1</Quantity><Items>"
        f"<CNAME>{domain}</CNAME></Items></Aliases></DistributionSummary></Items>"
        "</DistributionList>"
    )


def _zones(path: str, _headers: Any, _body: bytes) -> Any:
    _, _, zone = path.partition("/hostedzone/")
    if not faults().get("zone_private") or not zone or "/" in zone:
        return None
    return _xml(
        f"<GetHostedZoneResponse><HostedZone><Id>/hostedzone/{zone}</Id><Name>example.org.</Name>"
        "<CallerReference>1</CallerReference><Config><PrivateZone>true</PrivateZone></Config>"
        "</HostedZone></GetHostedZoneResponse>"
    )


def _certificates(_path: str, headers: Any, body: bytes) -> Any:
    status = faults().get("certificate")
    if not status or not headers.get("x-amz-target", "").endswith(".DescribeCertificate"):
        return None
    arn = json.loads(body)["CertificateArn"]
    known = {"CertificateArn": arn, "DomainName": "*.example.org", "Status": status}
    return _json({"Certificate": known})


def _budgets(_path: str, _headers: Any, _body: bytes) -> Any:
    if not faults().get("budgets_refused"):
        return None
    said = (
        "Account 000000000000 is a linked account. To enable budgets for your account, ask the "
        "payer account to enable budgets first."
    )
    error = json.dumps({"__type": "AccessDeniedException", "Message": said})
    return 400, "application/x-amz-json-1.1", error


_ANSWERS: dict[str, Any] = {
    "acm": _certificates,
    "budgets": _budgets,
    "cloudformation": _stacks,
    "cloudfront": _distributions,
    "ec2": _places,
    "freetier": _plan,
    "iam": _simulator,
    "lambda": _functions,
    "route53": _zones,
    "servicequotas": _quotas,
    "ses": _mail,
    "ssm": _parameters,
}
