"""A language that nobody wrote code for: a folder of sentences, and parents can ask for its pages."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.languages import reading_from
from tests.factories.web import Site

KHMER = """
msgid ""
msgstr ""
"Language: km\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "Is this message really from the school?"
msgstr "តើសារនេះពិតជាមកពីសាលាមែនទេ?"

msgid "%(digits)s digits, at the end of the message"
msgstr "%(digits)s ខ្ទង់ នៅចុងសារ"

msgid "The same, word for word, as the official message of {unit}."
msgstr "ដូចគ្នាមួយពាក្យម្តងៗនឹងសារផ្លូវការរបស់ {unit}។"
"""


@pytest.fixture(autouse=True)
def khmer(tmp_path: Path) -> Iterator[None]:
    place = tmp_path / "km" / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / "pages.po").write_text(KHMER, encoding="utf-8")
    with reading_from(tmp_path):
        yield


async def test_its_page_is_asked_for_by_its_code(site: Site) -> None:
    page = (await site.client.get("/", params={"lang": "km"})).text
    assert '<html lang="km">' in page
    assert "<h1>តើសារនេះពិតជាមកពីសាលាមែនទេ?</h1>" in page
    assert "12 ខ្ទង់ នៅចុងសារ" in page
    assert "Already sent money?" in page, "what it lacks is said in English"
    assert page.count('<input type="hidden" name="lang" value="km">') == 2, "both forms go on in it"


async def test_every_page_leads_to_each_of_the_other_languages(site: Site) -> None:
    for language, others in {
        "vi": {"/?lang=en": "English", "/?lang=km": "ខ្មែរ"},
        "km": {"/": "Tiếng Việt", "/?lang=en": "English"},
    }.items():
        page = (await site.client.get("/", params={"lang": language})).text
        links = re.findall(r'<a class="language" href="([^"]+)" lang="\w+" hreflang="\w+">([^<]+)</a>', page)
        assert dict(links) == others


async def test_an_asked_number_goes_along_to_another_language(site: Site) -> None:
    number = (await site.approved())["public_number"]
    page = (await site.client.get("/", params={"so": number, "lang": "km"})).text
    links = re.findall(r'<a class="language" href="([^"]+)"', page)
    assert [html.unescape(link) for link in links] == [f"/?so={number.replace(' ', '')}{more}" for more in ("", "&lang=en")]


async def test_an_answer_is_given_in_it(site: Site) -> None:
    warning = await site.approved()
    record = (await site.client.get(f"/api/v1/lookups/{warning['public_number']}")).json()["record"]
    page = await site.client.post("/", data={"tin": next(iter(record["texts"]["sms"].values())), "lang": "km"})
    assert "ដូចគ្នាមួយពាក្យម្តងៗនឹងសារផ្លូវការរបស់ Trường THCS Nguyễn Bỉnh Khiêm។" in html.unescape(page.text)
    assert '<dd lang="vi">Trường THCS Nguyễn Bỉnh Khiêm</dd>' in page.text, "what was signed stays as it was signed"


@pytest.mark.parametrize("asked", ["", "xx", "KM", "../en", "vi"])
async def test_what_is_no_language_is_vietnamese(site: Site, asked: str) -> None:
    assert '<html lang="vi">' in (await site.client.get("/", params={"lang": asked})).text
