"""What the documents name exists, and no document is half written."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "service").rglob("*.md")]
)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_it_names_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = re.findall(r"`((?:service|workers|contact_registry|templates|tests|docs|requirements)/[\w./-]*)`", text)
    linked = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    missing = [name for name in named if not (ROOT / name).exists()]
    missing += [link for link in linked if not (document.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_it_is_finished(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert not re.search(r"<!--|\bTODO\b|\bTBD\b", text)


def test_decisions_are_numbered_one_after_the_other() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("0*.md"))
    titles = [path.read_text(encoding="utf-8").split(".", 1)[0] for path in decisions]
    assert [path.name[:4] for path in decisions] == [f"{n:04}" for n in range(1, len(decisions) + 1)]
    assert titles == [f"# {n}" for n in range(1, len(decisions) + 1)]


def test_the_index_has_every_decision_with_its_title() -> None:
    folder = ROOT / "docs" / "decisions"
    titles = {path.name: path.read_text(encoding="utf-8").partition("\n")[0].partition(". ")[2] for path in folder.glob("0*.md")}
    index = (folder / "README.md").read_text(encoding="utf-8")
    assert dict(re.findall(r"^\| \[\d+\]\(([\w.-]+)\) \| [^|]+ \| (.+) \|$", index, re.MULTILINE)) == titles


def test_the_index_of_words_leads_home() -> None:
    homes = re.findall(
        r"^\| [^|]+ \| [^|]+ \| ([^|]+) \|$", (ROOT / "docs" / "words.md").read_text(encoding="utf-8"), re.MULTILINE
    )[2:]
    assert [home for home in homes if "`" not in home] == []
