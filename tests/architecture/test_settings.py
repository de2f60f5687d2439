"""docs/settings.md describes every setting there is, and none that is not."""

import re

from pydantic import BaseModel

from service.settings import Settings, SmtpRelay, TwilioAccount
from tests.architecture.sources import ROOT

# What is read from the environment by number: `LOA_TWILIO_2_...`
FURTHER: dict[str, tuple[str, type[BaseModel]]] = {
    "further_twilio": ("TWILIO_2", TwilioAccount),
    "further_smtp": ("SMTP_2", SmtpRelay),
}
OF_FILES = {"further_gateways"}  # what LOA_SMS_GATEWAYS names; docs/carriers.md describes it


def test_the_page_and_the_settings_are_equal() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    described = re.findall(r"^\| `(LOA_[A-Z0-9_]+)` \|", page, flags=re.MULTILINE)
    numbered = [
        f"LOA_{family}_{(field.alias or name).upper()}"
        for family, kind in FURTHER.values()
        for name, field in kind.model_fields.items()
        if name != "name"
    ]
    assert sorted(described) == sorted(
        [*(f"LOA_{name.upper()}" for name in Settings.model_fields if name not in FURTHER.keys() | OF_FILES), *numbered]
    )
