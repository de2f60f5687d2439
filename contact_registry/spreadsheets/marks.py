"""Cells that a spreadsheet holds and that say less than they seem to: told apart when a file is read, judged where a cell is."""


class Formula(str):
    """A formula whose result nobody has worked out: a program wrote it,
    and no spreadsheet has opened the file since. Its text.
    """

    __slots__ = ()


class Rounded(float):
    """A number shown as 8.19E+08 that ends in zeros: its digits were lost before it became a number, or may have been."""

    __slots__ = ()
