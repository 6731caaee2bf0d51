"""Prices of models: the table, the operator's own, and how pictures are counted."""

import pytest

from app.clients.openai_vision import most_tokens
from app.descriptions.tariff import Tariff
from app.model_prices import FREE, PRICES, Tiles, UnreadablePriceError, parse_prices, price_of
from app.settings import InvalidSettingError, Settings
from tests.test_settings import ENOUGH

OPENAI = "api.openai.com"


@pytest.mark.parametrize(
    ("model", "size", "tokens"),
    [
        # The examples of OpenAI's guide.
        ("gpt-5.4", (1024, 1024), 1229),
        ("gpt-4o", (1024, 1024), 765),
        ("gpt-4.1-mini", (1024, 1024), 1659),
        ("gpt-6-luna", (1, 1), 2),
        ("gpt-6-luna", (33, 32), 3),
        ("gpt-4o", (512, 512), 255),
        ("gpt-4o-mini", (1024, 1024), 2833 + 4 * 5667),
    ],
)
def test_tokens_of_a_picture(model: str, size: tuple[int, int], tokens: int) -> None:
    assert PRICES[model].picture.tokens(*size) == tokens


def test_a_price_is_of_openais_host_or_the_operators() -> None:
    own = parse_prices("llava = 0/0, gpt-6-luna=0.2/1.25")
    assert price_of("llava", host="ollama:11434", own=own) == FREE
    assert price_of("gpt-6-luna", host=OPENAI, own=own) != PRICES["gpt-6-luna"]
    assert price_of("gpt-5.4-mini", host=OPENAI, own=own) == PRICES["gpt-5.4-mini"]
    assert price_of("gpt-5.4-mini-2026-03-17", host=OPENAI, own={}) == PRICES["gpt-5.4-mini"]
    assert price_of("gpt-5.4-mini", host="eu.api.openai.com", own={}) is None
    assert price_of("gpt-7", host=OPENAI, own={}) is None


def test_the_operators_price_keeps_the_rule_by_which_pictures_are_counted() -> None:
    assert isinstance(parse_prices("gpt-4o=1/1")["gpt-4o"].picture, Tiles)
    # Of a model that nobody knows, the dearest.
    assert parse_prices("x=1/1")["x"].picture.tokens(1024, 1024) == 2520


@pytest.mark.parametrize("words", ["x", "x=1", "=1/2", "x=1/2/3", "x=-1/2", "x=1/nan", "x=1e9/1"])
def test_a_price_that_cannot_be_meant_is_refused(words: str) -> None:
    with pytest.raises(UnreadablePriceError):
        parse_prices(words)
    with pytest.raises(InvalidSettingError, match="OPENAI_PRICES"):
        Settings.from_environment(ENOUGH | {"OPENAI_API_KEY": "x", "OPENAI_PRICES": words})


def test_budgets_of_a_month() -> None:
    def model(**words: str) -> tuple[int | None, int | None]:
        found = Settings.from_environment(ENOUGH | {"OPENAI_API_KEY": "x"} | words).model
        assert found is not None
        return found.budget, found.person_budget

    assert model() == (20 * 10**9, 5 * 10**9)
    assert model(OPENAI_BUDGET_USD="none", OPENAI_PERSON_BUDGET_USD="0.5") == (None, 5 * 10**8)
    for wrong in ("-1", "lots", "nan", "1e12"):
        with pytest.raises(InvalidSettingError, match="OPENAI_BUDGET_USD"):
            model(OPENAI_BUDGET_USD=wrong)


def test_no_question_takes_more_tokens_than_are_reckoned() -> None:
    """A byte of UTF-8 is a token at most; what is sent is measured in the tests of the client."""
    settings = Settings.from_environment(ENOUGH | {"OPENAI_API_KEY": "x"}).model
    tariff = Tariff.of(settings)
    assert tariff is not None
    asked, answered = most_tokens()
    assert tariff.input_tokens == asked + 1229
    assert tariff.output_tokens == answered
    # Less than a fifth of a cent, which docs/decisions/0118 says.
    assert 1_500_000 < tariff.most_of_picture < 2_000_000
