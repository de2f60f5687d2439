#!/usr/bin/env bash
# Outside CI: Loa behind nginx, Caddy, HAProxy and Apache from Debian, each with its file of docs/proxies as it stands but for names of
# files and ports. Installs what is missing (as root), starts Loa and one proxy after the other on loopback, and stops everything again.
#
#   tests/operation/proxies/run.sh [nginx caddy haproxy apache]
set -euo pipefail
cd "$(dirname "$0")/../../.."
missing=()
for pair in nginx:nginx caddy:caddy haproxy:haproxy apache2:apache2 curl:curl openssl:openssl; do
  command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
done
if [ ${#missing[@]} -gt 0 ]; then
  apt-get update -q >/dev/null
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
fi
exec .venv/bin/python -m tests.operation.proxies "$@"
