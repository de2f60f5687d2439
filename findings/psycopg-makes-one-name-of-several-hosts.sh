#!/usr/bin/env bash
# Guess: what SQLAlchemy takes apart, the driver takes: `make_url(address)` and `psycopg.connect(**its parts, **url.query)` is how a pool of the
#   driver's own gets the application's address, and `?host=a:5432&host=b:5432` is how SQLAlchemy's manual writes two servers.
# What happens: the query holds a tuple, and psycopg writes any value down as text: one host by the name of Python's brackets and quotes. Nothing
#   refuses it before the resolver does. Only the dialect's own `create_connect_args` makes `host=a,b port=5432,5432` of it.
# Versions: sqlalchemy 2.1.9, psycopg 3.3.9
# Why it matters: half of the connections follow a failover and the others look for a machine called "('a". Loa reads an address once, by the
#   dialect, for engines and pools alike (service/urls.py, tests/service/test_urls.py).
# Seen (2026-11-30): by the parts: host=('a:5432', 'b:5432')
#   by the dialect: host=a,b port=5432,5432
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check sqlalchemy==2.1.9 "psycopg[binary]==3.3.9"
cat > try.py <<'PYTHON'
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import make_url

url = make_url("postgresql+psycopg://loa@/loa?host=a:5432&host=b:5432")
parts = url.translate_connect_args(username="user", database="dbname") | dict(url.query)
by_parts = conninfo_to_dict(make_conninfo(**parts))
by_dialect = conninfo_to_dict(make_conninfo(**url.get_dialect()().create_connect_args(url)[1]))
print("by the parts:", f"host={by_parts['host']}")
print("by the dialect:", f"host={by_dialect['host']} port={by_dialect['port']}")
raise SystemExit(not (by_parts["host"].startswith("(") and by_dialect["host"] == "a,b"))
PYTHON
venv/bin/python try.py
