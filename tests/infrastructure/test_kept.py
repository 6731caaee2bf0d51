"""What a first deployment leaves unprotected, and how a later stack takes back what one kept."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.infrastructure.conftest import KEPT, ROOT, Template
from tests.infrastructure.test_template import OURS


def manifest(template: Template) -> dict[str, object]:
    artifacts = json.loads((template.path.parent / "manifest.json").read_text())["artifacts"]
    return dict(artifacts["Pinhole"]["properties"])


def test_first_deployment_protects_nothing_that_a_rollback_must_delete(first: Template) -> None:
    assert manifest(first).get("terminationProtection", False) is False
    database = first.only("AWS::RDS::DBInstance")
    assert database["Properties"]["DeletionProtection"] is False
    assert database["DeletionPolicy"] == "Delete"
    policies = {
        name: each["DeletionPolicy"]
        for name, each in first.body["Resources"].items()
        if each["Type"] != "AWS::Logs::LogGroup" and "DeletionPolicy" in each
    }
    retained = {name for name, policy in policies.items() if policy == "Retain"}
    # The bucket that is taken back holds pictures: it is no part of a rollback.
    assert {name for name in retained if not name.startswith("PicturesBucket")} == set()


def test_every_later_deployment_protects(small: Template, taken_back: Template) -> None:
    for template in (small, taken_back):
        assert manifest(template)["terminationProtection"] is True
        database = template.only("AWS::RDS::DBInstance")
        assert database["Properties"]["DeletionProtection"] is True
        assert database["DeletionPolicy"] == "Snapshot"


def test_kept_bucket_is_named_literally_and_imported_as_it_is(first: Template) -> None:
    bucket = first.only("AWS::S3::Bucket", named="PicturesBucket")
    assert bucket["Properties"]["BucketName"] == KEPT["bucket"]
    # An import needs one of the two, and with the other a rollback would try to delete it.
    assert bucket["DeletionPolicy"] == "Retain"
    assert "CorsConfiguration" not in bucket["Properties"]
    assert "NotificationConfiguration" not in bucket["Properties"]


def test_kept_bucket_is_fitted_to_this_stack_afterwards(taken_back: Template) -> None:
    properties = taken_back.only("AWS::S3::Bucket", named="PicturesBucket")["Properties"]
    assert properties["BucketName"] == KEPT["bucket"]
    assert properties["CorsConfiguration"]["CorsRules"]
    assert properties["NotificationConfiguration"]["QueueConfigurations"]


def test_site_lets_browsers_read_the_kept_bucket(first: Template, taken_back: Template) -> None:
    for template in (first, taken_back):
        headers = template.only("AWS::CloudFront::ResponseHeadersPolicy")["Properties"]
        assert f"https://{KEPT['bucket']}.s3." in json.dumps(headers)


def test_database_from_a_snapshot_says_nothing_that_the_snapshot_says(
    first: Template, taken_back: Template, small: Template
) -> None:
    for template in (first, taken_back):
        properties = template.only("AWS::RDS::DBInstance")["Properties"]
        assert properties["DBSnapshotIdentifier"] == KEPT["snapshot"]
        assert not {"DBName", "MasterUsername", "StorageEncrypted", "AllocatedStorage"} & set(
            properties
        )
        assert "MasterUserPassword" in properties

    def instance(template: Template) -> str:
        (name,) = template.of_type("AWS::RDS::DBInstance")
        return name

    assert instance(first) == instance(taken_back) == instance(small)


def test_kept_session_key_is_used_and_no_other_made(taken_back: Template, small: Template) -> None:
    own = [name for name in small.of_type("AWS::SecretsManager::Secret") if "Keys" in name]
    assert len(own) == 1
    assert small.body["Resources"][own[0]]["DeletionPolicy"] == "RetainExceptOnCreate"
    tags = small.body["Resources"][own[0]]["Properties"]["Tags"]
    assert "pinhole:bucket" in {tag["Key"] for tag in tags}

    secrets = taken_back.of_type("AWS::SecretsManager::Secret")
    assert not [name for name in secrets if "Keys" in name]
    for name, function in taken_back.of_type("AWS::Lambda::Function").items():
        if OURS.match(name):
            assert function["Environment"]["Variables"]["KEYS_SECRET_ARN"] == KEPT["keys"]
    assert KEPT["keys"] in json.dumps(taken_back.of_type("AWS::IAM::Policy"))


def test_stack_says_what_it_took_back(taken_back: Template, small: Template) -> None:
    outputs = {name: each["Value"] for name, each in taken_back.body["Outputs"].items()}
    assert outputs["KeptBucket"] == KEPT["bucket"]
    assert outputs["KeptSnapshot"] == KEPT["snapshot"]
    assert outputs["KeptKeys"] == KEPT["keys"]
    assert not [name for name in small.body["Outputs"] if name.startswith("Kept")]


def test_workers_of_an_account_with_ten_executions_leave_some_to_people(
    taken_back: Template, small: Template
) -> None:
    def at_once(template: Template) -> list[int]:
        mappings = template.of_type("AWS::Lambda::EventSourceMapping").values()
        return sorted(each["ScalingConfig"]["MaximumConcurrency"] for each in mappings)

    assert at_once(taken_back) == [2, 2, 2, 2]
    assert at_once(small) == [2, 4, 4, 4]  # of copies of everything, fewer at once
    for name, function in taken_back.of_type("AWS::Lambda::Function").items():
        assert "ReservedConcurrentExecutions" not in function, name


@pytest.mark.parametrize("fixture", ["first", "taken_back"])
def test_cloudformations_own_rules_hold_for_what_is_taken_back(
    fixture: str, request: pytest.FixtureRequest
) -> None:
    template = request.getfixturevalue(fixture)
    done = subprocess.run(
        [ROOT / ".venv-deploy/bin/cfn-lint", "--ignore-checks", "W3005", "--", template.path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
