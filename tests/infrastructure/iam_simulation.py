"""Questions to the IAM simulator about this product's policies, wherever they were read from."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
SIMULATOR = Path(__file__).with_name("simulate.mjs")
ACCOUNT = "123456789012"
ANNA, BERT = "1f0c9c1e4b7d4a6e9a3b5c7d9e0f1a2b", "f" * 32
IMAGE = "0123456789abcdef0123456789abcdef"
TLS = {"aws:SecureTransport": "true", "s3:TlsVersion": "1.3", "s3:signatureAge": "1000"}
AS_ANNA = {**TLS, "aws:PrincipalTag/user": ANNA}
ONCE = {"s3:if-none-match": "*"}
# As S3 says it of opening an upload in parts and of sending one: these make no object.
MAKES_NOTHING = {"s3:ObjectCreationOperation": "false"}
MAKES_AN_OBJECT = {"s3:ObjectCreationOperation": "true"}

ALLOWED, SILENT, REFUSED = "Allowed", "ImplicitlyDenied", "ExplicitlyDenied"


@dataclass(frozen=True, kw_only=True)
class Policies:
    """What was deployed: who, with which rights, over what."""

    bucket: str  # its ARN
    bucket_policy: Any
    user_role: str  # ARNs from here
    user_policy: Any
    user_trust: Any
    api_role: str
    api_policy: Any
    worker_role: str
    worker_policy: Any
    sends_mail: bool
    migrate_policy: Any
    doctor_policy: Any
    sweep_policy: Any
    picture_queue: str
    picture_queue_policy: Any
    owner_secret: str  # of the database's owner, which migrations are
    runtime_secret: str  # of the role that all other functions are


@dataclass(frozen=True, kw_only=True)
class Case:
    """One question and the answer that it must have."""

    name: str
    expected: str
    action: str
    resource: str
    context: dict[str, Any]
    principal: str
    identity: Any
    resource_policy: Any = None


def ask(cases: list[Case]) -> list[str]:
    """Return what the simulator says of each."""
    questions = [
        {
            "action": case.action,
            "resource": case.resource,
            "context": case.context,
            "principal": case.principal,
            "identity": case.identity,
            "resourcePolicy": case.resource_policy,
            "account": ACCOUNT,
        }
        for case in cases
    ]
    done = subprocess.run(
        [shutil.which("node") or "node", SIMULATOR],
        cwd=ROOT,
        input=json.dumps(questions),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    assert isinstance(answers, list)
    return answers


def every_case(known: Policies) -> list[Case]:
    """Return all questions."""
    return [
        *_own(known),
        *_own_parts(known),
        *_others(known),
        *_copying(known),
        *_transport(known),
        *_becoming(known),
        *_functions(known),
        *_mailing(known),
    ]


def _as_user(
    known: Policies, name: str, expected: str, action: str, key: str, context: dict[str, Any]
) -> Case:
    resource = f"{known.bucket}/{key}" if key else known.bucket
    return Case(
        name=name,
        expected=expected,
        action=f"s3:{action}",
        resource=resource,
        context=context,
        principal=known.user_role.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/")
        + f"/user-{ANNA}",
        identity=known.user_policy,
        resource_policy=known.bucket_policy,
    )


def _own(known: Policies) -> list[Case]:
    mine = f"users/{ANNA}/{IMAGE}"
    writing = {**AS_ANNA, **ONCE}
    return [
        _as_user(known, name, expected, action, key, context)
        for name, expected, action, key, context in (
            ("reads an original", ALLOWED, "GetObject", f"{mine}/original", AS_ANNA),
            ("reads a thumbnail", ALLOWED, "GetObject", f"{mine}/thumbnail.webp", AS_ANNA),
            ("writes an original", ALLOWED, "PutObject", f"{mine}/original", writing),
            ("overwrites an original", REFUSED, "PutObject", f"{mine}/original", AS_ANNA),
            ("writes a thumbnail", SILENT, "PutObject", f"{mine}/thumbnail.webp", writing),
            ("writes a preview", SILENT, "PutObject", f"{mine}/preview.webp", writing),
            ("writes anything else", SILENT, "PutObject", f"{mine}/page.html", writing),
            ("deletes", SILENT, "DeleteObject", f"{mine}/original", AS_ANNA),
            ("deletes a version", REFUSED, "DeleteObjectVersion", f"{mine}/original", AS_ANNA),
            ("reads a version", SILENT, "GetObjectVersion", f"{mine}/original", AS_ANNA),
            ("writes an ACL", SILENT, "PutObjectAcl", f"{mine}/original", AS_ANNA),
            ("tags", SILENT, "PutObjectTagging", f"{mine}/original", AS_ANNA),
            ("lists", SILENT, "ListBucket", "", {**AS_ANNA, "s3:prefix": f"users/{ANNA}/"}),
            ("lists all", SILENT, "ListBucket", "", AS_ANNA),
            ("lists versions", SILENT, "ListBucketVersions", "", AS_ANNA),
            ("reads the policy", SILENT, "GetBucketPolicy", "", AS_ANNA),
            ("writes the policy", SILENT, "PutBucketPolicy", "", AS_ANNA),
        )
    ]


def _own_parts(known: Policies) -> list[Case]:
    mine, theirs = f"users/{ANNA}/{IMAGE}", f"users/{BERT}/{IMAGE}/original"
    sending, whole = {**AS_ANNA, **MAKES_NOTHING}, {**AS_ANNA, **MAKES_AN_OBJECT}
    parts, drop = "ListMultipartUploadParts", "AbortMultipartUpload"
    return [
        _as_user(known, name, expected, action, key, context)
        for name, expected, action, key, context in (
            ("sends a part", ALLOWED, "PutObject", f"{mine}/original", sending),
            ("joins parts", ALLOWED, "PutObject", f"{mine}/original", {**whole, **ONCE}),
            ("joins parts over one", REFUSED, "PutObject", f"{mine}/original", whole),
            ("looks at its parts", ALLOWED, parts, f"{mine}/original", AS_ANNA),
            ("drops its parts", ALLOWED, drop, f"{mine}/original", AS_ANNA),
            ("sends a thumbnail's part", SILENT, "PutObject", f"{mine}/thumbnail.webp", sending),
            ("drops an export's parts", SILENT, drop, f"users/{ANNA}/exports/x.zip", AS_ANNA),
            ("sends another's part", SILENT, "PutObject", theirs, sending),
            ("joins another's parts", SILENT, "PutObject", theirs, {**whole, **ONCE}),
            ("looks at another's parts", SILENT, parts, theirs, AS_ANNA),
            ("drops another's parts", SILENT, drop, theirs, AS_ANNA),
            ("lists what is open", SILENT, "ListBucketMultipartUploads", "", AS_ANNA),
        )
    ]


def _others(known: Policies) -> list[Case]:
    theirs, writing = f"users/{BERT}/{IMAGE}/original", {**AS_ANNA, **ONCE}
    mine = f"users/{ANNA}/{IMAGE}/original"
    everyone = {**TLS, "aws:PrincipalTag/user": "*"}
    return [
        _as_user(known, name, SILENT, action, key, context)
        for name, action, key, context in (
            ("reads another's", "GetObject", theirs, AS_ANNA),
            ("writes another's", "PutObject", theirs, writing),
            ("reads a longer prefix", "GetObject", f"users/{ANNA}0/{IMAGE}/original", AS_ANNA),
            ("reads beside the users", "GetObject", f"{ANNA}/{IMAGE}/original", AS_ANNA),
            ("reads without a tag", "GetObject", mine, TLS),
            ("writes without a tag", "PutObject", mine, {**TLS, **ONCE}),
            ("reads below no name", "GetObject", f"users//{IMAGE}/original", TLS),
            ("reads as everyone", "GetObject", theirs, everyone),
            ("writes as everyone", "PutObject", theirs, {**everyone, **ONCE}),
        )
    ]


def _copying(known: Policies) -> list[Case]:
    """Copy for Anna what is Bert's: the session of a copy has both of their tags."""
    copying, carl = {**AS_ANNA, "aws:PrincipalTag/from": BERT}, "c" * 32
    theirs, mine = f"users/{BERT}/{IMAGE}", f"users/{ANNA}/{IMAGE}/original"
    writing = {**copying, **ONCE}
    return [
        _as_user(known, f"while copying {name}", expected, action, key, context)
        for name, expected, action, key, context in (
            ("reads the other's original", ALLOWED, "GetObject", f"{theirs}/original", copying),
            ("reads the other's preview", ALLOWED, "GetObject", f"{theirs}/preview.webp", copying),
            ("writes an own original", ALLOWED, "PutObject", mine, writing),
            ("overwrites an own original", REFUSED, "PutObject", mine, copying),
            ("writes the other's", SILENT, "PutObject", f"{theirs}/original", writing),
            ("reads the other's export", SILENT, "GetObject", f"users/{BERT}/exports/1.zip",
             copying),
            ("reads a third's", SILENT, "GetObject", f"users/{carl}/{IMAGE}/original", copying),
            ("reads as from everyone", SILENT, "GetObject", f"{theirs}/original",
             {**AS_ANNA, "aws:PrincipalTag/from": "*"}),
        )
    ]  # fmt: skip


