"""The patched message is the message one would have built."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, compat32
from email.utils import format_datetime, parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.channels.base import Slots
from workers.channels.email_mime import EmailBlueprint, encode_subject

DATE = datetime(2026, 9, 7, 6, 30, tzinfo=UTC)
SENDER, NAME = "canhbao@sgddt.example", "Sở Giáo dục và Đào tạo Đồng Nai, phòng (3)"
SLOTS = Slots(to="phu.huynh@example.com", number="4071 8826 3163", message_id="d.abc123@sgddt.example")
TEXT = "Kẻ mạo danh thầy cô, bệnh viện báo con cấp cứu để đòi tiền.\n\n.Dòng có dấu chấm đầu\nSố tra cứu: {number}\n"
HTML = "<!DOCTYPE html><html lang=vi><body><p>Kẻ mạo danh… <b>KHÔNG chuyển</b></p><p>Số: {number} = {number}</p></body></html>\n"
SUBJECT = "[Cảnh báo] Kẻ mạo danh thầy cô báo con cấp cứu để đòi tiền, phụ huynh không chuyển ({number})"


def fresh(subject: str, text: str, html: str, slots: Slots) -> EmailMessage:
    """A message made the slow way, for one recipient."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(NAME, addr_spec=SENDER)
    message["To"] = slots.to
    message["Subject"] = subject.replace("{number}", slots.number)
    message["Date"] = format_datetime(DATE)
    message["Message-ID"] = f"<{slots.message_id}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = "vi"
    message.set_content(text.replace("{number}", slots.number))
    message.add_alternative(html.replace("{number}", slots.number), subtype="html")
    return message


def seen(message: EmailMessage) -> dict[str, object]:
    """Everything a mail program can tell of a message."""
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert isinstance(plain, EmailMessage)
    assert isinstance(html, EmailMessage)
    headers = {k: str(v) for k, v in message.items() if k not in {"Content-Type", "MIME-Version", "From"}}
    parts = [part.get_content_type() for part in message.walk()]
    return headers | {"parts": parts, "plain": content(plain), "html": content(html)}


def content(part: EmailMessage) -> str:
    return str(part.get_content()).replace("\r\n", "\n")


def parsed(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=SMTP)
    assert isinstance(message, EmailMessage)
    assert not any(part.defects for part in message.walk())
    return message


def blueprint(subject: str = SUBJECT, text: str = TEXT, html: str = HTML) -> EmailBlueprint:
    return EmailBlueprint(sender=SENDER, sender_name=NAME, subject=subject, text=text, html=html, date=DATE)


@pytest.mark.parametrize("subject", [SUBJECT, "[Cảnh báo] Không số", "Plain", "Number {number}", "x" * 200])
def test_a_patched_message_reads_as_one_built_for_the_recipient(subject: str) -> None:
    raw = blueprint(subject).fill(SLOTS)

    assert seen(parsed(raw)) == seen(fresh(subject, TEXT, HTML, SLOTS))


letters = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=120)


@given(before=letters, after=letters, digits=st.integers(10**11, 10**16 - 1))
def test_wherever_the_number_stands_it_is_patched(before: str, after: str, digits: int) -> None:
    number = " ".join(f"{digits:016d}"[i : i + 4] for i in range(0, 16, 4))
    text = f"{before}{{number}}{after}\n{{number}}{{number}}\n"
    raw = EmailBlueprint(sender=SENDER, sender_name="", subject="s", text=text, html=text, date=DATE).fill(
        Slots("a@example.com", number, "1@example.com")
    )

    read = seen(parsed(raw))
    assert read["plain"] == read["html"] == text.replace("{number}", number)


