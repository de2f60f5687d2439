#!/usr/bin/env bash
# Postfix, Exim and OpenSMTPD as Debian 12 has them, with their own defaults: 500 letters through Loa to each, until all are delivered.
#
# Outside CI: needs Debian 12, root (each relay lives in a chroot of a temporary folder, nothing is installed) and its package mirror. Takes
# some minutes and says a line for each relay; fails if one left a letter lying, or was slower than twice what a polite sink takes or, if that is
# more, what a plain client with as many connections needs for the same letters.
#
#   sudo tests/operation/real_relays/run.sh [postfix] [exim] [opensmtpd]
set -euo pipefail
cd "$(dirname "$0")/../../.."
python=${PYTHON:-.venv/bin/python}
place=$(mktemp -d)
chmod 755 "$place"
started=()

stop() {
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${started[@]}"; do while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done; done
  started=()
}
trap 'stop; rm -rf "$place"' EXIT

# unpack NAME PACKAGE...: the packages, and all that they need, in a root of their own.
unpack() {
  root=$place/$1
  mkdir -p "$root"/{dev,tmp,run,etc,home,var/{log,mail,spool},usr/{bin,sbin,lib,lib64}} "$place/archives/partial"
  chmod 1777 "$root/tmp"
  ln -s usr/bin usr/sbin usr/lib usr/lib64 "$root"
  ln -s ../run "$root/var/run"
  : >"$place/nothing-installed"
  apt-get -qq -y --download-only -o "Dir::State::status=$place/nothing-installed" -o "Dir::Cache::archives=$place/archives" \
    -o APT::Install-Recommends=0 -o Debug::NoLocking=1 -o APT::Sandbox::User=root install "${@:2}" dash coreutils sed grep findutils >/dev/null
  for package in "$place"/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$root"
  done
  rm -rf "$place/archives"
  [ -e "$root/usr/bin/sh" ] || ln -s dash "$root/usr/bin/sh"
  mknod -m 666 "$root/dev/null" c 1 3
  mknod -m 666 "$root/dev/urandom" c 1 9
  printf '%s\n' root:x:0:0::/root:/bin/sh nobody:x:65534:65534::/:/bin/false parents:x:1000:1000::/home/parents:/bin/sh \
    postfix:x:101:101::/var/spool/postfix:/bin/false Debian-exim:x:102:102::/var/spool/exim4:/bin/false \
    opensmtpd:x:103:103::/run/smtpd:/bin/false opensmtpq:x:104:104::/:/bin/false mail:x:8:8::/var/mail:/bin/false >"$root/etc/passwd"
  printf '%s\n' root:x:0: nogroup:x:65534: parents:x:1000: postfix:x:101: postdrop:x:105: Debian-exim:x:102: opensmtpd:x:103: \
    opensmtpq:x:104: mail:x:8: >"$root/etc/group"
  echo "127.0.0.1 localhost relay.example" >"$root/etc/hosts"
  install -d -o 1000 -g 1000 "$root/home/parents" "$root/home/parents/Maildir"
  inbox=$root/home/parents/Maildir/new
}

free_port() { "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# until_up: the relay answers on its port.
until_up() {
  for _ in $(seq 100); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && return
    sleep 0.1
  done
  echo "the relay does not answer:" >&2
  cat "$place"/*.log "$root"/var/log/* >&2 2>/dev/null || true
  exit 1
}

postfix() {
  unpack postfix postfix
  port=$(free_port)
  cp "$root/usr/share/postfix/master.cf.dist" "$root/etc/postfix/master.cf"
  sed -i "s/^smtp      inet/127.0.0.1:$port inet/" "$root/etc/postfix/master.cf"
  cat >"$root/etc/postfix/main.cf" <<CONFIGURATION
compatibility_level = 3.6
myhostname = relay.example
mydestination =
virtual_mailbox_domains = example.com
virtual_mailbox_base = /home/parents
virtual_mailbox_maps = static:Maildir/
virtual_uid_maps = static:1000
virtual_gid_maps = static:1000
maillog_file = /var/log/mail.log
CONFIGURATION
  install -d "$root/var/spool/postfix" "$root/var/lib/postfix"
  chown 101:101 "$root/var/lib/postfix"
  chroot "$root" postconf -F '*/*/chroot = n'
  chroot "$root" newaliases 2>/dev/null || true
  chroot "$root" postfix set-permissions >/dev/null 2>&1 || true
  chroot "$root" postfix start >"$place/postfix.log" 2>&1
  started+=("$(tr -d ' ' <"$root/var/spool/postfix/pid/master.pid")")
}

exim() {
  unpack exim exim4-daemon-light
  port=$(free_port)
  install -d "$root/etc/exim4"
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
  directory = /home/parents/Maildir
  user = parents
CONFIGURATION
  install -d -o 102 -g 102 "$root/var/spool/exim4" "$root/var/log/exim4" "$root/run/exim4"
  chroot "$root" /usr/sbin/exim4 -bdf -q30m >"$place/exim.log" 2>&1 &
  started+=($!)
}

opensmtpd() {
  unpack opensmtpd opensmtpd
  port=$(free_port)
  cat >"$root/etc/smtpd.conf" <<CONFIGURATION
listen on 127.0.0.1 port $port hostname relay.example
table everybody { "@" = "parents" }
action "inbox" maildir "/home/parents/Maildir" virtual <everybody>
match from any for any action "inbox"
CONFIGURATION
  install -d -m 711 "$root/var/spool/smtpd" "$root/run/smtpd" "$root/var/empty" "$root/var/lib/opensmtpd/empty"
  chroot "$root" /usr/sbin/smtpd -d >"$place/opensmtpd.log" 2>&1 &
  started+=($!)
}

relays=("$@")
[ $# -gt 0 ] || relays=(postfix exim opensmtpd)
for relay in "${relays[@]}"; do
  "$relay"
  until_up
  REAL_RELAY=$relay REAL_RELAY_PORT=$port REAL_RELAY_INBOX=$inbox "$python" -m pytest -q -s -p no:cacheprovider \
    tests/operation/real_relays/delivered.py 2>&1 | grep -v '^\.\?{' || { cat "$place/$relay.log"; exit 1; }
  stop
done
