#!/usr/bin/env bash
# Outside CI: the alerts, tried by Prometheus' own tool (Debian: apt-get install prometheus).
set -euo pipefail
cd "$(dirname "$0")"
command -v promtool >/dev/null || { echo "promtool is not installed (Debian: prometheus)" >&2; exit 1; }
promtool check rules ../../../docs/watching/alerts.yml
promtool test rules ./*.test.yml
