"""What arrived, to look at (`GET /`) and to count (`GET /messages.json`), and the switches for faults."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlencode

import orjson
from fastapi import FastAPI, HTTPException, Query, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from service.clock import LOCAL, Clock
from service.languages import Catalogue, catalogue, languages, ngettext_lazy, own_name, speak
from service.languages import gettext_lazy as _
from service.simulators.faults import FaultBoard, Faults
from service.simulators.outbox import Mail, Outbox, Sms

TEMPLATES = Path(__file__).parents[2] / "templates"
_DEFAULT = "vi"
SHOWN = 30  # of each channel, newest first
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'self'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# A received email is a stranger's document: no scripts, nothing fetched, nothing but its own look.
_MAIL_HEADERS = _HEADERS | {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'",
}
_STATUSES = {"queued": _("Sending"), "sent": _("Sent"), "delivered": _("Received"), "undelivered": _("Not delivered")}
_TEXTS = ngettext_lazy("{count:n} message", "{count:n} messages")
_MAILS = ngettext_lazy("{count:n} email", "{count:n} emails")


def add_outbox_page(app: FastAPI, outbox: Outbox, faults: FaultBoard, clock: Clock) -> None:
    """Adds the page, the list and the switches to the application."""
    environment = cache(partial(_environment, clock))

    @app.get("/", response_class=HTMLResponse)
    async def page(to: Annotated[str, Query(max_length=320)] = "", live: bool = True, lang: str = "") -> HTMLResponse:  # noqa: FBT001, FBT002
        language = lang if lang in languages() else _DEFAULT

        def address(**changed: str) -> str:
            query = {"to": to, "live": "" if live else "0", "lang": "" if language == _DEFAULT else language} | changed
            return "/?" + urlencode({name: value for name, value in query.items() if value})

        html = (
            environment(catalogue(language))
            .get_template("simulators/outbox.html")
            .render(
                texts=list(islice(outbox.newest_sms(to), SHOWN)),
                mails=outbox.newest_mail(to, SHOWN),
                texts_in_all=_TEXTS.in_(language, count=outbox.sms_count),
                mails_in_all=_MAILS.in_(language, count=outbox.mail_count),
                shown=SHOWN,
                to=to,
                live=live,
                address=address,
                elsewhere=[
                    {
                        "tag": other.replace("_", "-"),
                        "name": own_name(other),
                        "address": address(lang="" if other == _DEFAULT else other),
                    }
                    for other in languages()
                    if other != language
                ],
                faults=[_faults_in_words(f) for f in (faults.sms, faults.email) if f.model_fields_set > {"channel"}],
            )
        )
        return HTMLResponse(html, headers=_HEADERS | ({"Refresh": "5"} if live else {}))

    @app.get("/emails/{mail_id}", response_class=HTMLResponse)
    async def mail(mail_id: str) -> HTMLResponse:
        found = outbox.mail(mail_id)
        if found is None:
            raise HTTPException(404)
        html = found.read.html or environment(catalogue(_DEFAULT)).get_template("simulators/plain_email.html").render(
            text=found.read.text
        )
        return HTMLResponse(html, headers=_MAIL_HEADERS)

    @app.get("/messages.json")
    async def messages(
        channel: Literal["sms", "email"] | None = None,
        to: str = "",
        limit: Annotated[int | None, Query(ge=1)] = None,
    ) -> Response:
        """Oldest first; `limit` keeps the newest."""
        # Reading 10,000 emails takes seconds: in a thread, so that the gateway goes on answering.
        body = await asyncio.to_thread(_as_json, outbox.all(), channel, to, limit)
        return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})

    @app.delete("/messages.json", status_code=204)
    async def clear() -> None:
        outbox.clear()

    @app.post("/faults")
    async def put_faults(wanted: Faults) -> Faults:
        faults.put(wanted)
        return wanted

    @app.delete("/faults", status_code=204)
    async def clear_faults() -> None:
        faults.clear()

    @app.get("/healthz")
    async def healthy() -> dict[str, str]:
        return {"status": "ok"}


def _as_json(messages: Sequence[Sms | Mail], channel: str | None, to: str, limit: int | None) -> bytes:
    wanted = [
        m for m in messages if (channel is None or isinstance(m, Sms if channel == "sms" else Mail)) and (not to or m.to == to)
    ]
    return orjson.dumps([m.as_json for m in wanted[-limit if limit else 0 :]])


def _faults_in_words(faults: Faults) -> str:
    settings = faults.model_dump(exclude_unset=True, exclude={"channel"})
    return f"{'SMS' if faults.channel == 'sms' else 'Email'}: " + ", ".join(f"{k} = {v}" for k, v in settings.items())


def _environment(clock: Clock, known: Catalogue) -> Environment:
    """A Jinja environment of the simulators' own: they know nothing of Loa's pages."""

    def when(moment: datetime) -> str:
        local, today = moment.astimezone(LOCAL), clock().astimezone(LOCAL).date()
        return local.strftime("%H:%M:%S" if local.date() == today else "%d/%m %H:%M")

    def status(code: str) -> str:
        return _STATUSES[code].in_(known.language) if code in _STATUSES else code

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"when": when, "phone": _phone, "status": status}
    speak(environment, known)
    return environment


def _phone(number: str) -> str:
    """`+84912345678` as people say it: `0912 345 678`."""
    national = "0" + number.removeprefix("+84") if number.startswith("+84") else number
    return f"{national[:4]} {national[4:7]} {national[7:]}" if len(national) == 10 else national
