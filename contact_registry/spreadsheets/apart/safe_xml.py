"""XML from strangers: no document type, so no entities and nothing from elsewhere; names without their prefixes."""

from collections.abc import Callable, Iterable, Mapping
from xml.parsers import expat

from contact_registry.spreadsheets.apart.limits import Refused

Start = Callable[[str, Mapping[str, str]], None]


def parse(
    chunks: Iterable[bytes],
    start: Start,
    end: Callable[[str], None] = lambda _: None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Walks through a document. Attributes' and elements' names come without prefix. Raises `Refused("import.unreadable")`."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def no_document_type(*_: object) -> None:
        raise Refused("import.unreadable")

    def begin(name: str, attributes: dict[str, str]) -> None:
        start(name.rpartition(":")[2], {key.rpartition(":")[2]: value for key, value in attributes.items()})

    parser.StartDoctypeDeclHandler = no_document_type
    parser.EntityDeclHandler = no_document_type
    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError, OverflowError):
        raise Refused("import.unreadable") from None
