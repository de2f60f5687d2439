"""The shapes of single deliveries in the API."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel

from service.deliveries import DeliveryView, Shown


class DeliveryOut(BaseModel):
    """One message to one address, masked. `reason` in plain words. `provider`: the short name of whom it was last handed to.

    `address`: null once it is no longer kept (erased, or older than it may be); `note` then says so. `called_at`: when the last
    attempt was begun. `repeat`: of one that is `uncertain`, what sending it again would mean.
    """

    look_up_number: str

    channel: Literal["sms", "email"]
    address: str | None
    state: Shown
    reason: str | None
    code: str | None
    attempt: int
    called_at: AwareDatetime | None
    provider: str | None
    accepted_at: AwareDatetime | None
    finished_at: AwareDatetime | None
    note: str | None
    repeat: str | None

    @classmethod
    def of(cls, delivery: DeliveryView, look_up_number: str) -> "DeliveryOut":
        return cls(
            look_up_number=look_up_number,
            **{name: getattr(delivery, name) for name in cls.model_fields if name != "look_up_number"},
        )


class DeliveryList(BaseModel):
    """`next` is the cursor of the next page, or null."""

    items: list[DeliveryOut]
    next: str | None
