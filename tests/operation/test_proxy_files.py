"""The proxies' files of the operator's guide, held by what they say. run.sh, outside CI, runs Loa behind all four of them."""

import re
from pathlib import Path

import pytest

from service.api.edge.limits import _UPLOAD
from tests.operation.composed import ROOT
from tests.operation.proxies.files import DOCS, HOST, PROXIES, Place

FILES = sorted(DOCS.iterdir())
LIMIT = {
    "nginx.conf": r"client_max_body_size (\d+)m;",
    "Caddyfile": r"max_size (\d+)MiB",
    "haproxy.cfg": r"req\.body_size gt (\d+) ",
    "apache.conf": r"LimitRequestBody (\d+)\n",
}


@pytest.mark.parametrize("name", PROXIES)
def test_each_is_started_by_the_script_with_the_file_as_it_stands(name: str, tmp_path: Path) -> None:
    started = PROXIES[name](Place(tmp_path, 1, 2, 3))
    (written,) = tmp_path.iterdir()
    assert str(written) in " ".join(started.command)
    assert "127.0.0.1:3" in written.read_text(encoding="utf-8")
    assert "/var/log" not in written.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_lets_through_what_we_refuse_in_words_and_has_a_host_of_its_own(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    found = re.search(LIMIT[file.name], text)
    assert found is not None
    assert int(found[1]) * (1 if int(found[1]) > 1000 else 1024**2) > _UPLOAD[0]
    assert HOST in text
    assert f"proxies/{file.name}" in (ROOT / "docs/operating.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_log_names_a_path_a_query_or_a_header(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    formats = re.findall(r"^\s*(?:log_format|LogFormat|log-format) (.*)$", text, re.MULTILINE)
    if file.name == "Caddyfile":
        kept = re.findall(r"fields \{(.*?)\}", text, re.DOTALL)
        assert [("request>uri delete" in each, "request>headers delete" in each) for each in kept] == [(True, True)] * 2
    else:
        assert len(formats) == 1
        assert not re.search(r"\$request\b|\$request_uri|\$uri|\$args|\$http_|%r|%U|%q|%\{|%HU|%HP|%HQ|%hr", formats[0])
    if file.name in ("nginx.conf", "apache.conf"):  # whose error logs quote the request
        assert re.search(r"error_log \S+ crit;|LogLevel emerg", text)
