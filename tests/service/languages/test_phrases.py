"""A phrase is said in the language it is asked for in, its slots written as that language writes them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.languages import (
    Phrase,
    gettext,
    gettext_lazy,
    languages,
    ngettext_lazy,
    own_name,
    pgettext_lazy,
    preferred_language,
    reading_from,
)
from service.sentences import sentence, title

THIRD = "qtk"  # nobody's: a real Khmer may be added any day
KHMER = """
msgid ""
msgstr ""
"Language: km\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "There is no such broadcast."
msgstr "រកមិនឃើញសារនេះទេ។"

msgid "{count:n} row"
msgid_plural "{count:n} rows"
msgstr[0] "{count:n} ជួរ"

msgctxt "a verb"
msgid "Open"
msgstr "បើក"

#, fuzzy
msgid "Not found"
msgstr "នៅមិនទាន់ប្រាកដ"
"""


@pytest.fixture
def khmer(tmp_path: Path) -> Path:
    """A folder with a language that nobody of ours has written a line of code for."""
    place = tmp_path / THIRD / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / "sentences.po").write_text(KHMER, encoding="utf-8")
    return tmp_path


def test_a_third_language_is_a_folder(khmer: Path) -> None:
    known = set(languages())
    assert languages()[0] == "vi"
    with reading_from(khmer):
        assert set(languages()) == known | {THIRD}
        assert preferred_language(f"{THIRD}-KH, en;q=0.5") == THIRD
        assert sentence("broadcast.unknown", THIRD) == "រកមិនឃើញសារនេះទេ។"
    assert sentence("broadcast.unknown", THIRD) == "There is no such broadcast."
    assert preferred_language(f"{THIRD}-KH, en;q=0.5") == "en"


def test_what_a_language_lacks_is_said_in_english_and_never_blank(khmer: Path) -> None:
    with reading_from(khmer):
        assert sentence("account.unknown", THIRD) == "There is no such account."
        assert title(404, THIRD) == "Not found"  # what is marked as in doubt is not said to people


def test_a_form_for_many_and_a_context_are_the_languages_own(khmer: Path) -> None:
    rows = ngettext_lazy("{count:n} row", "{count:n} rows")
    assert [rows.in_("en", count=count) for count in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]
    with reading_from(khmer):
        assert [rows.in_(THIRD, count=count) for count in (1, 2)] == ["1 ជួរ", "2 ជួរ"]
        assert (gettext_lazy("Open").in_(THIRD), pgettext_lazy("a verb", "Open").in_(THIRD)) == ("Open", "បើក")


@pytest.mark.parametrize(
    ("language", "text"),
    [("vi", "1.234.567,5 07/09/2026 06:30 07/09/2026 2026"), ("en", "1,234,567.5 07/09/2026 06:30 07/09/2026 2026")],
)
def test_numbers_are_the_languages_own_and_times_are_those_of_every_screen(language: str, text: str) -> None:
    moment = datetime(2026, 9, 6, 23, 30, tzinfo=UTC)
    said = Phrase("{many:n} {at:moment} {at:day} {year}")
    assert said.in_(language, many=1_234_567.5, at=moment, year=2026) == text


def test_a_language_that_unicode_does_not_know_has_plain_numbers(tmp_path: Path) -> None:
    place = tmp_path / "sti" / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / "sentences.po").write_text(KHMER.replace("km", "sti"), encoding="utf-8")
    with reading_from(tmp_path):
        assert Phrase("{many:n}").in_("sti", many=12345) == "12345"


def test_phrases_in_slots_are_said_in_the_same_language() -> None:
    inner = gettext_lazy("There is no such account.")
    said = Phrase("{one} ({all})").with_(one=inner)
    assert said.in_("vi", all=(inner, "x")) == "Không tìm thấy tài khoản này. (Không tìm thấy tài khoản này., x)"


def test_a_slot_nobody_filled_shows_dots_and_no_fault() -> None:
    assert gettext_lazy("A password has at least {least} characters.").in_("vi") == "Mật khẩu cần ít nhất … ký tự."
    assert gettext("en", "{lost}") == "…"


def test_a_word_where_a_number_or_a_time_was_meant_is_no_fault() -> None:
    assert Phrase("{many:n} {at:moment} {day:day}").in_("en", many="many", at="then", day=3) == "many then 3"


def test_a_language_is_called_what_it_calls_itself(tmp_path: Path) -> None:
    assert [own_name(language) for language in ("vi", "en")] == ["Tiếng Việt", "English"]
    for language, more in (
        ("is", ""),
        ("sti", ""),
        ("cma", '\nmsgctxt "this language\'s own name"\nmsgid "English"\nmsgstr "Mạ"\n'),
    ):
        place = tmp_path / language / "LC_MESSAGES"
        place.mkdir(parents=True)
        (place / "office.po").write_text(KHMER + more, encoding="utf-8")
    with reading_from(tmp_path):
        called = {language: own_name(language) for language in ("is", "sti", "cma")}
    assert called == {"is": "íslenska", "sti": "sti", "cma": "Mạ"}, "by Unicode, by its code, by its catalogue"


@pytest.mark.parametrize(("language", "text"), [("vi", "vi, en hoặc km"), ("en", "vi, en, or km")])
def test_a_choice_is_told_as_the_language_does(language: str, text: str) -> None:
    assert Phrase("{allowed:or}").in_(language, allowed=("vi", "en", "km")) == text
    assert Phrase("{allowed}").in_(language, allowed=("vi", "en", "km")) == "vi, en, km"
