#!/usr/bin/env bash
# An emulated CloudFormation takes the bucket that a change set imports for a conflict of names, and rolls back.
#
# One would guess that ImportExistingResources adopts a bucket which is there, named in the template and retained, as
# AWS documents it: the change set even lists it as an import.
# What happens: ministack 1.5.33 makes that change set, then its own check before the deployment finds that "the bucket
# exists" and ends in ROLLBACK_COMPLETE; the reason is in DescribeEvents alone, not in the stack's events.
# Why it matters: a picture library that was removed leaves its bucket, and the next stack takes it back by an
# import. The way back cannot be tried against the emulator unless the check is told of imports.
set -euo pipefail
folder=$(mktemp -d)
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet ministack==1.5.33 boto3==1.43.14
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
env HOME="$folder" GATEWAY_PORT="$port" PERSIST_STATE=0 SFTP_ENABLED=0 IOT_MTLS_ENABLED=0 \
  DOCKER_HOST=unix:///nonexistent venv/bin/ministack > ministack.log 2>&1 &
server=$!
trap 'kill "$server"; rm -rf "$folder"' EXIT
PORT=$port venv/bin/python - <<'PYTHON'
import json
import os
import time
import urllib.request

import boto3

address = f"http://127.0.0.1:{os.environ['PORT']}"
for _ in range(600):
    try:
        urllib.request.urlopen(f"{address}/_ministack/health", timeout=1).read()
        break
    except OSError:
        time.sleep(0.1)
keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
session = boto3.Session(**keys)
s3, stacks = (session.client(name, endpoint_url=address) for name in ("s3", "cloudformation"))
s3.create_bucket(Bucket="pictures-that-were-kept")
template = {"Resources": {"Pictures": {
    "Type": "AWS::S3::Bucket",
    "DeletionPolicy": "Retain",
    "Properties": {"BucketName": "pictures-that-were-kept"},
}}}
made = stacks.create_change_set(
    StackName="library", ChangeSetName="back", ChangeSetType="CREATE",
    TemplateBody=json.dumps(template), ImportExistingResources=True,
)
stacks.get_waiter("change_set_create_complete").wait(ChangeSetName=made["Id"])
(change,) = stacks.describe_change_set(ChangeSetName=made["Id"])["Changes"]
print("the change set says:", change["ResourceChange"]["Action"])
stacks.execute_change_set(ChangeSetName=made["Id"])
status = "REVIEW_IN_PROGRESS"
while status.endswith("IN_PROGRESS"):
    time.sleep(0.2)
    status = stacks.describe_stacks(StackName=made["StackId"])["Stacks"][0]["StackStatus"]
events = stacks.describe_events(StackName=made["StackId"])["OperationEvents"]
reasons = [each["ValidationStatusReason"] for each in events if "ValidationStatusReason" in each]
print("the stack ends as", status, "because", reasons)
assert status == "ROLLBACK_COMPLETE", "ministack imports buckets by now"
assert len(reasons) == 1 and "pictures-that-were-kept" in reasons[0]
PYTHON