def _transport(known: Policies) -> list[Case]:
    mine = f"users/{ANNA}/{IMAGE}/original"
    return [
        _as_user(known, name, expected, "GetObject", mine, {**AS_ANNA, **change})
        for name, expected, change in (
            ("reads in the clear", REFUSED, {"aws:SecureTransport": "false"}),
            ("reads by TLS 1.1", REFUSED, {"s3:TlsVersion": "1.1"}),
            ("reads by TLS 1.2", ALLOWED, {"s3:TlsVersion": "1.2"}),
            ("reads with a signature of 20 minutes", ALLOWED, {"s3:signatureAge": "1200000"}),
            ("reads with an old signature", REFUSED, {"s3:signatureAge": "1200001"}),
        )
    ]


def _becoming(known: Policies) -> list[Case]:
    named = {"aws:RequestTag/user": ANNA, "aws:TagKeys": ["user"]}
    copying = {**named, "aws:RequestTag/from": BERT, "aws:TagKeys": ["user", "from"]}
    from_all = {**copying, "aws:RequestTag/from": "*"}
    more = {"aws:RequestTag/admin": "1", "aws:TagKeys": ["user", "admin"]}

    def case(name: str, expected: str, action: str, context: Any, *, by: str | None = None) -> Case:
        return Case(
            name=name,
            expected=expected,
            action=f"sts:{action}",
            resource=known.user_role,
            context=context,
            principal=by or known.api_role,
            identity=known.api_policy,
            resource_policy=known.user_trust,
        )

    stranger = f"arn:aws:iam::{ACCOUNT}:role/Stranger"
    return [
        case("API becomes a user", ALLOWED, "AssumeRole", named),
        case("API tags a session", ALLOWED, "TagSession", named),
        case("API copies from one to another", ALLOWED, "AssumeRole", copying),
        case("API tags a session that copies", ALLOWED, "TagSession", copying),
        case("API copies from everyone", SILENT, "AssumeRole", from_all),
        case("worker copies", SILENT, "AssumeRole", copying, by=known.worker_role),
        case("API becomes nobody", SILENT, "AssumeRole", {}),
        case("API becomes everyone", SILENT, "AssumeRole", {**named, "aws:RequestTag/user": "*"}),
        case(
            "API becomes a short name",
            SILENT,
            "AssumeRole",
            {**named, "aws:RequestTag/user": ANNA[1:]},
        ),
        case("API adds a tag", SILENT, "AssumeRole", {**named, **more}),
        case("API adds a tag to a session", SILENT, "TagSession", {**named, **more}),
        case("worker becomes a user", SILENT, "AssumeRole", named, by=known.worker_role),
        case("stranger becomes a user", SILENT, "AssumeRole", named, by=stranger),
    ]


