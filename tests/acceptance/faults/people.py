"""Who is written to: the 400 parents of a school, or those of one of its twenty classes, a group that is marked in one round."""

from tests.acceptance.lists import emails, numbers

PARENTS = 400
CLASSES = tuple(f"{grade}A{row}" for grade in range(6, 10) for row in range(1, 6))


def everybody() -> dict[str, set[str]]:
    return {"sms": numbers(PARENTS), "email": emails(PARENTS)}


def of_class(name: str) -> dict[str, set[str]]:
    """As `big_list` spreads them: the grade turns every 4 pupils, the row every 5."""
    pupils = [n for n in range(PARENTS) if f"{6 + n % 4}A{1 + n % 5}" == name]
    return {
        "sms": set().union(*(numbers(1, start=n) for n in pupils)),
        "email": set().union(*(emails(1, start=n) for n in pupils)),
    }
