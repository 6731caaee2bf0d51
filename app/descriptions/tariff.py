"""What sending a picture to the site's model can cost at most, and what an answer did cost."""

from dataclasses import dataclass, replace
from typing import Self

from app.clients.openai_vision import most_tokens
from app.clients.prompt_options import PromptOptions
from app.clients.vision_errors import Usage
from app.media.formats.bare_webp import MAX_SIDE
from app.model_prices import Price
from app.settings import ModelSettings


@dataclass(frozen=True, kw_only=True)
class Tariff:
    """A model with its price, the most that one picture takes, and the site's budgets.

    Money is in nano-dollars, budgets for a month; None: no budget.
    """

    host: str
    model: str
    price: Price
    input_tokens: int  # at most, of one question with its picture
    output_tokens: int  # at most, of one answer
    site_budget: int | None
    person_budget: int | None

    @classmethod
    def of(cls, model: ModelSettings | None) -> Self | None:
        """Return the site's; None: there is no model, or nobody said what it costs."""
        if model is None or model.price is None:
            return None
        asked, answered = most_tokens()
        return cls(
            host=model.host,
            model=model.model,
            price=model.price,
            # No picture that is sent has a longer side: see app/media/render/vision_input.py.
            input_tokens=asked + model.price.picture.tokens(MAX_SIDE, MAX_SIDE),
            output_tokens=answered,
            site_budget=model.budget,
            person_budget=model.person_budget,
        )

    def with_options(self, options: PromptOptions) -> Self:
        """Return the same for questions and answers that are longer by a person's options."""
        return replace(
            self,
            input_tokens=self.input_tokens + options.more_tokens,
            output_tokens=self.output_tokens + options.more_answer_tokens,
        )

    def in_batches(self) -> Self:
        """Return the same at the price of batches."""
        return replace(self, price=self.price.in_batches())

    @property
    def most_of_picture(self) -> int:
        """What one picture costs at most."""
        return self.price.most(input_tokens=self.input_tokens, output_tokens=self.output_tokens)

    @property
    def tokens_of_picture(self) -> int:
        """How many tokens one picture takes at most, the answer included."""
        return self.input_tokens + self.output_tokens

    def cost(self, usage: Usage) -> int:
        """Return what an answer cost."""
        return self.price.cost(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cache_write_tokens=usage.cache_write_tokens,
        )
