#!/usr/bin/env bash
# Guess: what a mail server answers 250 to is delivered at once, or at least tried; a client that says 25 letters over one connection, as every
#   guide for senders advises, has 25 delivered.
# What happens: Exim with its own defaults delivers ten of a connection. It answers 250 to the others as well and lets them lie until its next
#   queue run (Debian: every 30 minutes); only its log says so (`smtp_accept_queue_per_connection`). Over a new connection it goes on at once.
# Versions: exim4-daemon-light of Debian 12 (4.96), in a root of its own; needs root and apt-get.
# Why it matters: an emergency is half an hour late for whoever came behind the tenth, and the sender has "accepted" for all. Loa says ten
#   letters over a connection (`LOA_SMTP_LETTERS_PER_CONNECTION`): workers/channels/smtp_session.py.
# Seen (2026-11-30): 25 letters over one connection: 25 answered 250, 10 delivered
#   10 more over another: 20 delivered
set -euo pipefail
place=$(mktemp -d)
exim=
trap 'if [ -n "$exim" ]; then kill "$exim" 2>/dev/null || true; wait "$exim" 2>/dev/null || true; fi; rm -rf "$place"' EXIT
chmod 755 "$place"
root=$place/root
mkdir -p "$place/archives/partial" "$root"/{dev,tmp,run,etc/exim4,var/parents,usr/{bin,sbin,lib,lib64}}
ln -s usr/bin usr/sbin usr/lib usr/lib64 "$root"
: >"$place/nothing-installed"
apt-get -qq -y --download-only -o "Dir::State::status=$place/nothing-installed" -o "Dir::Cache::archives=$place/archives" \
  -o APT::Install-Recommends=0 -o Debug::NoLocking=1 -o APT::Sandbox::User=root install exim4-daemon-light >/dev/null
for package in "$place"/archives/*.deb; do dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$root"; done
mknod -m 666 "$root/dev/null" c 1 3
mknod -m 666 "$root/dev/urandom" c 1 9
printf '%s\n' root:x:0:0::/root:/bin/sh parents:x:1000:1000::/var/parents:/bin/sh Debian-exim:x:102:102::/:/bin/false mail:x:8:8::/:/bin/false >"$root/etc/passwd"
printf '%s\n' root:x:0: parents:x:1000: Debian-exim:x:102: mail:x:8: >"$root/etc/group"
chown 1000:1000 "$root/var/parents"
install -d -o 102 -g 102 "$root/var/spool/exim4" "$root/var/log/exim4" "$root/run/exim4"
ln -s ../run "$root/var/run"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$root/etc/exim4/exim4.conf" <<CONFIGURATION
primary_hostname = relay.example
daemon_smtp_ports = $port
local_interfaces = 127.0.0.1
acl_smtp_rcpt = anybody
begin acl
anybody:
  accept
begin routers
everybody:
  driver = accept
  transport = inbox
begin transports
inbox:
  driver = appendfile
  maildir_format
  directory = /var/parents/Maildir
  user = parents
CONFIGURATION
chroot "$root" /usr/sbin/exim4 -bdf -q30m >"$place/log" 2>&1 &
exim=$!
python3 - "$port" "$root/var/parents/Maildir/new" <<'PYTHON'
import os
import smtplib
import sys
import time

port, inbox = int(sys.argv[1]), sys.argv[2]


def say(many: int) -> int:
    for _ in range(100):
        try:
            client = smtplib.SMTP("127.0.0.1", port, local_hostname="school.example")
            break
        except ConnectionError:
            time.sleep(0.1)
    for n in range(many):
        client.sendmail("school@school.example", f"parent{n}@parents.example", "Subject: a warning\r\n\r\nDo not pay.\r\n")  # raises but for 250
    client.quit()
    return many


def delivered(at_least: int) -> int:
    end = time.monotonic() + 20
    while (n := len(os.listdir(inbox)) if os.path.isdir(inbox) else 0) < at_least and time.monotonic() < end:
        time.sleep(0.1)
    time.sleep(3)  # for what would come besides
    return len(os.listdir(inbox))


taken, first = say(25), delivered(10)
print(f"25 letters over one connection: {taken} answered 250, {first} delivered")
say(10)
second = delivered(20)
print(f"10 more over another: {second} delivered")
sys.exit((first, second) != (10, 20))
PYTHON
