"""Rendering: of each language a Jinja environment for pages and a sandboxed one for messages;
the arithmetic of an SMS; workbooks.
"""

from service.rendering.environments import page_environment
from service.rendering.messages import LAYOUT_VERSION, final_sms, message_variants
from service.rendering.sms_text import SmsEncoding, SmsSize, outside_gsm7, over_by, sms_segments
from service.rendering.workbooks import text_workbook

__all__ = [
    "LAYOUT_VERSION",
    "SmsEncoding",
    "SmsSize",
    "final_sms",
    "message_variants",
    "outside_gsm7",
    "over_by",
    "page_environment",
    "sms_segments",
    "text_workbook",
]