def _mailing(known: Policies) -> list[Case]:
    ours, expected = "pinhole@example.org", ALLOWED if known.sends_mail else SILENT

    def case(name: str, expected: str, *, action: str, sender: str, on: str, api: bool) -> Case:
        return Case(
            name=name,
            expected=expected,
            action=f"ses:{action}",
            resource=f"arn:aws:ses:us-east-1:{ACCOUNT}:identity/{on}",
            context={"ses:FromAddress": sender} if sender else {},
            principal=known.api_role if api else known.worker_role,
            identity=known.api_policy if api else known.worker_policy,
        )

    return [
        case(name, right, action=action, sender=sender, on=on, api=api)
        for name, right, action, sender, on, api in (
            ("worker sends mail", expected, "SendEmail", ours, ours, False),
            ("worker sends by the domain", expected, "SendEmail", ours, "example.org", False),
            ("worker sends in the sandbox", expected, "SendEmail", ours, "ada@home.test", False),
            ("worker sends as another", SILENT, "SendEmail", "boss@example.org", ours, False),
            ("worker sends as nobody", SILENT, "SendEmail", "", ours, False),
            ("worker sends raw mail", SILENT, "SendRawEmail", ours, ours, False),
            ("worker makes an identity", SILENT, "CreateEmailIdentity", ours, ours, False),
            ("API sends mail", SILENT, "SendEmail", ours, ours, True),
        )
    ]


