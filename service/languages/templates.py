"""Sentences in templates: `{% trans %}` and `_()` of a Jinja environment in one language."""

from typing import Any

from jinja2 import Environment, nodes
from jinja2.ext import InternationalizationExtension
from jinja2.parser import Parser

from service.languages.catalogues import Catalogue


class _SaidOnce(InternationalizationExtension):
    """Says a sentence without slots when its template is compiled: the look-up page has forty, and many ask for it at once."""

    def parse(self, parser: Parser) -> nodes.Node | list[nodes.Node]:
        made = super().parse(parser)
        match made:
            case nodes.Output(
                nodes=[
                    nodes.MarkSafeIfAutoescape(expr=nodes.Call(node=nodes.Name(name="gettext"), args=[nodes.Const(value=msgid)]))
                ]
            ):
                gettext: Any = self.environment.globals["gettext"]
                return nodes.Output([nodes.TemplateData(gettext(msgid))], lineno=made.lineno)
        return made


def speak(environment: Environment, known: Catalogue) -> None:
    """Gives the templates of `environment` the sentences of `known`, and the name of its language as HTML writes it, `language`.

    Old style: the new one lets HTML of a sentence through and stumbles over a bare %.
    """

    def gettext(msgid: str) -> str:
        return known.text(msgid)

    def ngettext(singular: str, plural: str, count: int) -> str:
        return known.text(singular, plural=plural, count=count)

    def pgettext(context: str, msgid: str) -> str:
        return known.text(msgid, context=context)

    def npgettext(context: str, singular: str, plural: str, count: int) -> str:
        return known.text(singular, plural=plural, context=context, count=count)

    environment.add_extension(_SaidOnce)
    given: Any = environment
    given.policies["ext.i18n.trimmed"] = True
    given.install_gettext_callables(gettext, ngettext, newstyle=False, pgettext=pgettext, npgettext=npgettext)
    given.globals["language"] = known.language.replace("_", "-")
