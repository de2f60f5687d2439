#!/usr/bin/env bash
# Guess: a callback's signature covers the exact public address, as Twilio's page on security says, so one string is to be computed and compared.
# What happens: Twilio's own validator takes a signature over the address without its port, and over one with the port that the scheme stands
#   for, as well as over the exact one: senders differ in it. A comparison with the exact address alone refuses genuine receipts.
# Versions: twilio 9.13.0
# Why it matters: with LOA_PUBLIC_URL=https://canhbao.example:8443 every receipt of a sender that leaves the port out would be 403, and whoever
#   implements the page by hand, or in a gateway that imitates Twilio, does not see it in tests. Loa tries all three
#   (`_spellings` in service/deliveries/answers/callbacks.py).
# Seen (2026-11-30): asked at https://canhbao.example:8443, signed https://canhbao.example:8443: True
#   asked at https://canhbao.example:8443, signed https://canhbao.example: True
#   asked at https://canhbao.example, signed https://canhbao.example:443: True
#   asked at https://canhbao.example, signed https://khac.example: False
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check twilio==9.13.0
cat > "$here/see.py" <<'PYTHON'
import sys

from twilio.request_validator import RequestValidator

validator, form = RequestValidator("an-invented-token"), {"MessageSid": "SM1", "MessageStatus": "delivered"}
ok = True
for asked, signed, expected in (
    ("https://canhbao.example:8443", "https://canhbao.example:8443", True),
    ("https://canhbao.example:8443", "https://canhbao.example", True),
    ("https://canhbao.example", "https://canhbao.example:443", True),
    ("https://canhbao.example", "https://khac.example", False),
):
    signature = validator.compute_signature(f"{signed}/receipts", form)
    taken = validator.validate(f"{asked}/receipts", form, signature)
    print(f"asked at {asked}, signed {signed}: {taken}")
    ok &= taken == expected
sys.exit(not ok)
PYTHON
"$here/venv/bin/python" "$here/see.py"
