"""The language is the one a person's browser or terminal asks for, of those there are."""

import pytest

from service.languages import language_of_locale, preferred_language


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "vi"),
        ("", "vi"),
        ("en", "en"),
        ("en-GB,en;q=0.8", "en"),
        ("vi-VN,vi;q=0.9,en;q=0.8", "vi"),
        ("fr, en;q=0.5", "en"),
        ("en;q=0", "vi"),
        ("en;q=0.5, vi;q=0.5", "vi"),
        ("*", "vi"),
        ("en;q=nonsense", "vi"),
        ("en;q=²", "vi"),
    ],
)
def test_the_language_is_the_one_the_header_ranks_first(header: str | None, language: str) -> None:
    assert preferred_language(header) == language


@pytest.mark.parametrize(
    ("locale", "language"),
    [("vi_VN.UTF-8", "vi"), ("VI", "vi"), ("en_US", "en"), ("C.UTF-8", "en"), ("", "en"), ("de_DE@euro", "en")],
)
def test_a_terminals_language_is_its_locales(locale: str, language: str) -> None:
    assert language_of_locale(locale) == language
