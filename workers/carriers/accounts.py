"""The routes that the settings name, each account behind a circuit of its own."""

from functools import partial
from hashlib import sha256

from service.carriers import http_gateway
from service.gateways import Gateway
from service.settings import Settings
from workers.carriers.circuits import Circuit
from workers.carriers.routes import Provider, Route
from workers.channels.base import EmailChannel, SmsChannel
from workers.channels.email_smtp import EmailSmtp
from workers.channels.sms_http import SmsHttp
from workers.channels.sms_twilio import SmsTwilio

SMS_TIMEOUT = 10.0
"""Seconds for a call of the SMS gateway, everything in it. Reconciliation counts on it
(service.deliveries.rounds.reconciling.CALL_ENDS).
"""
EMAIL_TIMEOUT = 20.0
"""Seconds for one step of SMTP up to a letter. Behind it relays that filter have minutes: `LOA_SMTP_ANSWER_SECONDS`."""


def sms_route(settings: Settings) -> Route[SmsChannel]:
    """Makes the route of SMS by the accounts of `LOA_TWILIO_*`. Half a set-up raises `MissingSetting`."""
    made: list[Provider[SmsChannel]] = [
        Provider(
            each.name,
            SmsTwilio(
                each.api_url,
                each.account_sid,
                each.auth_token.get_secret_value(),
                each.sender or settings.twilio_sender,
                messaging_service=each.messaging_service_sid,
                discard=each.retention == "discard",
                timeout=SMS_TIMEOUT,
            ),
            Circuit(each.name),
            # By whatever address it is reached: a proxy in between makes no other account of it.
            account=sha256(each.account_sid.encode()).hexdigest(),
        )
        for each in settings.twilio_accounts
    ]
    made += [_over_http(each, settings.senders[each.name]) for each in settings.sms_over_http]
    return Route(sorted(made, key=lambda each: settings.sms_providers.index(each.name)))


def _over_http(gateway: Gateway, sender: str) -> Provider[SmsChannel]:
    described = gateway.described
    return Provider(
        gateway.name,
        SmsHttp(described, gateway.known, sender, timeout=SMS_TIMEOUT),
        Circuit(gateway.name),
        account=sha256(described.request.url.encode()).hexdigest(),
        can=http_gateway.abilities_of(described),
        callback=partial(http_gateway.callback_url, described),
    )


def email_route(settings: Settings) -> Route[EmailChannel]:
    """Makes the route of email by the relays of `LOA_SMTP_*`. Half a set-up raises `MissingSetting`."""
    made: list[Provider[EmailChannel]] = []
    for each in settings.smtp_relays:
        channel = EmailSmtp(
            each.host,
            each.port,
            each.username,
            each.password.get_secret_value() if each.password else "",
            each.tls,
            each.sender,
            ca_file=each.ca_file,
            timeout=EMAIL_TIMEOUT,
            answer=settings.smtp_answer_seconds,
            letters=settings.smtp_letters_per_connection,
            pool=settings.smtp_connections,
            per_domain=settings.smtp_connections_per_domain,
        )
        made.append(Provider(each.name, channel, Circuit(each.name), channel.room))
    return Route(made)


def rates(settings: Settings) -> dict[str, float]:
    """Returns what each account may be given in a second, by its name: SMS segments, or letters."""
    return settings.sms_paces | {each.name: each.messages_per_second for each in settings.smtp_relays}
