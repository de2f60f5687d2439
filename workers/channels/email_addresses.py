"""An address as every relay takes it: a host in letters of its own country goes in ASCII."""

import idna


def wire_address(address: str) -> str:
    """Writes an address with its host in ASCII (IDNA 2008), if the name before it is ASCII, too. Else as it is: only SMTPUTF8
    carries such a name.
    """
    name, at, host = address.rpartition("@")
    if host.isascii() or not name.isascii():
        return address
    try:
        return name + at + idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:  # no host at all: the relay says so
        return address
