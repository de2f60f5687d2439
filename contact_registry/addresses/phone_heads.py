"""Vietnam's mobile heads as data. Portability: a head tells the original carrier only, so nothing here names one for routing.

Heads: the first three digits of a ten-digit number, as in use in 2026. The 2018 table: on 15 September 2018 the eleven-digit
numbers (01xx) became ten-digit ones, the last seven digits kept (Decision 798/QĐ-BTTTT and the carriers' own notices).
"""

MOBILE_HEADS: frozenset[str] = frozenset(
    [
        # Viettel
        "032", "033", "034", "035", "036", "037", "038", "039", "086", "096", "097", "098",
        # VinaPhone
        "081", "082", "083", "084", "085", "088", "091", "094",
        # MobiFone
        "070", "076", "077", "078", "079", "089", "090", "093",
        # Vietnamobile
        "052", "056", "058", "092",
        # Gmobile
        "059", "099",
        # iTel
        "087",
        # Wintel
        "055",
    ]
)  # fmt: skip

OLD_HEADS: dict[str, str] = {
    "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078",
    "0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082",
    "0162": "032", "0163": "033", "0164": "034", "0165": "035",
    "0166": "036", "0167": "037", "0168": "038", "0169": "039",
    "0186": "056", "0188": "058",
    "0199": "059",
}  # fmt: skip
