"""Errors that the API answers about descriptions; see app/errors.py."""

from app.errors import ConflictError


class DescriptionsUnavailableError(ConflictError):
    code = "descriptions_unavailable"
    detail = "AI descriptions are not set up on this site."


class BatchesUnavailableError(ConflictError):
    code = "batches_unavailable"
    detail = "The operator of this site has not switched batches of descriptions on."


class DescriptionsOffError(ConflictError):
    code = "descriptions_off"
    detail = "AI descriptions are off for your account. Turn them on in the settings first."


class OtherHostError(ConflictError):
    code = "other_host"

    def __init__(self, host: str) -> None:
        super().__init__(
            f"This site would send pictures to {host}, which is not the host that was agreed to."
            " Reload the page to see what is sent to whom; by the API, name it as"
            " descriptions_host."
        )


class ModelPriceUnknownError(ConflictError):
    code = "model_price_unknown"

    def __init__(self, model: str) -> None:
        super().__init__(
            f"The price of {model} is not configured, so no pictures are sent. The administrator"
            f" sets OPENAI_PRICES, as {model}=0.10/0.50."
        )


class BudgetSpentError(ConflictError):
    code = "budget_spent"

    def __init__(self, *, whose: str, resets_on: str) -> None:
        super().__init__(
            f"{whose} for descriptions is used up for this month. It resets on {resets_on}."
        )


class NeverSentError(ConflictError):
    code = "never_sent"
    detail = (
        "This picture, or an album that it is in, is set to be never sent to AI. Change that first."
    )


class DescribedByPersonError(ConflictError):
    code = "described_by_person"
    detail = "You wrote this description yourself; AI will not overwrite it."


class ImageDeletedError(ConflictError):
    code = "image_deleted"
    detail = "This picture is in Recently deleted. Restore it first."


class NotReadyError(ConflictError):
    code = "not_ready"
    detail = "This picture has no preview that could be described."