def _functions(known: Policies) -> list[Case]:
    anyones = f"{known.bucket}/users/{ANNA}/{IMAGE}"

    def case(
        name: str,
        expected: str,
        action: str,
        resource: str,
        *,
        by: str,
        identity: Any,
        context: dict[str, Any] = TLS,
    ) -> Case:
        on_bucket = resource.startswith(known.bucket)
        return Case(
            name=name,
            expected=expected,
            action=action,
            resource=resource,
            context=context,
            principal=by,
            identity=identity,
            resource_policy=known.bucket_policy if on_bucket else None,
        )

    api = {"by": known.api_role, "identity": known.api_policy}
    migrate = {
        "by": known.api_role.replace("Api", "Migrate"),
        "identity": known.migrate_policy,
    }
    snapshots = f"arn:aws:rds:us-east-1:{ACCOUNT}:snapshot:"
    worker = {"by": known.worker_role, "identity": known.worker_policy}
    doctor = {
        "by": known.api_role.replace("Api", "Doctor"),
        "identity": known.doctor_policy,
    }
    sweep = {"by": known.api_role.replace("Api", "Sweep"), "identity": known.sweep_policy}
    administrator = {
        "by": f"arn:aws:iam::{ACCOUNT}:role/Administrator",
        "identity": {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
        },
    }
    a_copy = f"{known.bucket}/users/{ANNA}/exports/{IMAGE}/1-0a.zip"
    return [
        case("API reads a picture itself", SILENT, "s3:GetObject", f"{anyones}/original", **api),
        case("API writes a picture itself", REFUSED, "s3:PutObject", f"{anyones}/original", **api),
        case("API reads its database's secret", ALLOWED, _READ, known.runtime_secret, **api),
        case("API reads the owner's secret", SILENT, _READ, known.owner_secret, **api),
        case("worker reads the owner's secret", SILENT, _READ, known.owner_secret, **worker),
        case("doctor reads the owner's secret", SILENT, _READ, known.owner_secret, **doctor),
        case("migrations read the owner's secret", ALLOWED, _READ, known.owner_secret, **migrate),
        case("migrations read the other role's secret", ALLOWED, _READ, known.runtime_secret,
             **migrate),
        case("migrations tag their snapshot", ALLOWED, "rds:AddTagsToResource",
             f"{snapshots}pinhole-before-0013-1", **migrate),
        case("migrations tag another snapshot", SILENT, "rds:AddTagsToResource",
             f"{snapshots}other", **migrate),
        case("API reads another secret", SILENT, _READ, _OTHER_SECRET, **api),
        case("API rings for a picture again", ALLOWED, "sqs:SendMessage", known.picture_queue,
             **api),
        case("worker reads an original", ALLOWED, "s3:GetObject", f"{anyones}/original", **worker),
        case("worker makes a thumbnail", ALLOWED, "s3:PutObject", f"{anyones}/thumbnail.webp",
             **worker),
        case("worker changes an original", REFUSED, "s3:PutObject", f"{anyones}/original",
             **worker),
        case("worker takes a message", ALLOWED, "sqs:ReceiveMessage", known.picture_queue,
             **worker),
        case("worker empties a queue", SILENT, "sqs:PurgeQueue", known.picture_queue, **worker),
        case("worker reads another bucket", SILENT, "s3:GetObject", "arn:aws:s3:::other/users/x",
             **worker),
        case("migrations read a picture", SILENT, "s3:GetObject", f"{anyones}/original",
             by=known.api_role.replace("Api", "Migrate"), identity=known.migrate_policy),
        case("doctor reads an earlier version", ALLOWED, "s3:GetObjectVersion",
             f"{anyones}/original", **doctor),
        *(
            case(f"{name} deletes a version", REFUSED, "s3:DeleteObjectVersion",
                 f"{anyones}/original", **who)
            for name, who in (("doctor", doctor), ("worker", worker), ("sweep", sweep),
                              ("API", api), ("an administrator", administrator))
        ),
        case("sweep deletes a copy for good", ALLOWED, "s3:DeleteObjectVersion", a_copy, **sweep),
        case("sweep deletes a picture", ALLOWED, "s3:DeleteObject", f"{anyones}/original", **sweep),
        case("sweep writes an original", REFUSED, "s3:PutObject", f"{anyones}/original", **sweep),
        case("sweep writes a sidecar", ALLOWED, "s3:PutObject", f"{anyones}/sidecar.json", **sweep),
        case("worker writes a sidecar", SILENT, "s3:PutObject", f"{anyones}/sidecar.json",
             **worker),
        case("API reads a sidecar", SILENT, "s3:GetObject", f"{anyones}/sidecar.json", **api),
        case("sweep deletes a preview's version", SILENT, "s3:DeleteObjectVersion",
             f"{anyones}/preview.webp", **sweep),
        case("sweep changes the rule", SILENT, "s3:PutLifecycleConfiguration", known.bucket,
             **sweep),
        case("worker deletes a copy for good", SILENT, "s3:DeleteObjectVersion", a_copy, **worker),
        case("doctor deletes a copy for good", SILENT, "s3:DeleteObjectVersion", a_copy, **doctor),
        *(
            case(f"{name} leaves a tombstone of {whose}", expected, "s3:PutObject", key, **who)
            for name, who, of_picture, of_person in (
                ("sweep", sweep, ALLOWED, ALLOWED),
                ("doctor", doctor, ALLOWED, SILENT),
                ("worker", worker, SILENT, SILENT),
                ("API", api, SILENT, SILENT),
            )
            for whose, expected, key in (
                ("a picture", of_picture, f"{anyones}/deleted"),
                ("a person", of_person, f"{known.bucket}/users/{ANNA}/deleted"),
            )
        ),
        case("doctor drops parts", ALLOWED, "s3:AbortMultipartUpload", f"{anyones}/original",
             **doctor),
        case("API drops parts itself", SILENT, "s3:AbortMultipartUpload", f"{anyones}/original",
             **api),
        case("doctor overwrites an original", REFUSED, "s3:PutObject", f"{anyones}/original",
             **doctor),
        case("doctor writes where none is seen", ALLOWED, "s3:PutObject", f"{anyones}/original",
             context={**TLS, **ONCE}, **doctor),
        case("doctor writes a thumbnail", SILENT, "s3:PutObject", f"{anyones}/thumbnail.webp",
             **doctor),
        case("doctor reads another secret", SILENT, _READ, _OTHER_SECRET, **doctor),
    ]  # fmt: skip


_READ = "secretsmanager:GetSecretValue"
_OTHER_SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:other-abcdef"
