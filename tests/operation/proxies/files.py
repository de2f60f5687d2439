"""The files of docs/proxies with this machine's ports and places in them, and how each proxy is started with its own."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.sources import ROOT

HOST = "canhbao.example.edu.vn"
DOCS = ROOT / "docs" / "proxies"
_MODULES = "mpm_event authz_core ssl socache_shmcb http2 proxy proxy_http headers reqtimeout rewrite setenvif mime"


@dataclass(frozen=True)
class Place:
    """Where one proxy runs: its folder, its two ports, and Loa's."""

    folder: Path
    plain: int
    tls: int
    web: int


@dataclass(frozen=True)
class Started:
    """A command that runs a proxy in the foreground, and the logs it writes beside its standard output."""

    command: tuple[str, ...]
    logs: tuple[str, ...] = ()


def changed(name: str, changes: Mapping[str, str]) -> str:
    """The file with these changes; each must be needed, or the file is another than this was written for."""
    text = (DOCS / name).read_text(encoding="utf-8")
    for was, becomes in changes.items():
        assert was in text, (name, was)
        text = text.replace(was, becomes)
    return text


def certificate(folder: Path) -> None:
    """A certificate for the documents' host, with its key beside it and both in one file."""
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout privkey.pem -out fullchain.pem"
    names = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    subprocess.run([*command.split(), *names], cwd=folder, check=True, capture_output=True)
    site = (folder / "fullchain.pem").read_text(encoding="ascii") + (folder / "privkey.pem").read_text(encoding="ascii")
    (folder / "site.pem").write_text(site, encoding="ascii")


def nginx(place: Place) -> Started:
    site = changed(
        "nginx.conf",
        {
            "/var/log/nginx/": f"{place.folder}/",
            "/etc/ssl/loa/": f"{place.folder}/",
            "127.0.0.1:8000": f"127.0.0.1:{place.web}",
            "listen 80;": f"listen 127.0.0.1:{place.plain};",
            "listen 443 ssl": f"listen 127.0.0.1:{place.tls} ssl",
        },
    )
    temporary = "".join(
        f"{kind}_temp_path {place.folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole = f"daemon off; pid {place.folder}/pid; events {{}}\nhttp {{\n{temporary}{site}\n}}\n"
    (place.folder / "nginx.conf").write_text(whole, encoding="utf-8")
    command = ("nginx", "-e", f"{place.folder}/start.log", "-c", f"{place.folder}/nginx.conf")
    return Started(command, ("loa.log", "loa-error.log", "start.log"))


def caddy(place: Place) -> Started:
    site = changed(
        "Caddyfile",
        {
            "/var/log/caddy/": f"{place.folder}/",
            "127.0.0.1:8000": f"127.0.0.1:{place.web}",
            "\tservers {": (
                f"\tadmin off\n\tauto_https disable_certs\n\thttp_port {place.plain}\n\thttps_port {place.tls}\n\tservers {{"
            ),
            f"\n{HOST} {{": f"\n{HOST} {{\n\tbind 127.0.0.1\n\ttls {place.folder}/fullchain.pem {place.folder}/privkey.pem",
        },
    )
    (place.folder / "Caddyfile").write_text(site, encoding="utf-8")
    return Started(("caddy", "run", "--adapter", "caddyfile", "--config", f"{place.folder}/Caddyfile"), ("loa.log",))


def haproxy(place: Place) -> Started:
    site = changed(
        "haproxy.cfg",
        {
            "log /dev/log local0": "log stdout format raw local0",
            "/etc/ssl/loa/": f"{place.folder}/",
            "127.0.0.1:8000": f"127.0.0.1:{place.web}",
            "bind :80": f"bind 127.0.0.1:{place.plain}",
            "bind :443": f"bind 127.0.0.1:{place.tls}",
        },
    )
    (place.folder / "haproxy.cfg").write_text(site, encoding="utf-8")
    return Started(("haproxy", "-db", "-f", f"{place.folder}/haproxy.cfg"))


def apache(place: Place) -> Started:
    site = changed(
        "apache.conf",
        {
            "/var/log/apache2/": f"{place.folder}/",
            "/etc/ssl/loa/": f"{place.folder}/",
            "127.0.0.1:8000": f"127.0.0.1:{place.web}",
            "<VirtualHost *:80>": f"<VirtualHost 127.0.0.1:{place.plain}>",
            "<VirtualHost *:443>": f"<VirtualHost 127.0.0.1:{place.tls}>",
        },
    )
    modules = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n" for name in _MODULES.split())
    own = (
        f"ServerRoot {place.folder}\nPidFile {place.folder}/pid\nErrorLog {place.folder}/start.log\nUser www-data\nGroup "
        "www-data\n"
    )
    own += (
        f"Listen 127.0.0.1:{place.plain}\nListen 127.0.0.1:{place.tls}\nTypesConfig /etc/mime.types\nMutex file:{place.folder}\n"
    )
    (place.folder / "apache.conf").write_text(modules + own + site, encoding="utf-8")
    return Started(("apache2", "-DFOREGROUND", "-f", f"{place.folder}/apache.conf"), ("loa.log", "loa-error.log", "start.log"))


PROXIES = {"nginx": nginx, "caddy": caddy, "haproxy": haproxy, "apache": apache}