@pytest.mark.parametrize(
    "name", ["", "Department", 'A "quoted", (odd) name', "Trường THCS Nguyễn Bỉnh Khiêm, xã Định Quán, tỉnh Đồng Nai"]
)
def test_the_senders_name_comes_back_as_it_was(name: str) -> None:
    raw = EmailBlueprint(sender=SENDER, sender_name=name, subject="s", text="t", html="h", date=DATE).fill(SLOTS)

    # The old parser: the new one reads two encoded words of an address as two words.
    shown, address = parseaddr(message_from_bytes(raw, policy=compat32)["From"])
    assert (str(make_header(decode_header(shown))), address) == (name, SENDER)


@given(letters.filter(lambda s: s == s.strip()))
def test_any_subject_comes_back_as_it_was(subject: str) -> None:
    raw = b"Subject: " + encode_subject(subject) + b"\r\n\r\n"

    assert message_from_bytes(raw, policy=SMTP)["Subject"] == subject


def test_lines_stay_within_what_relays_take() -> None:
    raw = blueprint(text="chữ " * 3000 + "{number} " * 100).fill(SLOTS)

    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert raw.isascii()


def test_the_same_slots_give_the_same_bytes() -> None:
    assert blueprint().fill(SLOTS) == blueprint().fill(SLOTS)


def test_no_text_is_taken_for_a_mark_of_ours() -> None:
    words = "loa-slot-to loa-slot-from loa-slot-subject loa-slot-id@slot loaslotforthenumber to subject number"
    text = f"{words} {{number}}\n"

    raw = EmailBlueprint(sender=SENDER, sender_name="loa-slot-to", subject=words, text=text, html=text, date=DATE).fill(SLOTS)

    read = seen(parsed(raw))
    assert read["plain"] == read["html"] == text.replace("{number}", SLOTS.number)
    assert (read["Subject"], parsed(raw)["From"].addresses[0].display_name) == (words, "loa-slot-to")


WAY_OUT = "https://loa.example/thoi-nhan/" + "Ab_-" * 12


def advisory() -> EmailBlueprint:
    return EmailBlueprint(sender=SENDER, sender_name=NAME, subject=SUBJECT, text=TEXT, html=HTML, date=DATE, one_click=True)


def test_an_advisory_has_its_own_way_out_that_mail_programs_show() -> None:
    """RFC 8058: an https address in one header, the fixed words in the other."""
    message = parsed(advisory().fill(replace(SLOTS, way_out=WAY_OUT)))
    assert (message["List-Unsubscribe"], message["List-Unsubscribe-Post"]) == (f"<{WAY_OUT}>", "List-Unsubscribe=One-Click")
    assert WAY_OUT not in str(message.get_body(("plain",))) + str(message.get_body(("html",)))
    assert seen(message) == seen(fresh(SUBJECT, TEXT, HTML, SLOTS)) | {
        "List-Unsubscribe": f"<{WAY_OUT}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def test_no_other_message_has_one() -> None:
    assert "List-Unsubscribe" not in parsed(blueprint().fill(SLOTS))


@pytest.mark.parametrize("way_out", ["", "http://loa.example/x", "https://loa.example/x>\r\nBcc: a@b.c", "javascript:x"])
def test_a_way_out_is_an_https_address_or_the_message_is_not_made(way_out: str) -> None:
    with pytest.raises(ValueError, match="way out"):
        advisory().fill(replace(SLOTS, way_out=way_out))


def test_a_way_out_where_none_belongs_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="way out"):
        blueprint().fill(replace(SLOTS, way_out=WAY_OUT))


def test_an_address_with_letters_of_its_own_country_goes_as_utf8() -> None:
    raw = blueprint().fill(Slots("phụhuynh@example.com", SLOTS.number, SLOTS.message_id))

    assert "\r\nTo: phụhuynh@example.com\r\n".encode() in raw


@pytest.mark.parametrize(
    "to", ["a@example.com\r\nBcc: b@example.com", "a@example.com\nX: y", "a <b@example.com>", "a b@example.com"]
)
def test_an_address_cannot_write_headers(to: str) -> None:
    with pytest.raises(ValueError, match="address"):
        blueprint().fill(Slots(to, SLOTS.number, SLOTS.message_id))
