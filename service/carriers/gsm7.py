"""The alphabet of an SMS at its full length. 3GPP TS 23.038."""

GSM7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_TWICE = frozenset("^{}\\[~]|€\f")
"""These take two places."""
_ALL = GSM7 | GSM7_TWICE


def is_gsm7(text: str) -> bool:
    """Says whether no letter of `text` turns the whole of it to UCS-2."""
    return _ALL.issuperset(text)
