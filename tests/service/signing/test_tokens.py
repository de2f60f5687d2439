import pytest

from service.contacts import UnsubscribeTokens, WayOut
from service.deliveries import Attempt, AttemptTokens
from service.errors import Forbidden, LoaError, NotFound
from service.signing.tokens import Tokens

KEY = bytes(range(64))
ATTEMPT = Attempt(1, 2, 3, 4)
WAY_OUT = WayOut(7, bytes(range(16)))
KINDS = [
    (AttemptTokens(KEY), ATTEMPT, "Acg9y6M9cBQVK9dmBLb5g4rITO66ghGzdeyRFdFBXY1lRK46Ork", Forbidden, "webhook.bad_signature"),
    (UnsubscribeTokens(KEY), WAY_OUT, "nVBwuIEU_ChxXWNbcXXFjX1PeVf7ZPU4YmUOxROMWIdb2gl7", NotFound, "request.not_found"),
]


@pytest.mark.parametrize(("tokens", "value", "token", "refusal", "code"), KINDS)
def test_a_token_is_always_the_same_and_stands_for_its_value(
    tokens: Tokens[object], value: object, token: str, refusal: type[LoaError], code: str
) -> None:
    assert tokens.make(value) == token
    assert tokens.open(token) == value


@pytest.mark.parametrize(("tokens", "value", "token", "refusal", "code"), KINDS)
def test_what_nobody_made_is_refused_in_its_own_words(
    tokens: Tokens[object], value: object, token: str, refusal: type[LoaError], code: str
) -> None:
    made = tokens.make(value)
    others = type(tokens)(bytes(64)).make(value)
    for wrong in ("", "x", "đ", made[:-1], made[1:], made[:5] + ("A" if made[5] != "A" else "B") + made[6:], others):
        with pytest.raises(refusal) as refused:
            tokens.open(wrong)
        assert refused.value.code == code


def test_a_token_of_one_kind_is_none_of_another() -> None:
    with pytest.raises(NotFound):
        UnsubscribeTokens(KEY).open(AttemptTokens(KEY).make(ATTEMPT))
    with pytest.raises(Forbidden):
        AttemptTokens(KEY).open(UnsubscribeTokens(KEY).make(WAY_OUT))
