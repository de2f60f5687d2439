"""Texts registered with the carriers."""

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "registered.unknown": ("Không có mẫu đã đăng ký mang tên này.", "There is no registered text of this name."),
    "registered.lookup_number": (
        "Mẫu phải có đúng một chỗ {{number}} cho số tra cứu.",
        "The text must have the look-up number's place, {{number}}, exactly once.",
    ),
    "registered.slot": (
        "Chỗ trống viết là {{ten:text:40}}, {{so:number}}, {{dien_thoai:phone}} hoặc {{ngay:date}}; giữa hai chỗ trống phải có chữ; tối đa 20 chỗ.",
        "A slot is written {{name:text:40}}, {{n:number}}, {{call:phone}} or {{day:date}}; words stand between two slots; 20 slots at most.",
    ),
    "registered.slot_size": (
        "Chỗ trống này dài tối đa {most} ký tự.",
        "This slot may have {most} characters at most.",
    ),
    "registered.too_many": (
        "Mỗi đơn vị có tối đa {most} mẫu ở một nhà cung cấp. Rút bớt mẫu không dùng.",
        "A unit has {most} texts at most at one provider. Withdraw those not used.",
    ),
    "registered.unreadable": ("Không đọc được tệp TOML này.", "This TOML file cannot be read."),
    "registered.fields": (
        "Mỗi mẫu cần lời của mẫu, trạng thái và ngày; có thể thêm nhà cung cấp và số tham chiếu.",
        "A text needs its words, a status and a date; a provider and a reference may be added.",
    ),
}
