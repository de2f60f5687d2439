"""What `loa run --live` needs to reach parents and does not have:
said on the screen, in one block, before anybody relies on it.
"""

from collections.abc import Iterator

from service.settings import Settings
from service.standalone.words import Words


def lacking(settings: Settings, words: Words) -> str | None:
    """Writes the block that says what is missing; None where nothing is."""
    lines = [f"  {', '.join(names)}: {words(consequence)}" for names, consequence in _missing(settings)]
    return "\n".join([words("live_lacks"), *lines]) if lines else None


def _missing(settings: Settings) -> Iterator[tuple[list[str], str]]:
    """Settings without a value, and what does not happen without them."""
    sms = {"LOA_TWILIO_ACCOUNT_SID": settings.twilio_account_sid, "LOA_TWILIO_AUTH_TOKEN": settings.twilio_auth_token}
    email = {"LOA_SMTP_HOST": settings.smtp_host, "LOA_SMTP_FROM": settings.smtp_from}
    for group, further, consequence in (
        (sms, (*settings.further_twilio, *settings.further_gateways), "live_no_sms"),
        (email, settings.further_smtp, "live_no_email"),
        ({"LOA_PUBLIC_URL": settings.public_url}, (), "live_no_address"),
    ):
        missing = [name for name, value in group.items() if not value]
        if missing and not (further and len(missing) == len(group)):
            yield missing, consequence
