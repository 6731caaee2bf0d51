"""What models cost, and how many tokens a picture is: a dated table, which the operator overrides.

Money is counted in whole nano-dollars (a thousand-millionth of a US dollar), so that sums are
exact: 0.10 USD for a million tokens is 100 of them for each.

Sources: prices from https://developers.openai.com/api/docs/pricing, as several public price tables
gave it between 24 September and 9 October 2026; where they differ, the higher one stands here.
Batches cost half of it (https://developers.openai.com/api/docs/guides/batch).
Tokens of pictures from https://developers.openai.com/api/docs/guides/images-vision ("Calculating
costs"), in its wording of summer 2026. It does not name the models called gpt-6 yet; they are
counted as those before them, with 1.2 tokens for each patch.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal, InvalidOperation

PRICES_AS_OF = date(2026, 10, 9)
PRICES_SOURCE = "https://developers.openai.com/api/docs/pricing"
# The host whose prices these are. Others sell models of the same names at prices of their own, and
# OpenAI's own hosts of a region add a tenth.
PRICED_HOST = "api.openai.com"
NANOS = 10**9  # of a dollar
_NANOS_PER_USD_PER_MILLION = 1000
_MAX_USD_PER_MILLION = Decimal(10_000)
_PATCH = 32
_TILE = 512
_TILED_SHORT_SIDE = 768


@dataclass(frozen=True, kw_only=True)
class Patches:
    """A picture costs so many tokens for each square of 32 pixels that it touches."""

    tokens_of_hundred: int  # of a hundred patches: the multiplier, exactly

    def tokens(self, width: int, height: int) -> int:
        """Count a picture of at most 1,024 pixels a side, which is below every patch budget."""
        patches = math.ceil(width / _PATCH) * math.ceil(height / _PATCH)
        return -(-patches * self.tokens_of_hundred // 100)


@dataclass(frozen=True, kw_only=True)
class Tiles:
    """A picture costs some tokens, and more for each square of 512 pixels that it touches."""

    base: int
    tile: int

    def tokens(self, width: int, height: int) -> int:
        """Count a picture of at most 2,048 pixels a side, as it is scaled there."""
        short = min(width, height)
        scale = min(1.0, _TILED_SHORT_SIDE / short)
        tiles = math.ceil(width * scale / _TILE) * math.ceil(height * scale / _TILE)
        return self.base + self.tile * tiles


# Of a model whose rule is not known: the dearest for each patch (gpt-4.1-nano's).
_DEAREST = Patches(tokens_of_hundred=246)


@dataclass(frozen=True, kw_only=True)
class Price:
    """What a token costs, in nano-dollars, and how pictures are counted."""

    input: int
    output: int
    cache_write: int  # of a token of the question that the host also keeps for the next one
    picture: Patches | Tiles = _DEAREST

    def cost(self, *, input_tokens: int, output_tokens: int, cache_write_tokens: int = 0) -> int:
        """Return nano-dollars. What comes from a cache is counted in full: never too little."""
        written = min(cache_write_tokens, input_tokens)
        return (
            (input_tokens - written) * self.input
            + written * max(self.input, self.cache_write)
            + output_tokens * self.output
        )

    def in_batches(self) -> "Price":
        """Return the half, which is what batches cost, rounded up."""
        return replace(
            self,
            input=-(-self.input // 2),
            output=-(-self.output // 2),
            cache_write=-(-self.cache_write // 2),
        )

    def most(self, *, input_tokens: int, output_tokens: int) -> int:
        """Return what at most so many tokens cost at most, in nano-dollars."""
        return self.cost(
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cache_write_tokens=input_tokens,
        )


FREE = Price(input=0, output=0, cache_write=0)


def _price(input_usd: str, output_usd: str, picture: Patches | Tiles, *, write: str = "1") -> Price:
    return Price(
        input=_nanos(Decimal(input_usd)),
        output=_nanos(Decimal(output_usd)),
        cache_write=_nanos(Decimal(input_usd) * Decimal(write)),
        picture=picture,
    )


def _nanos(usd_per_million: Decimal) -> int:
    exact = usd_per_million * _NANOS_PER_USD_PER_MILLION
    return int(exact.to_integral_value(rounding=ROUND_CEILING))


_BY_12 = Patches(tokens_of_hundred=120)
_WRITE = "1.25"  # what gpt-6 asks for tokens that it puts into its cache
# US dollars for a million tokens of questions and of answers.
PRICES: Mapping[str, Price] = {
    "gpt-6-astra": _price("10", "50", _BY_12, write=_WRITE),
    "gpt-6.1-sol": _price("2", "10", _BY_12, write=_WRITE),
    "gpt-6-sol": _price("2", "10", _BY_12, write=_WRITE),
    "gpt-6-luna": _price("0.10", "0.50", _BY_12, write=_WRITE),
    "gpt-5.6-sol": _price("5", "30", _BY_12, write=_WRITE),
    "gpt-5.6-terra": _price("2.50", "15", _BY_12, write=_WRITE),
    "gpt-5.6-luna": _price("1", "6", _BY_12, write=_WRITE),
    "gpt-5.5": _price("5", "30", _BY_12),
    "gpt-5.4": _price("2.50", "15", _BY_12),
    "gpt-5.4-mini": _price("0.75", "4.50", _BY_12),
    "gpt-5.4-nano": _price("0.20", "1.25", _BY_12),
    "gpt-5.2": _price("1.75", "14", _BY_12),
    "gpt-5.1": _price("1.25", "10", Tiles(base=70, tile=140)),
    "gpt-4.1": _price("2", "8", Tiles(base=85, tile=170)),
    "gpt-4.1-mini": _price("0.40", "1.60", Patches(tokens_of_hundred=162)),
    "gpt-4o": _price("2.50", "10", Tiles(base=85, tile=170)),
    "gpt-4o-mini": _price("0.15", "0.60", Tiles(base=2833, tile=5667)),
}
_SNAPSHOT = re.compile(
    r"(.+)-\d{4}-\d{2}-\d{2}"
)  # gpt-5.4-mini-2026-03-17 costs what its line does


class UnreadablePriceError(ValueError):
    """A price of the operator's cannot be understood."""


