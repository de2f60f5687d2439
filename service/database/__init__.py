"""PostgreSQL: one engine per login, one transaction per request or job, and the acting unit set inside it."""

from service.database.away import why_away
from service.database.engines import make_engine
from service.database.pools import Direct, Pool, fetch_all, make_pool
from service.database.session import act_for, single_statement, unit_transaction
from service.urls import driver_arguments

__all__ = [
    "Direct",
    "Pool",
    "act_for",
    "driver_arguments",
    "fetch_all",
    "make_engine",
    "make_pool",
    "single_statement",
    "unit_transaction",
    "why_away",
]
