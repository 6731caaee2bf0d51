"""What a model costs in tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.descriptions.tariff import Tariff
from app.model_prices import PRICES

# As gpt-6-luna, with no budget in its way.
TARIFF = Tariff(
    host="127.0.0.1:1",
    model="a-model",
    price=PRICES["gpt-6-luna"],
    input_tokens=3000,
    output_tokens=3000,
    site_budget=None,
    person_budget=None,
)


def tariff(**changed: Any) -> Tariff:
    """The same with other budgets, prices or names."""
    return replace(TARIFF, **changed)
