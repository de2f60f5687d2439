"""An email built once per broadcast and patched per recipient.

EmailMessage makes about 850 messages a second, the wire takes 6,000: so the message is made once, with marks where recipients
differ, cut into pieces at the marks, and each recipient's is the pieces joined. A test holds it equal to a message made the slow
way.

The same slots give the same bytes: a repeat that a person chooses is, to every mail program, the same message.
"""

import re
from base64 import b64encode
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, quote
from hashlib import blake2b
from itertools import count

from workers.channels.base import Slots

NUMBER = "{number}"  # as the signed record writes it

_FROM, _TO, _ID, _SUBJECT, _NUMBER, _WAY_OUT = _SLOTS = ("from", "to", "id", "subject", "number", "way_out")
_SHORT_LINES = SMTP.clone(max_line_length=76)  # what quoted-printable may have
# Of UTF-8 in one encoded word: 52 letters of base64, 64 with its frame, 73 behind `Subject: `; a line may have 76.
_WORD_BYTES = 39
_CONTROL = re.compile(r"[\x00-\x20\x7f<>]")


class EmailBlueprint:
    """The message of one broadcast, plain text and HTML side by side.
    `{number}` may stand in the subject, the text and the HTML.
    """

    def __init__(
        self,
        *,
        sender: str,
        sender_name: str,
        subject: str,
        text: str,
        html: str,
        date: datetime,
        one_click: bool = False,
        language: str = "vi",
    ) -> None:
        """`sender` is the address; `date` (aware) is when the warning may leave, the same for every recipient.

        `one_click`: mail programs show a way out (RFC 8058), each recipient's own.
        """
        marks = _marks(sender, sender_name, subject, text, html)
        self._subject = subject
        self._one_click = one_click
        self._fixed_subject = None if NUMBER in subject else encode_subject(subject)
        message = EmailMessage(policy=_SHORT_LINES)
        message["From"] = marks[_FROM]
        message["To"] = marks[_TO]
        message["Subject"] = marks[_SUBJECT]
        message["Date"] = format_datetime(date)
        message["Message-ID"] = f"<{marks[_ID]}@slot>"
        message["Auto-Submitted"] = "auto-generated"
        if one_click:
            message["List-Unsubscribe"] = f"<{marks[_WAY_OUT]}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message["Content-Language"] = language
        # Quoted-printable passes every relay, also one without 8BITMIME, and leaves the marks to be found.
        message.set_content(text.replace(NUMBER, marks[_NUMBER]), cte="quoted-printable")
        message.add_alternative(html.replace(NUMBER, marks[_NUMBER]), subtype="html", cte="quoted-printable")
        # Of the content, not by chance: the boundary is part of the bytes that stay the same.
        message.set_boundary("loa-" + blake2b(f"{text}\0{html}".encode(), digest_size=16).hexdigest())
        self._pieces = _cut(message.as_bytes().replace(marks[_FROM].encode(), _mailbox(sender_name, sender)), marks)

    def fill(self, slots: Slots) -> bytes:
        """Fills in the whole message for one recipient. Raises ValueError for an address or id that could write headers of its
        own.
        """
        if _CONTROL.search(slots.to) or _CONTROL.search(slots.message_id):
            raise ValueError("an address or message id has a character that no header may have")
        if self._one_click != slots.way_out.startswith("https://") or _CONTROL.search(slots.way_out):
            raise ValueError("a way out is an https address, of those messages alone that have one")
        subject = self._fixed_subject
        if subject is None:
            subject = encode_subject(self._subject.replace(NUMBER, slots.number))
        values = {
            _TO: slots.to.encode(),
            _SUBJECT: subject,
            _ID: slots.message_id.encode(),
            _NUMBER: slots.number.encode("ascii"),
            _WAY_OUT: slots.way_out.encode("ascii"),
        }
        return b"".join(values[piece] if isinstance(piece, str) else piece for piece in self._pieces)


def encode_subject(subject: str) -> bytes:
    """Encodes a subject as RFC 2047 wants it: plain where it is plain, else encoded words on lines of their own."""
    if subject.isascii() and len(subject) <= 64 and "=?" not in subject and subject.isprintable():
        return subject.encode("ascii")
    return _encoded_words(subject)


def _mailbox(name: str, address: str) -> bytes:
    """`Name <address>`. By hand: the standard library breaks a long Vietnamese name inside a word, and it comes out as two."""
    if not name:
        return address.encode()
    shown = f'"{quote(name)}"'.encode() if name.isascii() else _encoded_words(name)
    return shown + b"\r\n <" + address.encode() + b">"


def _encoded_words(text: str) -> bytes:
    words, word = [], b""
    for letter in text:
        encoded = letter.encode()
        if len(word) + len(encoded) > _WORD_BYTES:
            words.append(word)
            word = b""
        word += encoded
    return b"\r\n ".join(b"=?utf-8?b?" + b64encode(each) + b"?=" for each in [*words, word])


def _marks(*content: str) -> dict[str, str]:
    """A mark for each slot: letters and digits that no encoding touches and that occur nowhere in the content.

    Of the content, not by chance, and drawn again should one occur in it. As long as the longest number, 16 digits in fours, so
    that no line grows too long.
    """
    for draw in count():
        seed = "\0".join((str(draw), *content)).encode()
        marks = {slot: "loa" + blake2b(seed, digest_size=8, person=slot.encode()).hexdigest() for slot in _SLOTS}
        if not any(mark in part for mark in marks.values() for part in content):
            return marks
    raise AssertionError("count() ended")


def _cut(message: bytes, marks: dict[str, str]) -> tuple[bytes | str, ...]:
    """The message in pieces: bytes that stay, and the names of the slots between them."""
    # Quoted-printable may break a line inside a mark: put breaks before and after it instead.
    mark = marks[_NUMBER].encode()
    broken = b"(?:=\r\n)?".join(re.escape(mark[i : i + 1]) for i in range(len(mark)))
    message = re.sub(broken, lambda found: mark if found[0] == mark else b"=\r\n" + mark + b"=\r\n", message)
    slots = {marks[slot].encode(): slot for slot in (_TO, _SUBJECT, _NUMBER, _WAY_OUT)} | {f"{marks[_ID]}@slot".encode(): _ID}
    pieces = re.split(b"(" + b"|".join(re.escape(mark) for mark in slots) + b")", message)
    return tuple(slots.get(piece, piece) for piece in pieces)
