#!/usr/bin/env bash
# Guess: login() with a wrong password says AUTH once and raises SMTPAuthenticationError; what the server said is in the exception.
# What happens: it goes on to the next mechanism that both know, so one wrong password is three failed logins where CRAM-MD5, PLAIN and LOGIN
#   are offered; and where the server closes the connection behind its 535, SMTPServerDisconnected is raised, which looks like a broken line.
# Versions: aiosmtplib 5.1.3 (PyPI), Python 3.11 or later.
# Why it matters: a program that takes the latter for a line that broke tries again for ever; relays lock the account after five or ten wrong
#   passwords, and then no warning leaves. Loa logs in by one mechanism itself, one connection at first: workers/channels/smtp_opening.py.
# Seen (2026-11-30): stays: SMTPAuthenticationError (535), 3 AUTH
#   closes: SMTPServerDisconnected, 1 AUTH
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
python3 -m venv "$place/venv"
"$place/venv/bin/pip" -q --disable-pip-version-check install aiosmtplib==5.1.3
"$place/venv/bin/python" - <<'PYTHON'
import asyncio
import sys

import aiosmtplib


async def meets(closes: bool) -> tuple[str, int]:
    asked = 0

    async def serve(reader, writer):
        nonlocal asked
        writer.write(b"220 relay.example ESMTP\r\n")
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"EHLO":
                writer.write(b"250-relay.example\r\n250 AUTH CRAM-MD5 PLAIN LOGIN\r\n")
            elif word == b"AUTH":
                asked += 1
                if b"CRAM-MD5" in line.upper():
                    writer.write(b"334 PDEuMkByZWxheS5leGFtcGxlPg==\r\n")
                    await reader.readline()
                writer.write(b"535 5.7.8 authentication failed\r\n")
                if closes:
                    break
            else:
                writer.write(b"221 bye\r\n")
                break
        writer.close()
        done.set()

    done = asyncio.Event()
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False, local_hostname="school.example", timeout=5)
    try:
        await client.connect()
        await client.login("loa", "not the password")
        told = "logged in"
    except aiosmtplib.SMTPResponseException as error:
        told = f"{type(error).__name__} ({error.code})"
    except aiosmtplib.SMTPException as error:
        told = type(error).__name__
    client.close()
    await done.wait()
    server.close()
    return told, asked


stays, closes = asyncio.run(meets(False)), asyncio.run(meets(True))
print(f"stays: {stays[0]}, {stays[1]} AUTH")
print(f"closes: {closes[0]}, {closes[1]} AUTH")
sys.exit((stays, closes) != (("SMTPAuthenticationError (535)", 3), ("SMTPServerDisconnected", 1)))
PYTHON
