"""What the template's policies allow, by an independent IAM simulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.infrastructure.cfn_intrinsics import Resolver
from tests.infrastructure.iam_simulation import Policies, ask, every_case

if TYPE_CHECKING:
    from tests.infrastructure.conftest import Template


def policies_of(template: Template) -> Policies:
    resolve = Resolver(template.body)
    resources = template.body["Resources"]

    def name(kind: str, start: str) -> str:
        found = [
            each
            for each, resource in resources.items()
            if resource["Type"] == kind and each.startswith(start)
        ]
        assert len(found) == 1, (kind, start, found)
        return str(found[0])

    def properties(kind: str, start: str) -> Any:
        return resolve(resources[name(kind, start)]["Properties"])

    def policy(start: str) -> Any:
        return properties("AWS::IAM::Policy", start)["PolicyDocument"]

    def role(start: str) -> str:
        return resolve.arn(name("AWS::IAM::Role", start))

    user = properties("AWS::IAM::Role", "UserAccessRole")
    worker = template.only("AWS::Lambda::Function", named="ComputeWorker")["Properties"]
    return Policies(
        bucket=resolve.arn(name("AWS::S3::Bucket", "PicturesBucket")),
        bucket_policy=properties("AWS::S3::BucketPolicy", "PicturesBucket")["PolicyDocument"],
        user_role=role("UserAccessRole"),
        user_policy=policy("GrantsUserPolicy"),
        user_trust=user["AssumeRolePolicyDocument"],
        api_role=role("ComputeApiRole"),
        api_policy=policy("GrantsApiPolicy"),
        worker_role=role("ComputeWorkerRole"),
        worker_policy=policy("GrantsWorkerPolicy"),
        sends_mail=bool(worker["Environment"]["Variables"]["MAIL_FROM"]),
        migrate_policy=policy("GrantsMigratePolicy"),
        doctor_policy=policy("GrantsDoctorPolicy"),
        sweep_policy=policy("GrantsSweepPolicy"),
        picture_queue=resolve.arn(name("AWS::SQS::Queue", "PicturesArrivedQueue")),
        picture_queue_policy=properties("AWS::SQS::QueuePolicy", "PicturesArrivedQueue"),
        owner_secret=resolve.arn(
            name("AWS::SecretsManager::SecretTargetAttachment", "DatabaseInstance")
        ),
        runtime_secret=resolve.arn(name("AWS::SecretsManager::Secret", "DatabaseRuntime")),
    )


def test_every_right_is_as_it_must_be(template: Template) -> None:
    cases = every_case(policies_of(template))
    assert len(cases) >= 50
    answers = ask(cases)
    wrong = [
        f"{case.name}: {answer}, not {case.expected}"
        for case, answer in zip(cases, answers, strict=True)
        if answer != case.expected
    ]
    assert wrong == []
