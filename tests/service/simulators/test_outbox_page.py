"""What a person sees of the messages: right, harmless, and readable."""

import smtplib
from email.message import EmailMessage

import anyio.to_thread

from tests.service.simulators.running import ACCOUNT, Simulators


async def mail(simulators: Simulators, to: str, subject: str, text: str, html: str | None = None) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Sở Giáo dục <canhbao@sgddt.example>", to, subject
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", simulators.smtp_port) as smtp:
            smtp.send_message(message)

    await anyio.to_thread.run_sync(send)


async def text_message(simulators: Simulators, to: str, text: str) -> None:
    form = {"To": to, "From": "SGDDTDNAI", "Body": text}
    (await simulators.http.post(f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", data=form)).raise_for_status()


async def test_an_empty_outbox_says_so(simulators: Simulators) -> None:
    page = await simulators.http.get("/")

    assert page.status_code == 200
    assert "Chưa có tin nhắn nào" in page.text
    assert "Chưa có thư nào" in page.text


async def test_messages_are_shown_as_they_arrived(simulators: Simulators) -> None:
    await text_message(simulators, "+84912345678", "SGDDTDNAI: Đừng <b>chuyển</b>\nSố tra cứu: 4071 8826 3163")
    await mail(simulators, "a@example.com", "[Cảnh báo] Đừng chuyển", "Chữ thường", "<p>Thư có <b>chữ đậm</b></p>")

    page = (await simulators.http.get("/")).text
    assert "Đừng &lt;b&gt;chuyển&lt;/b&gt;\nSố tra cứu: 4071 8826 3163" in page
    assert "0912 345 678" in page
    assert "[Cảnh báo] Đừng chuyển" in page


async def test_one_phone_can_be_picked_out(simulators: Simulators) -> None:
    await text_message(simulators, "+84912345678", "Tin của tôi")
    await text_message(simulators, "+84912345679", "Tin của người khác")

    page = (await simulators.http.get("/", params={"to": "+84912345678"})).text
    assert "Tin của tôi" in page
    assert "Tin của người khác" not in page


async def test_the_page_refreshes_itself_until_stopped(simulators: Simulators) -> None:
    assert (await simulators.http.get("/")).headers["refresh"] == "5"
    assert "refresh" not in (await simulators.http.get("/", params={"live": "0"})).headers


async def test_a_received_email_is_shown_without_power(simulators: Simulators) -> None:
    await mail(simulators, "a@example.com", "Lạ", "x", "<script>alert(1)</script><p>Xin chào</p>")
    page = await simulators.http.get("/")
    address = page.text.split('<iframe src="')[1].split('"')[0]

    shown = await simulators.http.get(address)
    assert shown.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert "<p>Xin chào</p>" in shown.text
    assert "script-src" not in page.headers["content-security-policy"]
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


async def test_an_email_without_html_is_shown_as_text(simulators: Simulators) -> None:
    await mail(simulators, "a@example.com", "Chữ", "Dòng <một>\nDòng hai")
    address = (await simulators.http.get("/")).text.split('<iframe src="')[1].split('"')[0]

    assert "Dòng &lt;một&gt;\nDòng hai" in (await simulators.http.get(address)).text
    assert (await simulators.http.get("/emails/unknown")).status_code == 404


async def test_the_list_can_be_narrowed_and_cleared(simulators: Simulators) -> None:
    await text_message(simulators, "+84912345678", "Một")
    await text_message(simulators, "+84912345679", "Hai")
    await mail(simulators, "a@example.com", "Thư", "Ba")

    assert [m["text"] for m in await simulators.messages()] == ["Một", "Hai", "Ba"]
    assert [m["text"] for m in await simulators.messages(channel="sms", limit=1)] == ["Hai"]
    assert [m["subject"] for m in await simulators.messages(channel="email")] == ["Thư"]
    assert [m["text"] for m in await simulators.messages(to="+84912345678")] == ["Một"]

    await simulators.http.delete("/messages.json")
    assert await simulators.messages() == []


async def test_a_broken_email_is_still_shown(simulators: Simulators) -> None:
    def send() -> None:
        with smtplib.SMTP("127.0.0.1", simulators.smtp_port) as smtp:
            body = b"Subject: =?nonsense?b?!!?=\r\nContent-Type: text/plain; charset=none-such\r\n\r\n\xff\xfe\r\n"
            smtp.sendmail("a@example.com", ["b@example.com"], body)

    await anyio.to_thread.run_sync(send)

    assert (await simulators.http.get("/")).status_code == 200
    assert len(await simulators.messages()) == 1
