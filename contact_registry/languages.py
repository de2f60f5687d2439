"""The languages families of the province read, as ISO 639 codes. A warning is written in Vietnamese; this says who needs it read out."""

LANGUAGES: dict[str, str] = {
    "vi": "Tiếng Việt",
    "en": "English",
    "km": "Tiếng Khmer",
    "zh": "Tiếng Hoa",
    "sti": "Tiếng Stiêng",
    "crw": "Tiếng Chơ Ro",
}