def parse_prices(words: str) -> dict[str, Price]:
    """Read `model=USD/USD, …`: for a million tokens of questions and of answers.

    Raises:
        UnreadablePriceError: and what it should look like.
    """
    found = {}
    for part in filter(None, (part.strip() for part in words.split(","))):
        name, equals, amounts = part.rpartition("=")
        asked, slash, answered = amounts.partition("/")
        if not (name.strip() and equals and slash):
            raise UnreadablePriceError(part)
        found[name.strip()] = Price(
            input=_nanos(_usd(asked)),
            output=_nanos(_usd(answered)),
            # Who names a price means what it costs, however it is called there.
            cache_write=_nanos(_usd(asked)),
            picture=_rule_of(name.strip()),
        )
    return found


def price_of(model: str, *, host: str, own: Mapping[str, Price]) -> Price | None:
    """Return what a model costs: as the operator says or, of OpenAI's, the table. None: unknown."""
    if model in own:
        return own[model]
    return _in_table(model) if host == PRICED_HOST else None


def _in_table(model: str) -> Price | None:
    snapshot = _SNAPSHOT.fullmatch(model)
    return PRICES.get(model) or (PRICES.get(snapshot[1]) if snapshot else None)


def _rule_of(model: str) -> Patches | Tiles:
    known = _in_table(model)
    return known.picture if known else _DEAREST


def _usd(words: str) -> Decimal:
    try:
        amount = Decimal(words.strip())
    except InvalidOperation as error:
        raise UnreadablePriceError(words) from error
    if not (amount.is_finite() and 0 <= amount <= _MAX_USD_PER_MILLION):
        raise UnreadablePriceError(words)
    return amount


def to_nanos(usd: Decimal) -> int:
    """Return whole nano-dollars, rounded down: a budget never grows by rounding."""
    return int(usd * NANOS)
