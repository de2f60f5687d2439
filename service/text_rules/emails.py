"""An account's email in the one form it is kept and found by."""

from email_validator import EmailNotValidError, validate_email


def normal_email(email: str) -> str | None:
    """Brings an email address into lower case; None if it is none."""
    try:
        return validate_email(email, check_deliverability=False).normalized.lower()
    except EmailNotValidError:
        return None
