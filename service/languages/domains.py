"""Which catalogue a sentence stands in, by the file it is written in: a room of the house, so that each stays readable."""

from collections.abc import Mapping

DOMAINS: Mapping[str, tuple[str, ...]] = {
    "sentences": ("service/sentences/", "service/api/"),
    "lists": ("contact_registry/", "service/contacts/"),
    "pages": ("service/web/", "service/simulators/", "templates/pages/", "templates/components/", "templates/simulators/"),
    "messages": ("service/rendering/", "templates/messages/"),
    "terminal": ("service/cli/", "service/standalone/", "service/settings.py", "service/urls.py", "workers/"),
    "broadcasts": ("service/broadcasts/",),
    "deliveries": ("service/deliveries/", "service/carriers/"),
}
OTHER = "office"
"""Everything else."""


def domain_of(path: str) -> str:
    """Finds the domain of a source file. `path`: from the top of the repository, with `/`."""
    return next((domain for domain, rooms in DOMAINS.items() if path.startswith(rooms)), OTHER)
