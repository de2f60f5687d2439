"""`make catalogues`: brings the catalogues up to what the code and the templates say.

Every sentence marked in the source gets its entry in each language: what was translated stays (also if it has moved to another
domain), what is new is empty, what is gone is dropped. English is filled by itself. `make catalogues NEW=km` begins a language.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract, extract_python
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

from service.languages.catalogues import FOLDER, Key, Language, forms_of, is_translated, key_of, languages
from service.languages.domains import DOMAINS, OTHER, domain_of

ROOT = FOLDER.parents[1]
WHOLE: tuple[Language, ...] = ("vi", "en")
"""The languages that lack no sentence: a test holds it."""
SOURCES = ("contact_registry", "service", "templates", "workers")
_LAZY: Mapping[str, Any] = {
    **dict.fromkeys(("_", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("pgettext_lazy", "_p"), ((1, "c"), 2)),
    **dict.fromkeys(("ngettext_lazy", "_n"), (1, 2)),
}
_IN_TEMPLATES: Mapping[str, Any] = {
    "_": None,
    "gettext": None,
    "pgettext": ((1, "c"), 2),
    "ngettext": (1, 2),
    "npgettext": ((1, "c"), 2, 3),
}
"""What marks a sentence: in Python those that say it later, in templates `{% trans %}` and `_()`."""
_FOR_TRANSLATORS = ["Translators:"]
_JINJA = {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false", "extensions": "jinja2.ext.i18n"}
_WIDTH = 120


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as the source has it. `plural`: its English for many; `path`: the file; `comments`: for translators."""

    context: str | None
    msgid: str
    plural: str | None
    path: str
    comments: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        return self.context, self.msgid


def sentences(root: Path = ROOT) -> Iterator[Sentence]:
    """Finds every sentence marked in the source under `root`, file by file."""
    for top in SOURCES:
        for path in sorted((root / top).rglob("*")):
            if path.suffix in (".py", ".html", ".txt") and path.is_file():
                yield from _of_file(path, path.relative_to(root).as_posix())


def in_domains(root: Path = ROOT) -> dict[str, dict[Key, list[Sentence]]]:
    """Groups the sentences by domain, in the order of the source; where one stands several times, all of its places."""
    found: dict[str, dict[Key, list[Sentence]]] = {domain: {} for domain in (*DOMAINS, OTHER)}
    for sentence in sentences(root):
        found[domain_of(sentence.path)].setdefault(sentence.key, []).append(sentence)
    return found


def catalogue_text(language: Language, domain: str, wanted: Mapping[Key, list[Sentence]], had: Mapping[Key, Message]) -> bytes:
    """Writes the `.po` of a domain in a language. `had`: what is translated already, of any domain."""
    catalog = Catalog(charset="utf-8", header_comment="")
    nplurals, plural_forms = _plurals(language)
    catalog.mime_headers = [("Plural-Forms", plural_forms)]
    for key, places in wanted.items():
        first = places[0]
        old = had.get(key)
        forms = forms_of(old) if old is not None else ()
        if language == "en":
            forms = (first.msgid,) if first.plural is None else (first.msgid, first.plural)
        elif len(forms) != (1 if first.plural is None else nplurals):
            forms = ("",) * nplurals
        message = catalog.add(
            first.msgid if first.plural is None else (first.msgid, first.plural),
            forms[0] if first.plural is None else forms,
            context=first.context,
            locations=[(path, 0) for path in dict.fromkeys(each.path for each in places)],
            auto_comments=[line for each in places for line in each.comments],
            user_comments=old.user_comments if old else (),
            flags=(old.flags if old else set()) & {"fuzzy"},
        )
        if not first.path.startswith("templates/"):
            message.flags.discard("python-format")  # "5% since" is no format where slots are braces
    head = (
        f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"MIME-Version: 1.0\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n'
        f'"Content-Transfer-Encoding: 8bit\\n"\n"Plural-Forms: {plural_forms}\\n"\n\n'
    )
    body = BytesIO()
    write_po(body, catalog, omit_header=True, width=_WIDTH, include_lineno=False)
    return f"# Loa, {domain}: {language}. `make catalogues` keeps it in step with the source.\n{head}".encode() + body.getvalue()


def translated(language: Language, folder: Path = FOLDER) -> dict[Key, Message]:
    """Loads every entry of a language there is, of all domains."""
    found: dict[Key, Message] = {}
    for path in sorted((folder / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            found |= {key_of(message): message for message in read_po(file) if message.id}
    return found


def update(wanted_languages: tuple[Language, ...], folder: Path = FOLDER) -> list[str]:
    """Writes the catalogues of `wanted_languages`; returns what is still to be translated, a line each."""
    domains = in_domains()
    lacking: list[str] = []
    for language in wanted_languages:
        had, place = translated(language, folder), folder / language / "LC_MESSAGES"
        place.mkdir(parents=True, exist_ok=True)
        for domain, wanted in domains.items():
            path = place / f"{domain}.po"
            if wanted:
                path.write_bytes(catalogue_text(language, domain, wanted, had))
            else:
                path.unlink(missing_ok=True)
        lacking += _lacking(language, place)
    return lacking


def _lacking(language: Language, place: Path) -> Iterator[str]:
    """What nobody has translated yet: each sentence of the languages that are kept whole, of others how many there are."""
    open_, many = [], 0
    for path in sorted(place.glob("*.po")):
        with path.open("rb") as file:
            found = [message for message in read_po(file) if message.id]
        many += len(found)
        open_ += [f"{path.name}: {message.id!r}" for message in found if not is_translated(message)]
    if language in WHOLE:
        yield from (f"{language}/{line}" for line in open_)
    elif open_:
        yield f"{language}: {len(open_):,} of {many:,} sentences are still to be translated; they are said in English"


def main(begin: Iterable[Language]) -> None:
    """Brings every catalogue up to date, and those of the languages to `begin`; says what lacks words."""
    begin = tuple(begin)
    for language in begin:
        _require_language(language)
    for line in update(tuple(dict.fromkeys((*languages(), *begin)))):
        sys.stdout.write(f"{line}\n")


def _require_language(written: str) -> None:
    """Ends the program for what is no language's code: a country's (`kh` for Khmer), or one written otherwise than CLDR does."""
    try:
        known = str(Locale.parse(written))
    except (UnknownLocaleError, ValueError):
        sys.exit(f"NEW={written}: no language's code (ISO 639), which is not the country's: km for Khmer, ko for Korean.")
    if known != written:
        sys.exit(f"NEW={written}: written {known}")


def _of_file(path: Path, name: str) -> Iterator[Sentence]:
    method: Any = extract_python if path.suffix == ".py" else babel_extract
    keywords = _LAZY if path.suffix == ".py" else _IN_TEMPLATES
    with path.open("rb") as file:
        for _, found, comments, context in extract(method, file, dict(keywords), _FOR_TRANSLATORS, dict(_JINJA)):
            singular, plural = (found, None) if isinstance(found, str) else (found[0], found[1])
            yield Sentence(context, singular, plural, name, tuple(comments))


def _plurals(language: Language) -> tuple[int, str]:
    try:
        known = get_plural(Locale.parse(language))
    except (UnknownLocaleError, ValueError):
        return 1, "nplurals=1; plural=0;"
    return known.num_plurals, str(known.plural_forms)


if __name__ == "__main__":
    main(sys.argv[1:])
