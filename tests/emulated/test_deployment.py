"""A real `cdk deploy` of the real template, and the product that it leaves behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from playwright.sync_api import expect

from tests.emulated.conftest import a_page
from tests.emulated.emulator import ACCOUNT, REGION, STACK
from tests.emulated.users import follow_setup_link, session_of
from tests.infrastructure.iam_simulation import Policies, ask, every_case
from tests.support.images import heic, jpeg

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.e2e.page_objects import Screen
    from tests.emulated.conftest import Deployment


def call(deployment: Deployment, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask CloudFront, past the browser."""
    return deployment.account.get(deployment.site, path, **headers)


def test_the_stack_is_complete_and_protected(deployment: Deployment) -> None:
    client = deployment.account.client("cloudformation")
    (stack,) = client.describe_stacks(StackName=STACK)["Stacks"]
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    assert stack["EnableTerminationProtection"] is True
    (database,) = deployment.account.client("rds").describe_db_instances()["DBInstances"]
    assert database["DeletionProtection"] is True
    policy = client.get_stack_policy(StackName=STACK)["StackPolicyBody"]
    assert "LogicalResourceId/DatabaseInstance" in policy
    assert "LogicalResourceId/PicturesBucket" in policy
    assert "✅  Pinhole" in deployment.reported


def test_the_one_command_of_the_readme_says_what_it_does(deployment: Deployment) -> None:
    told = [
        f"Account {ACCOUNT}, region {REGION}",
        "Looked at, and changed nothing:",
        "Pinhole is deployed for the first time.",
        "Make them now (cdk bootstrap)? [y/N]",
        "What will change (size small, about 32 USD a month)",
        "Deploy this? [y/N]",
        "It stands. Now it is protected from deletion ...",
        "Waiting until it answers",
    ]
    places = [deployment.said.find(words) for words in told]
    assert -1 not in places, dict(zip(told, places, strict=True))
    assert places == sorted(places)


def test_it_ends_with_the_address_and_the_setup_link(deployment: Deployment) -> None:
    ending = deployment.said.partition("Waiting until it answers ...")[2]
    assert [line.strip() for line in ending.splitlines() if line.strip()] == [
        f"Pinhole is at {deployment.site}",
        "Make the first account, which administers the site, by this link (it is shown once):",
        deployment.setup_link,
        "Nobody is told of trouble: add -c alarms=you@example.com.",
        "It sends no mail, so nobody can reset a password: add -c mail=pinhole@example.com.",
    ]
    assert deployment.setup_link.startswith(f"{deployment.site}/setup#")


def test_setup_link_that_was_used_is_as_one_that_never_was(
    browser: Browser, deployment: Deployment, invitations: list[str]
) -> None:
    assert invitations  # the operator followed the link and administers the site
    told = []
    for link in (deployment.setup_link, f"{deployment.site}/setup#{'x' * 43}"):
        with a_page(browser, deployment) as (page, witness):
            witness.forgive("status of 403")
            with page.expect_response("**/api/auth/first") as answered:
                follow_setup_link(page, link)
            answer = answered.value
            alert = page.get_by_role("alert")
            expect(alert).to_contain_text("This setup code is wrong, or was used already.")
            body = {**answer.json(), "request_id": None}
            headers = sorted(answer.headers.keys())
            told.append((answer.status, body, headers, alert.inner_text(), session_of(page)))
    used, never = told
    assert used == never
    assert (used[0], used[-1]["user"]) == (403, None)


def test_migrations_ran_before_anything_served(deployment: Deployment) -> None:
    # A hundred a page, the newest first: the second pass, which protects, fills the first ones.
    pages = deployment.account.client("cloudformation").get_paginator("describe_stack_events")
    events = [each for page in pages.paginate(StackName=STACK) for each in page["StackEvents"]]
    done = [
        event["LogicalResourceId"]
        for event in reversed(events)
        if event["ResourceStatus"] == "CREATE_COMPLETE"
    ]
    migrated = next(at for at, name in enumerate(done) if name.startswith("ComputeMigrateFirst"))
    api = next(at for at, name in enumerate(done) if name.startswith("ComputeApi5"))
    assert migrated < api


def test_it_is_used_by_a_person(screen: Screen, deployment: Deployment, tmp_path: Path) -> None:
    assert deployment.site.endswith(".cloudfront.net")
    email = screen.register()
    pictures = (jpeg(), heic())
    for picture in pictures:
        (tmp_path / picture.name).write_bytes(picture.content)
    with screen.page.expect_request(f"{deployment.storage}/users/**/original*") as uploaded:
        screen.choose(*(tmp_path / picture.name for picture in pictures))
    assert uploaded.value.method == "PUT"
    assert "X-Amz-Signature=" in unquote(uploaded.value.url)
    screen.expect_added(*(picture.name for picture in pictures))
    for picture in pictures:
        screen.expect_thumbnail(picture.name)
    screen.sign_out()
    screen.sign_in(email)
    screen.expect_thumbnail("beach.jpg")
    screen.sign_out()


def test_cookies_are_for_this_host_only(screen: Screen) -> None:
    screen.register()
    cookies = [each for each in screen.context.cookies() if "name" in each]
    assert {each["name"] for each in cookies} == {"__Host-session", "__Host-device"}
    assert all(each["secure"] and each["httpOnly"] for each in cookies)


