#!/usr/bin/env bash
# Guess: with pytest-xdist's `--dist loadgroup`, tests marked `xdist_group` run in one process. It is the documented way to share what is slow to
#   start, and the newest pytest and the newest xdist fit each other, as the resolver installs them.
# What happens: with pytest 9.2 the groups are none, without a word: twelve tests of one group are dealt out to both processes. xdist appends
#   "@group" to the private `item._nodeid`; pytest 9.2 computes the name from another attribute, so the scheduler sees twelve groups.
# Versions: pytest 9.2.0 and 9.1.0, pytest-xdist 3.8.0
# Why it matters: whoever brings up a server, a database or a browser per group brings up two; tests that count on being alone in their group are
#   no longer; and nothing fails, it only gets slower and flakier. Loa deals its tests out by a scheduler of its own
#   (`pytest_xdist_make_scheduler` in tests/conftest.py) and tests/architecture/test_side_by_side.py holds it.
# Seen (2026-11-30): pytest 9.1.0: 1 process(es) for one group
#   pytest 9.2.0: 2 process(es) for one group
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cat > "$here/test_one_group.py" <<'PYTHON'
import os
import time
import pytest

@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("n", range(12))
def test_it(n):
    time.sleep(0.05)
    with open(os.environ["WHO"], "a") as who:
        who.write(os.environ["PYTEST_XDIST_WORKER"] + "\n")
PYTHON
processes() { # of one group, with this pytest
  python3 -m venv "$here/$1"
  "$here/$1/bin/pip" install --quiet --disable-pip-version-check "pytest==$1" pytest-xdist==3.8.0
  (cd "$here" && WHO="$here/$1.txt" "$here/$1/bin/python" -m pytest -q -p no:cacheprovider -n 2 --dist loadgroup > /dev/null)
  sort -u "$here/$1.txt" | wc -l
}
before=$(processes 9.1.0)
after=$(processes 9.2.0)
echo "pytest 9.1.0: $before process(es) for one group"
echo "pytest 9.2.0: $after process(es) for one group"
[ "$before" = 1 ] && [ "$after" = 2 ]
