"""With or without diacritics: an SMS keeps them unless its author, its unit or the sender says otherwise,
and the price stands beside it.
"""

from typing import Any

import pytest

from tests.conftest import Engines, Urls
from tests.factories.web import Site, notice, running_site

OURS, THEIRS, DEPARTMENT, OFFICE = "nbk-thcs", "lqd-th", "sgddt-dongnai", "vhxh-an-phuoc"


async def _set(site: Site, unit: str, script: str) -> Any:
    return await site.call(
        "PUT", "/registered-texts/script", unit=unit, role="officer", json={"unit": unit, "sms_script": script}
    )


async def _script(site: Site, unit: str = OURS, **changes: Any) -> str:
    made = await site.call("POST", "/broadcasts", unit=unit, json=notice(unit=unit, **changes))
    return str(made.json()["sms_script"])


async def test_an_sms_keeps_its_diacritics_unless_somebody_says_otherwise(site: Site) -> None:
    assert await _script(site) == "unicode"
    assert await _script(site, sms_script="ascii") == "ascii"
    assert (await _set(site, DEPARTMENT, "ascii")).json() == {"sms_script": "ascii"}
    assert [await _script(site, unit) for unit in (OURS, THEIRS)] == ["ascii", "ascii"], "it holds below"
    assert (await _set(site, OURS, "unicode")).status_code == 200
    assert [await _script(site, unit) for unit in (OURS, THEIRS)] == ["unicode", "ascii"], "the nearest counts"
    assert await _script(site, THEIRS, sms_script="unicode") == "unicode", "and the author's own word most"
    listed = (await site.call("GET", "/registered-texts", params={"unit": OURS})).json()
    assert listed["sms_script"] == "unicode"


async def test_only_who_files_texts_says_how_they_are_written_and_it_is_marked(site: Site, engines: Engines) -> None:
    asked = {"unit": OURS, "sms_script": "ascii"}
    assert (await site.call("PUT", "/registered-texts/script", json=asked)).status_code == 403
    assert (await site.call("PUT", "/registered-texts/script", unit=THEIRS, role="officer", json=asked)).status_code == 404
    await _set(site, OURS, "ascii")
    async with engines.owner.connect() as conn:
        found = await conn.exec_driver_sql("SELECT action FROM audit_events WHERE action = 'registered_text.script'")
        assert len(found.all()) == 1


async def test_a_sender_that_takes_no_diacritics_is_written_to_without(
    urls: Urls, engines: Engines, valkey_url: str, master_text: str
) -> None:
    async with running_site(urls, engines, valkey_url, master_text, sms_script="ascii") as site:
        assert await _script(site) == "ascii"
        await _set(site, OURS, "unicode")
        assert await _script(site) == "unicode"


async def _preview(site: Site, sms: str, **changes: Any) -> Any:
    asked = {"unit": OURS, "texts": {"sms": sms}, "channels": ["sms"]} | changes
    return (await site.call("POST", "/previews", json=asked)).json()


async def test_a_preview_shows_both_with_their_segments_and_judges_the_one_that_is_sent(site: Site) -> None:
    shown = await _preview(site, "Kẻ mạo danh thầy cô gọi điện đòi tiền. Đừng chuyển. Gọi số trường đã lưu trước.")
    assert [(each["variant"], each["encoding"], each["segments"]) for each in shown["sms"]] == [
        ("ascii", "GSM-7", 1),
        ("unicode", "UCS-2", 2),
    ]
    assert shown["findings"] == []
    plain = await _preview(site, "Đừng chuyển. Gọi số trường đã lưu.", sms_script="ascii")
    assert [each["code"] for each in plain["findings"]] == ["content.ambiguous_unaccented"]
    assert "_" not in plain["findings"][0]["message"]


@pytest.mark.parametrize(
    ("script", "sms", "named"),
    [
        ("unicode", "Scam call in your school's name: send no money. Call the number that you have saved. 😀", ["😀"]),
        # â is dear
        ("unicode", "Scam call in our school's name, by a man called Lâm: send no money. Call the saved number.", []),
        ("ascii", "Kẻ mạo danh gọi điện đòi tiền, xưng là thầy cô của trường: KHÔNG chuyển tiền. 🚫 Gọi số trường.", ["🚫"]),
    ],
)
async def test_the_character_that_makes_a_text_dearer_is_named(site: Site, script: str, sms: str, named: list[str]) -> None:
    shown = await _preview(site, sms, sms_script=script)
    variant = next(each for each in shown["sms"] if each["variant"] == script)
    named = named or ["â"]
    assert (variant["encoding"], variant["segments"], variant["dearer"]) == (
        "UCS-2",
        2 if variant["characters"] <= 134 else 3,
        named,
    )
    finding = next(each for each in shown["findings"] if each["code"] == "content.dearer_characters")
    assert (finding["severity"], sms[slice(*finding["span"])]) == ("warning", named[0])
    assert f"“{named[0]}”" in finding["message"]
    assert "còn 1" in finding["message"]


async def test_a_few_letters_too_many_are_counted(site: Site) -> None:
    sms = "Có kẻ gọi điện đòi tiền, xưng là cô giáo của trường. Không chuyển tiền. " + "Gọi số của trường đã lưu." * 2
    over = await _preview(site, sms)
    variant = over["sms"][1]
    too_many = variant["characters"] - 67 * 2
    assert 0 < too_many <= 40, "the text of this test is near the end of two segments"
    cut = await _preview(site, sms[: -(too_many - 3)].rstrip())
    finding = next(each for each in cut["findings"] if each["code"] == "content.segment_more")
    left = cut["sms"][1]["characters"] - 134
    assert finding["message"] == f"SMS chỉ dài hơn {left} ký tự mà thành 3 đoạn; bớt {left} ký tự thì còn 2."
