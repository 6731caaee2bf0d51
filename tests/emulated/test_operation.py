"""What an operator does with a deployment: change secrets, examine, copy before a migration."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg2
import pytest
from alembic.script import ScriptDirectory

from tests.emulated.emulator import ROOT
from tests.emulated.test_deployment import call
from tests.support.images import jpeg

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

    from tests.e2e.page_objects import Screen
    from tests.emulated.conftest import Deployment

MIGRATION = """
revision = "later"
down_revision = "{head}"
branch_labels = None
depends_on = None
CHANGES_DATA = True


def upgrade():
    pass


def downgrade():
    pass
"""


def doctor(deployment: Deployment, *words: str) -> subprocess.CompletedProcess[str]:
    """Run what ./scripts/doctor becomes once it has installed what it needs."""
    command = f"{ROOT}/.venv/bin/python -m scripts.integrity_check.examine --aws {' '.join(words)}"
    return deployment.account.type(command)


def function(deployment: Deployment, start: str) -> str:
    names = deployment.account.outputs["Functions"].split(",")
    (found,) = (name for name in names if f"Compute{start}" in name)
    return found


def invoke(deployment: Deployment, name: str) -> tuple[bool, Any]:
    answer = deployment.account.client("lambda").invoke(FunctionName=name, Payload=b"{}")
    return "FunctionError" not in answer, json.loads(answer["Payload"].read())


def test_the_door_changes_without_a_moment_closed(deployment: Deployment) -> None:
    account = deployment.account
    secrets = account.client("secretsmanager")
    arn = account.outputs["DoorSecret"]

    def door() -> Any:
        return json.loads(secrets.get_secret_value(SecretId=arn)["SecretString"])

    before = door()["door"]
    done = account.type("./scripts/deploy rotate door")
    assert done.returncode == 0, done.stdout + done.stderr
    after = door()
    assert set(after) == {"door"}
    assert after["door"] != before
    assert call(deployment, "/api/health")[0] == 200
    apis = account.client("apigatewayv2").get_apis()["Items"]
    host = f"{apis[0]['ApiId']}.execute-api.localhost:{account.port}"
    around = {"Host": host, "X-Pinhole-Door": before}
    assert call(deployment, "/api/health", **around)[0] == 403


def test_the_databases_password_changes(deployment: Deployment) -> None:
    account = deployment.account
    secrets = account.client("secretsmanager")
    arn = account.outputs["DatabaseSecret"]

    def owner() -> Any:
        return json.loads(secrets.get_secret_value(SecretId=arn)["SecretString"])

    before = owner()
    done = account.type("./scripts/deploy rotate database")
    assert done.returncode == 0, done.stdout + done.stderr
    after = owner()
    assert after == before | {"password": after["password"]}
    assert after["password"] != before["password"]
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        account.connect(before["username"], before["password"])
    # No connection is left that was opened by the old one.
    account.end_connections(after["username"])
    assert call(deployment, "/api/health")[0] == 200


def test_only_what_can_be_changed_so_is(deployment: Deployment) -> None:
    done = deployment.account.type("./scripts/deploy rotate session_key")
    assert done.returncode == 1
    assert "takes one of: door, database" in done.stdout


def test_the_doctor_finds_what_was_deleted_and_brings_it_back(
    screen: Screen, deployment: Deployment, tmp_path: Path
) -> None:
    account = deployment.account
    picture = jpeg(seed=77, name="kept.jpg")
    (tmp_path / picture.name).write_bytes(picture.content)
    screen.register()
    screen.choose(tmp_path / picture.name)
    screen.expect_thumbnail(picture.name)
    done = doctor(deployment, "--read")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Rows, objects and checksums agree." in done.stdout

    s3, bucket = account.client("s3"), account.outputs["PictureBucket"]
    keys = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    originals = [key for key in keys if key.endswith("/original")]
    orphan = f"users/{uuid4().hex}/{uuid4().hex}"
    s3.delete_object(Bucket=bucket, Key=originals[0])
    # No original: for that an event would come, and the worker would clear it away.
    s3.put_object(Bucket=bucket, Key=f"{orphan}/preview.webp", Body=b"nobody's")

    done = doctor(deployment)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"missing  reported   {originals[0]}" in done.stdout
    assert f"orphan   reported   {orphan}/original" in done.stdout

    done = doctor(deployment, "--repair", "--remove-orphans", "--yes")
    assert done.returncode == 0, done.stdout + done.stderr
    done = doctor(deployment, "--read")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_database_is_copied_before_data_is_changed(deployment: Deployment) -> None:
    account = deployment.account
    lambda_, rds = account.client("lambda"), account.client("rds")
    name = function(deployment, "Migrate")
    code = with_one_more_migration()
    lambda_.update_function_code(FunctionName=name, ZipFile=code)
    known = lambda_.get_function_configuration(FunctionName=name)["Environment"]["Variables"]

    # The right that the function has ends at its own database: nothing is migrated.
    wrong = {**known, "DATABASE_INSTANCE": "another"}
    lambda_.update_function_configuration(FunctionName=name, Environment={"Variables": wrong})
    assert invoke(deployment, name)[0] is False
    assert rds.describe_db_snapshots()["DBSnapshots"] == []

    lambda_.update_function_configuration(FunctionName=name, Environment={"Variables": known})
    done, told = invoke(deployment, name)
    assert done, told
    assert told["ran"] == ["later"]  # so it had not run before
    (snapshot,) = rds.describe_db_snapshots()["DBSnapshots"]
    assert snapshot["DBSnapshotIdentifier"] == told["snapshot"]
    assert snapshot["DBSnapshotIdentifier"].startswith("pinhole-before-later-")
    assert snapshot["DBInstanceIdentifier"] == account.outputs["DatabaseInstance"]


def with_one_more_migration() -> bytes:
    """The package as deployed, with a migration that changes data."""
    head = ScriptDirectory(str(ROOT / "app/migrations")).get_current_head() or ""
    package = ROOT / "build/package"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path in package.rglob("*"):
            if path.is_file():
                archive.write(path, path.relative_to(package))
        archive.writestr("app/migrations/versions/later.py", MIGRATION.format(head=head))
    return packed.getvalue()
