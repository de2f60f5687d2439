#!/usr/bin/env bash
# Guess: a site whose `log` has `format filter` without the request's address writes that address nowhere.
# What happens: that holds for the access log. When the server behind is away, the request stands whole, path, query and all, in an error line of
#   Caddy's default log, which the site's filter does not touch: it needs the same filter in the global options.
# Versions: Debian 12's caddy (2.6.2)
# Why it matters: in our field the address is the secret: a look-up number, a callback's token. A restart of Loa would write some down each time.
#   docs/proxies/Caddyfile has the filter twice; tests/operation/proxies/run.sh looks through the logs with Loa away.
# Seen (2026-11-30): access log: the number stands in it: False
#   default log: the number stands in it: True
set -euo pipefail
here=$(mktemp -d)
trap 'kill "${caddy:-}" 2>/dev/null || true; rm -rf "$here"' EXIT
cd "$here"
apt-get download -q caddy=2.6.2-5 >/dev/null 2>&1
dpkg -x caddy_*.deb unpacked
read -r port nobody < <(python3 -c "import socket
a, b = socket.socket(), socket.socket()
a.bind(('127.0.0.1', 0)); b.bind(('127.0.0.1', 0))
print(a.getsockname()[1], b.getsockname()[1])")
cat > Caddyfile <<CADDY
{
	admin off
}
http://127.0.0.1:$port {
	log {
		output file access.log
		format filter {
			wrap json
			fields {
				request>uri delete
				request>headers delete
			}
		}
	}
	reverse_proxy 127.0.0.1:$nobody
}
CADDY
HOME=$here XDG_DATA_HOME=$here XDG_CONFIG_HOME=$here unpacked/usr/bin/caddy run --config Caddyfile --adapter caddyfile 2> default.log &
caddy=$!
python3 - "$port" <<'PYTHON'
import sys
import time
import urllib.error
import urllib.request

for _ in range(100):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/?so=407188263163", timeout=5)
    except urllib.error.HTTPError as answered:
        assert answered.code == 502, answered.code
        break
    except OSError:
        time.sleep(0.1)
else:
    sys.exit("caddy does not answer")
time.sleep(0.5)
found = {name: "407188263163" in open(f"{name}.log").read() for name in ("access", "default")}
lines = len(open("access.log").read().splitlines())
for name, stands in found.items():
    print(f"{name} log: the number stands in it: {stands}")
sys.exit(not (lines and found == {"access": False, "default": True}))
PYTHON
