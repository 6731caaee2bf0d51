"""Settings are read once, and everything that is missing is named at once."""

import pytest

from app.settings import (
    REQUIRED,
    InvalidSettingError,
    MissingSettingsError,
    Settings,
)

ENOUGH = {
    "DATABASE_URL": "postgresql://app:secret@db.example.org/pinhole",
    "SITE_ORIGIN": "https://pictures.example.org/",
    "PICTURE_BUCKET": "pictures",
    "PICTURE_QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/1/pictures",
    "DESCRIPTION_QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/1/descriptions",
    "EXPORT_QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/1/exports",
    "MAIL_QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/1/letters",
    "SECRET_KEY": "0123456789abcdef0123456789abcdef",
    "USER_ROLE_ARN": "arn:aws:iam::1:role/user",
    "AWS_REGION": "eu-central-1",
    "SETUP_CODE": "0123456789abcdef0123456789abcdef",
}


def test_everything_missing_is_named_in_one_message() -> None:
    with pytest.raises(MissingSettingsError) as refused:
        Settings.from_environment({"SITE_ORIGIN": "", "AWS_REGION": "eu-central-1"})
    assert set(refused.value.names) == set(REQUIRED) - {"AWS_REGION"}
    for name in refused.value.names:
        assert name in str(refused.value)


def test_what_is_left_out_has_its_default() -> None:
    settings = Settings.from_environment(ENOUGH)
    assert settings.database_url.startswith("postgresql+psycopg2://")
    assert settings.site_origin == "https://pictures.example.org"
    assert settings.site_is_https
    assert settings.site_dir is None
    assert settings.model is None
    assert settings.max_upload_bytes == 200 * 1024 * 1024
    assert settings.picture_origin == "https://pictures.s3.eu-central-1.amazonaws.com"


def test_zips_are_small_where_one_machine_stands_in_for_aws() -> None:
    one_machine = ENOUGH | {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}
    own = one_machine | {"EXPORT_ZIP_BYTES": "2000000000"}
    sizes = [
        Settings.from_environment(each).export_zip_bytes for each in (ENOUGH, one_machine, own)
    ]
    assert sizes == [1024**3, 100 * 1024**2, 2_000_000_000]


def test_a_key_alone_switches_the_model_on() -> None:
    model = Settings.from_environment(ENOUGH | {"OPENAI_API_KEY": "sk-x"}).model
    assert model is not None
    assert (model.model, model.effort, model.is_demo) == ("gpt-6-luna", "none", False)
    assert model.host == "api.openai.com"


def test_an_effort_set_to_nothing_is_not_sent() -> None:
    own = {"OPENAI_API_KEY": "x", "OPENAI_BASE_URL": "http://ollama:11434/v1", "OPENAI_EFFORT": ""}
    model = Settings.from_environment(ENOUGH | own).model
    assert model is not None
    assert model.effort is None
    assert model.host == "ollama:11434"


@pytest.mark.parametrize(
    "wrong",
    [
        {"DATABASE_URL": "mysql://db/pinhole"},
        {"SITE_ORIGIN": "pictures.example.org"},
        {"SITE_ORIGIN": "ftp://pictures.example.org"},
        {"SITE_ORIGIN": "https://pictures.example.org/path"},
        {"SETUP_CODE": "1234"},
        {"MAX_UPLOAD_BYTES": "0"},
        {"MAX_UPLOAD_BYTES": "100 MB"},
        {"EXPORT_ZIP_BYTES": "0"},
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InvalidSettingError) as refused:
        Settings.from_environment(ENOUGH | wrong)
    assert next(iter(wrong)) in str(refused.value)
