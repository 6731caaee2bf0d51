"""What the template says, in both sizes: what no emulator can show is held here."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.messages import MAX_ATTEMPTS
from app.runtime_role import RUNTIME_ROLE
from tests.infrastructure.cfn_intrinsics import Resolver
from tests.infrastructure.conftest import ROOT, Template
from tests.infrastructure.readable import readable

SNAPSHOTS = Path(__file__).with_name("snapshots")
FUNCTIONS = ("ComputeApi", "ComputeWorker", "ComputeSweep", "ComputeMigrate", "ComputeDoctor")
OURS = re.compile(r"Compute(Api|Worker|Sweep|Migrate|Doctor)[0-9A-F]{8}\Z")


def functions(template: Template) -> dict[str, dict[str, Any]]:
    found = template.of_type("AWS::Lambda::Function")
    return {name: each for name, each in found.items() if OURS.match(name)}


def test_it_is_what_it_was(template: Template, request: pytest.FixtureRequest) -> None:
    path = SNAPSHOTS / f"{request.node.callspec.params['template']}.txt"
    assert readable(template.body).splitlines() == path.read_text().splitlines(), (
        f"The template has changed. If that is meant: cp {template.path.parent}/readable {path}"
    )


@pytest.fixture(autouse=True)
def leave_readable(template: Template) -> None:
    (template.path.parent / "readable").write_text(readable(template.body))


def test_cloudformations_own_rules_hold(template: Template) -> None:
    done = subprocess.run(
        # W3005: CDK writes dependencies out that CloudFormation would find by itself.
        [ROOT / ".venv-deploy/bin/cfn-lint", "--ignore-checks", "W3005", "--", template.path],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_rules_of_aws_solutions_leave_no_finding(template: Template) -> None:
    report = json.loads((template.path.parent / "validation-report.json").read_text())
    assert [
        plugin["violations"] for plugin in report["pluginReports"] if plugin["violations"]
    ] == []
    # They were looked for: what does not fit is there, with its reason.
    known = (template.path.parent / "Pinhole.metadata.json").read_text()
    assert known.count("AwsSolutions-") > 20


def test_the_database_is_hard_to_reach_and_to_lose(template: Template) -> None:
    database = template.only("AWS::RDS::DBInstance")
    assert database["DeletionPolicy"] == database["UpdateReplacePolicy"] == "Snapshot"
    properties = database["Properties"]
    assert properties["StorageEncrypted"] is True
    assert properties["DeletionProtection"] is True
    assert properties["PubliclyAccessible"] is False
    assert properties["AutoMinorVersionUpgrade"] is False
    assert re.fullmatch(r"\d+\.\d+", properties["EngineVersion"])
    (parameters,) = template.of_type("AWS::RDS::DBParameterGroup").values()
    assert parameters["Parameters"]["rds.force_ssl"] == "1"
    (subnets,) = template.of_type("AWS::RDS::DBSubnetGroup").values()
    for subnet in subnets["SubnetIds"]:
        assert "databaseSubnet" in subnet["Ref"]


def test_isolated_subnets_have_no_way_out(template: Template) -> None:
    for route in template.of_type("AWS::EC2::Route").values():
        assert "databaseSubnet" not in route["RouteTableId"]["Ref"]


def test_the_sizes_differ_as_they_say(small: Template, production: Template) -> None:
    def backup(template: Template) -> tuple[int, bool]:
        properties = template.only("AWS::RDS::DBInstance")["Properties"]
        return properties["BackupRetentionPeriod"], properties["MultiAZ"]

    assert backup(small) == (7, False)
    assert backup(production) == (30, True)
    assert len(small.of_type("AWS::EC2::Instance")) == 1
    assert len(small.of_type("AWS::EC2::NatGateway")) == 0
    assert len(production.of_type("AWS::EC2::NatGateway")) == 2
    assert len(production.of_type("AWS::EC2::Instance")) == 0
    assert len(production.of_type("AWS::RDS::DBProxy")) == 1
    assert production.only("AWS::RDS::DBProxy")["Properties"]["RequireTLS"] is True


def test_the_large_size_has_what_its_arithmetic_asks_for(large: Template) -> None:
    database = large.only("AWS::RDS::DBInstance")["Properties"]
    assert (database["DBInstanceClass"], database["MultiAZ"]) == ("db.r7g.2xlarge", True)
    assert len(large.of_type("AWS::RDS::DBProxy")) == 1
    bucket = large.only("AWS::S3::Bucket", named="PicturesBucket")["Properties"]
    rules = {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}
    assert rules["tiers"]["ObjectSizeGreaterThan"] == "131072"
    assert rules["tiers"]["Transitions"] == [
        {"StorageClass": "INTELLIGENT_TIERING", "TransitionInDays": 0}
    ]
    sweep = next(each for name, each in functions(large).items() if "Sweep" in name)
    assert sweep["Environment"]["Variables"]["SWEEP_PAGES"] == "300"
    shard = large.only("AWS::ApiGatewayV2::Stage")["Properties"]["RouteSettings"]
    assert shard["ANY /shard-0/api/{proxy+}"] == {
        "ThrottlingRateLimit": 500,
        "ThrottlingBurstLimit": 2000,
    }
    mappings = large.of_type("AWS::Lambda::EventSourceMapping").values()
    at_once = sorted(each["ScalingConfig"]["MaximumConcurrency"] for each in mappings)
    assert at_once == [20, 200, 200, 200]  # of copies of everything, a tenth


def test_decoders_that_are_not_confined_work_and_are_told_of(template: Template) -> None:
    worker = next(each for name, each in functions(template).items() if "Worker" in name)
    assert worker["Environment"]["Variables"]["UNCONFINED_DECODERS"] == "allow"
    alarm = template.only("AWS::CloudWatch::Alarm", named="ObservabilityDecodersUnconfined")
    properties = alarm["Properties"]
    assert (properties["Namespace"], properties["MetricName"]) == ("Pinhole", "UnconfinedChildren")
    assert properties["Dimensions"] == [{"Name": "service", "Value": "worker"}]
    assert properties["Threshold"] == 1


def test_no_bucket_is_public(template: Template) -> None:
    for name, bucket in template.of_type("AWS::S3::Bucket").items():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}, name
        rule = bucket["OwnershipControls"]["Rules"][0]
        assert rule["ObjectOwnership"] == "BucketOwnerEnforced", name
        assert bucket["BucketEncryption"], name


def test_the_picture_bucket_is_kept_and_knows_one_origin(template: Template) -> None:
    bucket = template.only("AWS::S3::Bucket", named="PicturesBucket")
    assert bucket["DeletionPolicy"] == "RetainExceptOnCreate"
    assert bucket["UpdateReplacePolicy"] == "Retain"
    properties = bucket["Properties"]
    assert properties["VersioningConfiguration"]["Status"] == "Enabled"
    (rule,) = properties["CorsConfiguration"]["CorsRules"]
    (origin,) = rule["AllowedOrigins"]
    assert origin != "*"
    assert rule["AllowedMethods"] == ["GET", "PUT"]
    rules = {rule["Id"]: rule for rule in properties["LifecycleConfiguration"]["Rules"]}
    assert rules["old-versions"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 14}
    unfinished = rules["unfinished-uploads"]["AbortIncompleteMultipartUpload"]
    assert unfinished == {"DaysAfterInitiation": 1}


def test_only_the_picture_bucket_of_this_account_may_ring(template: Template) -> None:
    (queue,) = [
        policy["PolicyDocument"]["Statement"]
        for name, policy in template.of_type("AWS::SQS::QueuePolicy").items()
        if name.startswith("PicturesArrivedQueue")
    ]
    (s3,) = [each for each in queue if each["Principal"] == {"Service": "s3.amazonaws.com"}]
    assert s3["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert "pinhole-pictures" in json.dumps(s3["Condition"]["ArnEquals"]["aws:SourceArn"])
    (event,) = template.only("AWS::S3::Bucket", named="PicturesBucket")["Properties"][
        "NotificationConfiguration"
    ]["QueueConfigurations"]
    assert event["Filter"]["S3Key"]["Rules"] == [{"Name": "suffix", "Value": "/original"}]


def test_messages_that_fail_too_often_are_kept_apart(template: Template) -> None:
    queues = template.of_type("AWS::SQS::Queue")
    working = [queue for queue in queues.values() if "RedrivePolicy" in queue]
    assert len(working) == 4
    slowest = max(each["Timeout"] for each in functions(template).values() if "Events" not in each)
    worker = next(each["Timeout"] for name, each in functions(template).items() if "Worker" in name)
    assert slowest >= worker
    for queue in working:
        assert queue["RedrivePolicy"]["maxReceiveCount"] == MAX_ATTEMPTS
        assert queue["VisibilityTimeout"] >= 6 * worker
    for mapping in template.of_type("AWS::Lambda::EventSourceMapping").values():
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert mapping["ScalingConfig"]["MaximumConcurrency"] >= 2


def test_no_role_may_do_everything_or_pass_roles_on(template: Template) -> None:
    for name, policy in template.of_type("AWS::IAM::Policy").items():
        for statement in policy["PolicyDocument"]["Statement"]:
            actions = statement["Action"]
            for action in [actions] if isinstance(actions, str) else actions:
                assert action not in {"*", "s3:*", "iam:*", "sts:*"}, name
                assert not action.startswith("iam:PassRole"), name


def test_all_rights_of_functions_are_given_in_one_place(template: Template) -> None:
    for name, role in template.of_type("AWS::IAM::Role").items():
        if name.startswith(FUNCTIONS):
            assert "Policies" not in role
            assert "ManagedPolicyArns" not in role
            policies = [
                policy
                for policy, properties in template.of_type("AWS::IAM::Policy").items()
                if {"Ref": name} in properties["Roles"]
            ]
            assert len(policies) == 1
            assert policies[0].startswith("Grants")


def test_functions_insist_on_the_databases_certificate(template: Template) -> None:
    assert len(functions(template)) == len(FUNCTIONS)
    for function in functions(template).values():
        variables = function["Environment"]["Variables"]
        assert variables["PGSSLMODE"] == "verify-full"
        assert variables["PGSSLROOTCERT"] == "/var/task/database-ca.pem"
        assert function["Architectures"] == ["arm64"]
        assert function["Runtime"] == "python3.13"
        assert function["VpcConfig"]["SubnetIds"]


def test_secrets_are_in_no_environment(template: Template) -> None:
    for function in functions(template).values():
        for name, value in function["Environment"]["Variables"].items():
            assert "resolve:secretsmanager" not in json.dumps(value), name


def test_migrations_run_before_new_code(template: Template) -> None:
    for name, resource in template.body["Resources"].items():
        if OURS.match(name) and not name.startswith("ComputeMigrate"):
            assert any("MigrateFirst" in other for other in resource["DependsOn"]), name


# What belongs to an account and not to a region, and what names it.
_OF_THE_ACCOUNT = {
    "AWS::CloudFront::ResponseHeadersPolicy": ("ResponseHeadersPolicyConfig", "Name"),
    "AWS::CloudFront::OriginAccessControl": ("OriginAccessControlConfig", "Name"),
    "AWS::CloudFront::OriginRequestPolicy": ("OriginRequestPolicyConfig", "Name"),
    "AWS::CloudFront::CachePolicy": ("CachePolicyConfig", "Name"),
    "AWS::CloudFront::Function": ("Name",),
    "AWS::CloudWatch::Dashboard": ("DashboardName",),
    "AWS::Budgets::Budget": ("Budget", "BudgetName"),
    "AWS::IAM::Role": ("RoleName",),
    "AWS::IAM::ManagedPolicy": ("ManagedPolicyName",),
}


def test_a_second_region_of_the_account_collides_with_no_name(template: Template) -> None:
    named = 0
    for kind, path in _OF_THE_ACCOUNT.items():
        for resource, properties in template.of_type(kind).items():
            value: Any = properties
            for key in path:
                value = value.get(key) if value else None
            if value is not None:  # else CloudFormation makes one up
                assert {"Ref": "AWS::Region"} in str_parts(value), resource
                named += 1
    assert named >= 6


def str_parts(value: Any) -> list[Any]:
    return list(value["Fn::Join"][1]) if isinstance(value, dict) else [value]


def test_nobody_keeps_who_looked_at_what(template: Template) -> None:
    for name, bucket in template.of_type("AWS::S3::Bucket").items():
        assert "LoggingConfiguration" not in bucket, name
    distribution = template.only("AWS::CloudFront::Distribution")["Properties"]
    assert "Logging" not in distribution["DistributionConfig"]
    # What the API keeps of a request names neither an address nor a person.
    log = template.only("AWS::ApiGatewayV2::Stage")["Properties"]["AccessLogSettings"]["Format"]
    assert set(re.findall(r"\$context\.([\w.]+)", log)) == {
        "requestId",
        "requestTime",
        "httpMethod",
        "path",
        "status",
        "responseLatency",
        "integrationErrorMessage",
    }


def test_the_budget_counts_this_product_and_not_the_whole_account(template: Template) -> None:
    budget = template.only("AWS::Budgets::Budget")["Properties"]["Budget"]
    assert budget["CostFilters"] == {"TagKeyValue": ["user:product$pinhole"]}
    tagged = template.only("AWS::RDS::DBInstance")["Properties"]["Tags"]
    assert {"Key": "product", "Value": "pinhole"} in tagged


def test_only_migrations_are_the_databases_owner(template: Template) -> None:
    (owner,) = template.of_type("AWS::SecretsManager::SecretTargetAttachment")
    (runtime,) = (
        name
        for name in template.of_type("AWS::SecretsManager::Secret")
        if name.startswith("DatabaseRuntime")
    )
    for name, function in functions(template).items():
        variables = function["Environment"]["Variables"]
        is_migrate = name.startswith("ComputeMigrate")
        wanted = owner if is_migrate else runtime
        assert variables["DATABASE_SECRET_ARN"] == {"Ref": wanted}, name
        assert ("DATABASE_RUNTIME_SECRET_ARN" in variables) == is_migrate
    for proxy in template.of_type("AWS::RDS::DBProxy").values():
        assert [each["SecretArn"] for each in proxy["Auth"]] == [{"Ref": runtime}]
    secret = template.of_type("AWS::SecretsManager::Secret")[runtime]["GenerateSecretString"]
    assert json.loads(secret["SecretStringTemplate"]) == {"username": RUNTIME_ROLE}


def test_the_databases_log_ends(template: Template) -> None:
    resolve = Resolver(template.body)
    database = template.only("AWS::RDS::DBInstance")
    (instance,) = template.of_type("AWS::RDS::DBInstance")
    wanted = {
        f"/aws/rds/instance/{resolve(database['Properties']['DBInstanceIdentifier'])}/{log}"
        for log in database["Properties"]["EnableCloudwatchLogsExports"]
    }
    groups = {
        resolve(group["LogGroupName"]): name
        for name, group in template.of_type("AWS::Logs::LogGroup").items()
        if "LogGroupName" in group
    }
    assert wanted
    assert wanted <= set(groups)
    # Before RDS makes one itself, which keeps everything.
    assert set(groups.values()) <= set(template.body["Resources"][instance]["DependsOn"])


def test_mail_goes_to_who_asked_for_it(small: Template, production: Template) -> None:
    assert small.of_type("AWS::SNS::Subscription") == {}
    subscription = production.only("AWS::SNS::Subscription")["Properties"]
    assert subscription["Endpoint"] == "operator@example.org"


def test_a_domain_brings_a_certificate_and_names(small: Template, production: Template) -> None:
    assert small.of_type("AWS::Route53::RecordSet") == {}
    records = production.of_type("AWS::Route53::RecordSet").values()
    assert {record["Type"] for record in records} == {"A", "AAAA"}
    assert {record["Name"] for record in records} == {"pictures.example.org."}
    certificate = production.only("AWS::CertificateManager::Certificate")["Properties"]
    assert certificate["DomainName"] == "pictures.example.org"
    for function in functions(production).values():
        origin = function["Environment"]["Variables"]["SITE_ORIGIN"]
        assert origin == "https://pictures.example.org"


def test_everything_of_ours_ends_in_logs_that_end(template: Template) -> None:
    for name, group in template.of_type("AWS::Logs::LogGroup").items():
        assert group["RetentionInDays"] in {30, 180}, name


def test_who_joins_and_who_writes_are_settings(small: Template, production: Template) -> None:
    for template, mail, registration in (
        (small, "", "invite"),
        (production, "Pinhole <pinhole@example.org>", "closed"),
    ):
        for function in functions(template).values():
            variables = function["Environment"]["Variables"]
            assert (variables["MAIL_FROM"], variables["REGISTRATION"]) == (mail, registration)
            assert variables["TRUSTED_PROXIES"] == "2"


@pytest.mark.parametrize("work", ["Arrived", "Descriptions", "Exports", "Mails"])
def test_each_kind_of_work_has_a_queue_of_its_own(template: Template, work: str) -> None:
    queues = [
        mapping["EventSourceArn"]["Fn::GetAtt"][0]
        for mapping in template.of_type("AWS::Lambda::EventSourceMapping").values()
    ]
    assert len(queues) == len(set(queues)) == 4
    assert len([each for each in queues if each.startswith(f"Pictures{work}Queue")]) == 1


def test_functions_reach_sign_in_providers_and_nothing_but_https_outside(
    template: Template,
) -> None:
    groups = template.of_type("AWS::EC2::SecurityGroup")
    for name, function in functions(template).items():
        (group,) = (each["Fn::GetAtt"][0] for each in function["VpcConfig"]["SecurityGroupIds"])
        outside = [
            (rule["IpProtocol"], rule["FromPort"], rule["ToPort"])
            for rule in groups[group]["SecurityGroupEgress"]
            if rule.get("CidrIp") == "0.0.0.0/0"
        ]
        assert outside == [("tcp", 443, 443)], name


def test_every_function_is_traced(template: Template) -> None:
    modes = {each["TracingConfig"]["Mode"] for each in functions(template).values()}
    assert modes == {"Active"}
