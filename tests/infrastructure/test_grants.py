"""Each function may do what its code calls, and nothing else."""

from __future__ import annotations

import json

import pytest

from tests.infrastructure.conftest import ROOT, Template

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

# Where the code makes the call that an action is for.
CALLS = {
    "secretsmanager:GetSecretValue": ("clients/aws/secrets_manager.py", ".get_secret_value("),
    "secretsmanager:PutSecretValue": ("clients/aws/secrets_manager.py", ".put_secret_value("),
    "sts:AssumeRole": ("clients/aws/presigned_urls.py", ".assume_role("),
    "sts:TagSession": ("clients/aws/presigned_urls.py", 'Tags=[{"Key": "user"'),
    "sqs:SendMessage": ("clients/aws/sqs.py", ".send_message("),
    "sqs:ChangeMessageVisibility": ("clients/aws/sqs.py", ".change_message_visibility("),
    "s3:GetObject": ("clients/aws/image_store.py", ".head_object("),
    "s3:GetObjectVersion": ("clients/aws/bucket_versions.py", "VersionId"),
    "s3:PutObject": ("clients/aws/image_store.py", ".put_object("),
    "s3:DeleteObject": ("clients/aws/image_store.py", ".delete_objects("),
    "s3:DeleteObjectVersion": ("clients/aws/image_store.py", '"VersionId"'),
    "s3:ListBucketVersions": ("clients/aws/image_store.py", '"list_object_versions"'),
    "s3:AbortMultipartUpload": ("clients/aws/image_store.py", ".abort_multipart_upload("),
    "s3:ListBucketMultipartUploads": ("clients/aws/image_store.py", '"list_multipart_uploads"'),
    # So that what is not there is "not found" and not "forbidden".
    "s3:ListBucket": ("clients/aws/image_store.py", '{"404", "NoSuchKey"}'),
    "ses:SendEmail": ("clients/aws/ses.py", ".send_email("),
    # The instance's tags are copied to the snapshot.
    "rds:AddTagsToResource": ("clients/aws/rds_snapshots.py", ".create_db_snapshot("),
    "rds:CreateDBSnapshot": ("clients/aws/rds_snapshots.py", ".create_db_snapshot("),
    "rds:DescribeDBSnapshots": ("clients/aws/rds_snapshots.py", ".describe_db_snapshots("),
}
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
    "Sweep": SECRETS | DELETES | {"sqs:SendMessage", "s3:GetObject", "s3:DeleteObjectVersion"},
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


def test_every_action_has_its_call() -> None:
    assert set().union(MAIL, *MAY.values()) - CONSUMES == set(CALLS)
    for action, (path, call) in CALLS.items():
        assert call in (ROOT / "app" / path).read_text(), action
