"""What a person sees at the end: who sent what to how many, one message as it arrived, and what its look-up answered."""

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from service.standalone.demo.checking import Checked
from service.standalone.demo.sending import Sent
from service.standalone.words import Words, parts_in_words

_STATES = ("delivered", "accepted", "failed", "not_sent", "uncertain")


def tell(console: Console, words: Words, demo: Mapping[str, Any], sent: Sent, checked: Checked | None, *, school: str) -> None:
    """Prints the story."""
    sizes = {channel: states.total() for channel, states in sent.by_channel.items()}
    console.print()
    console.print(words("story", school=school, sms=sizes.get("sms", 0), email=sizes.get("email", 0)))
    console.print(_counts(words, sent))
    console.print(words("seconds", seconds=round(sent.seconds, 1)), style="dim")
    if not sent.complete:
        console.print(words("unfinished", parts=parts_in_words(sent.broadcast["progress"])), style="bold red")
    console.print()
    if checked is None:
        console.print(words("no_message"), style="bold red")
    else:
        console.print(_message(words, checked))
        console.print(_answer(words, checked), soft_wrap=True)
    console.print(_addresses(words, demo, sent, checked), soft_wrap=True)  # an address cut in two cannot be opened


def _counts(words: Words, sent: Sent) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_footer=False, pad_edge=False)
    table.add_column(words("channel"))
    shown = [state for state in _STATES if state in ("delivered", "accepted") or any(n[state] for n in sent.by_channel.values())]
    for state in (*shown, "total"):
        table.add_column(words(state), justify="right")
    for channel, states in sorted(sent.by_channel.items(), reverse=True):
        table.add_row(words(channel), *(str(states[state]) if states[state] else "–" for state in shown), str(states.total()))
    return table


def _message(words: Words, checked: Checked) -> Panel:
    return Panel(
        Text(checked.text),
        title=words("arrived"),
        title_align="left",
        box=box.ROUNDED,
        width=62,
        padding=(1, 2),
        border_style="cyan",
    )


def _answer(words: Words, checked: Checked) -> Text:
    lines = [Text(words("answer"), style="bold")]
    if checked.good:
        tick = Text("  ✓ ", style="bold green")
        lines += [
            tick + Text(f"{words('number')} {checked.number} ", style="default") + Text(words("found", issuer=checked.issuer)),
            tick + Text(f"{words('text')} {words('same')}", style="default"),
        ]
    else:
        said = words("wrong_answer", outcome=checked.outcome, verdict=checked.verdict or "–")
        lines.append(Text(f"  ✗ {said}", style="bold red"))
    return Text("\n").join([*lines, Text()])


def _addresses(words: Words, demo: Mapping[str, Any], sent: Sent, checked: Checked | None) -> Text:
    lookup = demo["lookup_url"] + (f"?so={checked.number.replace(' ', '')}" if checked else "")
    base = demo["lookup_url"].rstrip("/")
    addresses = {
        "open_lookup": lookup,
        "open_outbox": demo["inbox_url"],
        "open_api": f"{base}/api/docs",
        "open_record": sent.broadcast["record_url"] or "–",
    }
    widest = max(len(words(key)) for key in addresses)
    lines = [Text(words(key).ljust(widest + 2), style="bold") + Text(address, style="cyan") for key, address in addresses.items()]
    return Text("\n").join(lines)
