"""Each function may do what its code calls, and nothing else."""

from __future__ import annotations

import json

import pytest

from tests.infrastructure.conftest import Template

# What AWS itself does in a function's name: its log, its traces, its place in the network, and
# taking messages out of queues for it.
RUNS = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
}
CONSUMES = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}

DELETES = {
    "s3:DeleteObject",
    "s3:PutObject",  # a tombstone
    "s3:AbortMultipartUpload",
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:ListBucketMultipartUploads",
}
SECRETS = {"secretsmanager:GetSecretValue"}
MAIL = {"ses:SendEmail"}  # where an address is set
MAY = {
    "Api": SECRETS | {"sts:AssumeRole", "sts:TagSession", "sqs:SendMessage"},
    "Worker": SECRETS
    | CONSUMES
    | DELETES
    | {"sqs:ChangeMessageVisibility", "sqs:SendMessage", "s3:GetObject"},
    "Sweep": SECRETS
    | DELETES
    | {"sqs:SendMessage", "sqs:GetQueueAttributes", "s3:GetObject", "s3:DeleteObjectVersion"},
    "Doctor": SECRETS | DELETES | {"sqs:SendMessage", "s3:GetObject", "s3:GetObjectVersion"},
    # It writes the setup code, and makes the copy before what cannot be taken back.
    "Migrate": SECRETS
    | {"secretsmanager:PutSecretValue"}
    | {"rds:AddTagsToResource", "rds:CreateDBSnapshot", "rds:DescribeDBSnapshots"},
}


def test_only_a_worker_that_has_an_address_sends_mail(
    small: Template, production: Template
) -> None:
    for template, count in ((small, 0), (production, 1)):
        senders = [
            name
            for name, policy in template.of_type("AWS::IAM::Policy").items()
            if "ses:" in json.dumps(policy)
        ]
        assert len(senders) == count
        assert all(name.startswith("GrantsWorkerPolicy") for name in senders)


def test_versions_are_deleted_by_the_sweep_alone_and_of_copies_alone(template: Template) -> None:
    may = [
        (name, statement["Resource"])
        for name, policy in template.of_type("AWS::IAM::Policy").items()
        if name.startswith("Grants")
        for statement in policy["PolicyDocument"]["Statement"]
        if "s3:DeleteObjectVersion" in json.dumps(statement["Action"])
    ]
    ((name, resource),) = may
    assert name.startswith("GrantsSweepPolicy")
    assert resource["Fn::Join"][1][-1] == "/users/*/exports/*"


def test_what_is_deleted_stays_for_two_weeks_by_the_buckets_own_rule(template: Template) -> None:
    bucket = template.only("AWS::S3::Bucket", named="PicturesBucket")["Properties"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    rules = bucket["LifecycleConfiguration"]["Rules"]
    assert [rule["NoncurrentVersionExpiration"] for rule in rules if rule["Id"] == "old-versions"]
    for rule in rules:
        days = rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays", 14)
        assert (rule["Status"], days) == ("Enabled", 14)
    # Nobody in the stack may change that rule, or switch versions off.
    policies = json.dumps(template.of_type("AWS::IAM::Policy"))
    for action in ("PutLifecycleConfiguration", "PutBucketVersioning", '"s3:*"', '"s3:Put*"'):
        assert action not in policies


@pytest.mark.parametrize("function", MAY)
def test_a_function_may_do_what_it_calls(template: Template, function: str) -> None:
    policy = template.only("AWS::IAM::Policy", named=f"Grants{function}Policy")["Properties"]
    allowed = set()
    for statement in policy["PolicyDocument"]["Statement"]:
        assert statement["Effect"] == "Allow"
        actions = statement["Action"]
        allowed |= {actions} if isinstance(actions, str) else set(actions)
    assert allowed - MAIL == RUNS | MAY[function]
