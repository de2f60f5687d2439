"""Every template is used and compiles; pages hold no script, no style of their own and nothing from another host."""

import re

import pytest
from jinja2.meta import find_referenced_templates

from service.rendering import page_environment
from tests.architecture.sources import ROOT, modules, strings

TEMPLATES = ROOT / "templates"
PAGES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))


def test_every_page_and_component_is_used() -> None:
    environment = page_environment("en")
    used = {text for _, path in modules() for _, text in strings(path)}
    for name in (page for page in PAGES if page.startswith(("pages/", "components/"))):
        tree = environment.parse((TEMPLATES / name).read_text(encoding="utf-8"))
        used.update(each for each in find_referenced_templates(tree) if each)
    unused = [page for page in PAGES if page.startswith(("pages/", "components/")) and page not in used]
    assert unused == []


@pytest.mark.parametrize("name", [page for page in PAGES if page.startswith(("pages/", "components/"))])
def test_a_page_needs_nothing_but_itself(name: str) -> None:
    source = (TEMPLATES / name).read_text(encoding="utf-8")
    page_environment("en").get_template(name)
    assert not re.search(r"<script|\bon[a-z]+=|style=|https?://(?!www\.w3\.org)|\|\s*safe", source)


def test_every_kind_of_message_has_all_its_parts() -> None:
    kinds = [path for path in (TEMPLATES / "messages").iterdir() if path.is_dir() and path.name != "layout"]
    assert {kind.name for kind in kinds} >= {"scam_alert", "safety_advice", "verification_instructions"}
    for kind in kinds:
        parts = {str(path.relative_to(kind)) for path in kind.rglob("*.*")}
        assert parts == {"sms.txt", "email/subject.txt", "email/body.txt", "email/body.html"}, kind.name
