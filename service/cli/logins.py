"""The logins of a cluster: made with the passwords that stand in their own URLs, so that both cannot differ."""

from sqlalchemy import make_url

from service.cli.deployment import Problem
from service.database.making import make_database
from service.database.roles import LOOKUP, OWNER, WEB, WORKER
from service.languages import gettext_lazy as _
from service.settings import Settings

_URLS = {OWNER: "database_url_owner", WEB: "database_url_web", WORKER: "database_url_worker", LOOKUP: "database_url_lookup"}
_NAMES_ANOTHER = _("{setting} must name the login {login} and its password. See docs/operating.md")


def make_logins(settings: Settings) -> None:
    """Makes the four logins and the database, by the superuser of `LOA_DATABASE_URL_SUPERUSER`.

    Raises `Problem` for a URL that names another login or no password, and `MissingSetting`.
    """
    superuser = make_url(settings.need("database_url_superuser")).set(drivername="postgresql")
    urls = {login: make_url(settings.need(name)) for login, name in _URLS.items()}
    for login, url in urls.items():
        if url.username != login or not url.password:
            raise Problem(_NAMES_ANOTHER, setting=f"LOA_{_URLS[login].upper()}", login=login)
    make_database(
        lambda database: superuser.set(database=database).render_as_string(hide_password=False),
        database=urls[OWNER].database or "",
        passwords={login: url.password or "" for login, url in urls.items()},
    )
