"""The letter's gate, and the take-down checks of lists found in the open. With the words that name what is missing."""

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "readiness.no_such_lead": (
        "Không có tài khoản nào mang email này, của đơn vị hoặc của đơn vị cấp trên, có vai trò phụ trách bảo vệ dữ liệu.",
        "No account of this unit or of one above it has this email and the role of a data protection lead.",
    ),
    "readiness.not_the_lead": (
        "Chỉ chính người được nêu tên phụ trách bảo vệ dữ liệu của đơn vị trong năm học này mới nhận việc được.",
        "Only the person who is named as the unit's data protection lead for this school year may accept.",
    ),
    "takedown.unknown": ("Không tìm thấy lần kiểm tra này.", "There is no such check."),
    "takedown.nothing_found": (
        "Lần kiểm tra này không thấy danh sách nào, nên không có gì để gỡ.",
        "Nothing was found in this check, so there is nothing to remove.",
    ),
    "takedown.before_check": (
        "Ngày gỡ không thể trước ngày kiểm tra.",
        "It cannot have been removed before the day it was found.",
    ),
    "takedown.open": (
        "Còn {open} địa chỉ có danh sách chưa gỡ. Gỡ hết rồi ký cam kết.",
        "At {open} addresses a list is still to be found. Have them removed before you make the statement.",
    ),
}

WORDS: Mapping[str, tuple[str, str]] = {
    "data_rule.missing": ("quy chế bảo vệ dữ liệu", "the data rule"),
    "data_rule.lapsed": ("quy chế bảo vệ dữ liệu (đã hết hạn 31/10)", "the data rule (lapsed on 31 October)"),
    "data_protection_lead.missing": ("người phụ trách bảo vệ dữ liệu", "a data protection lead"),
    "data_protection_lead.waiting_for_acceptance": (
        "lời nhận việc của người phụ trách bảo vệ dữ liệu",
        "the data protection lead's acceptance",
    ),
    "data_protection_lead.lapsed": (
        "người phụ trách bảo vệ dữ liệu (đã hết hạn 31/10)",
        "a data protection lead (lapsed on 31 October)",
    ),
    "verification_card.missing": ("thẻ xác minh", "the verification card"),
    "verification_card.lapsed": ("thẻ xác minh (đã hết hạn 31/10)", "the verification card (lapsed on 31 October)"),
    # what a head may declare on the verification card
    "statement.own_account": (
        "Trường chỉ thu tiền vào tài khoản đứng tên trường hoặc tại phòng tài vụ, không bao giờ qua tài khoản riêng của giáo viên hay nhân viên.",
        "The school collects money into its own account or at its office only, never through a private account of a teacher or clerk.",
    ),
    "statement.announced": (
        "Mọi khoản thu đều được báo trước bằng văn bản của trường hoặc tại buổi họp phụ huynh.",
        "Every payment is announced beforehand, in a letter of the school or at the parents' meeting.",
    ),
    "statement.receipts": (
        "Trường cấp biên lai hoặc phiếu thu cho mọi khoản đã thu.",
        "The school issues a receipt for everything it collects.",
    ),
    "statement.no_codes": (
        "Trường không bao giờ hỏi mã OTP, mật khẩu hay số thẻ, qua điện thoại cũng như qua tin nhắn.",
        "The school never asks for a one-time code, a password or a card number, by phone or by message.",
    ),
    "statement.refunds_in_writing": (
        "Trường chỉ hoàn tiền theo thông báo bằng văn bản và làm tại trường, không làm qua điện thoại.",
        "The school refunds money after written notice and at the school only, never by phone.",
    ),
    "statement.vneid_not_by_phone": (
        "Trường không hướng dẫn cài đặt hay cập nhật VNeID qua điện thoại hoặc tin nhắn.",
        "The school gives no help with installing or updating VNeID by phone or message.",
    ),
    # what the gate holds back
    "blocks.nothing": ("Không chặn việc gì.", "Nothing is held back."),
    "blocks.lists_and_advisories": (
        "Chưa nhập được danh sách và chưa gửi được tin thường. Tin gấp và tin khẩn cấp vẫn gửi được.",
        "No list can be imported and no advisory sent. Urgent and emergency warnings still go.",
    ),
    "blocks.everything": ("Chưa nhập được danh sách và chưa gửi được tin nào.", "No list can be imported and no warning sent."),
}
"""Words that stand in the slots of sentences, or alone."""