def test_an_unknown_page_is_the_site(deployment: Deployment) -> None:
    page = call(deployment, "/")
    for path in ("/some/page", "/a/b.c", "/register?x=1"):
        assert call(deployment, path)[2] == page[2]
    assert page[0] == 200
    assert page[1]["cache-control"] == "no-cache"


def test_hashed_files_are_kept_for_good(deployment: Deployment) -> None:
    page = call(deployment, "/")[2].decode()
    script = page.partition('src="/assets/')[2].partition('"')[0]
    status, headers, _ = call(deployment, f"/assets/{script}")
    assert status == 200
    assert headers["cache-control"] == "public, max-age=31536000, immutable"


def test_an_unknown_api_address_is_a_problem(deployment: Deployment) -> None:
    for path in ("/api/unknown", "/api/images/x.css", "/api"):
        status, headers, body = call(deployment, path)
        assert status in {401, 404}
        assert headers["content-type"] == "application/problem+json"
        assert headers["cache-control"] == "private, no-store"
        assert json.loads(body)["code"] in {"not_found", "not_signed_in"}


def test_every_answer_has_the_same_guard(deployment: Deployment) -> None:
    guarded = [call(deployment, path)[1] for path in ("/", "/api/health", "/api/unknown")]
    for name in (
        "content-security-policy",
        "strict-transport-security",
        "x-content-type-options",
        "x-frame-options",
        "referrer-policy",
        "permissions-policy",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
    ):
        assert len({headers[name] for headers in guarded}) == 1, name


def test_calls_around_cloudfront_are_refused(deployment: Deployment) -> None:
    apis = deployment.account.client("apigatewayv2").get_apis()["Items"]
    host = f"{apis[0]['ApiId']}.execute-api.localhost:{deployment.account.port}"
    for path in ("/api/health", "/shard-3/api/health"):
        for headers in ({}, {"X-Pinhole-Door": "guess"}):
            status, _, body = call(deployment, path, Host=host, **headers)
            assert status == 403
            assert json.loads(body)["code"] == "not_through_the_site"


def test_strangers_read_no_bucket(deployment: Deployment) -> None:
    for bucket in deployment.account.client("s3").list_buckets()["Buckets"]:
        host = f"{bucket['Name']}.s3.us-east-1.amazonaws.com"
        for path in ("/", "/index.html"):
            assert call(deployment, path, Host=host)[0] == 403


def policies_of(deployment: Deployment) -> Policies:
    """Read everything back from the account."""
    client = deployment.account.client
    iam, s3, sqs = client("iam"), client("s3"), client("sqs")
    bucket = deployment.account.outputs["PictureBucket"]
    roles = {role["RoleName"].removeprefix(f"{STACK}-"): role for role in iam.list_roles()["Roles"]}

    def role(start: str) -> dict[str, Any]:
        found = [each for name, each in roles.items() if name.startswith(start)]
        assert len(found) == 1, start
        return dict(found[0])

    def policy(start: str) -> Any:
        name = role(start)["RoleName"]
        (policy_name,) = iam.list_role_policies(RoleName=name)["PolicyNames"]
        assert iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"] == []
        return iam.get_role_policy(RoleName=name, PolicyName=policy_name)["PolicyDocument"]

    arrived = next(url for url in sqs.list_queues()["QueueUrls"] if "ArrivedQueue" in url)
    attributes = sqs.get_queue_attributes(QueueUrl=arrived, AttributeNames=["All"])["Attributes"]
    return Policies(
        bucket=f"arn:aws:s3:::{bucket}",
        bucket_policy=json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"]),
        user_role=role("UserAccess")["Arn"],
        user_policy=policy("UserAccess"),
        user_trust=role("UserAccess")["AssumeRolePolicyDocument"],
        api_role=role("ComputeApiRole")["Arn"],
        api_policy=policy("ComputeApiRole"),
        worker_role=role("ComputeWorkerRole")["Arn"],
        worker_policy=policy("ComputeWorkerRole"),
        sends_mail=False,
        migrate_policy=policy("ComputeMigrateRole"),
        doctor_policy=policy("ComputeDoctorRole"),
        sweep_policy=policy("ComputeSweepRole"),
        picture_queue=attributes["QueueArn"],
        picture_queue_policy=json.loads(attributes["Policy"]),
        owner_secret=deployment.account.outputs["DatabaseSecret"],
        runtime_secret=deployment.account.outputs["DatabaseRuntimeSecret"],
    )


def test_rights_as_deployed_are_as_they_must_be(deployment: Deployment) -> None:
    cases = every_case(policies_of(deployment))
    assert len(cases) >= 50
    wrong = [
        f"{case.name}: {answer}, not {case.expected}"
        for case, answer in zip(cases, ask(cases), strict=True)
        if answer != case.expected
    ]
    assert wrong == []


def test_deploying_again_changes_nothing(deployment: Deployment) -> None:
    assert "(no changes)" in deployment.account.deploy(deployment.out)


def test_a_changed_setting_is_an_update(deployment: Deployment, tmp_path: Path) -> None:
    account = deployment.account
    account.synthesize(tmp_path / "changed", "alarms=operator@example.org")
    account.deploy(tmp_path / "changed")
    stacks = account.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    assert [stack["StackStatus"] for stack in stacks] == ["UPDATE_COMPLETE"]
    subscriptions = account.client("sns").list_subscriptions()["Subscriptions"]
    assert [each["Endpoint"] for each in subscriptions] == ["operator@example.org"]
    assert call(deployment, "/api/health")[0] == 200
