"""Units: their codes, names and places in the tree."""

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "unit.unknown": (
        "Không có đơn vị mang mã này, hoặc tài khoản không được làm thay đơn vị đó.",
        "No unit has this code, or you may not act for it.",
    ),
    "unit.not_ready": (
        "Đơn vị chưa làm được việc này. Còn thiếu: {parts}.",
        "The unit may not do this yet. Still needed: {parts}.",
    ),
    "unit.exists": ("Mã đơn vị này đã có.", "A unit with this code exists already."),
    "unit.oneself": (
        "Tên, cấp trên và thời hạn của đơn vị do đơn vị cấp trên ghi. Nhờ đơn vị cấp trên sửa.",
        "The unit above says what yours is called, where and how long it stands. Ask it to change that.",
    ),
    "unit.code_shape": (
        "Mã đơn vị có từ 2 đến 40 chữ thường không dấu, số và dấu gạch nối, ví dụ mn-hoa-sen.",
        "A code has 2 to 40 lower-case letters without accents, digits and hyphens, e.g. mn-hoa-sen.",
    ),
    "unit.name_forbidden": (
        "Tên đơn vị đứng trong mọi tin, nên không được có đường dẫn, số điện thoại, số tài khoản, số tiền hay chữ trong ngoặc {{}}.",
        "The name stands in every message: no web address, telephone or account number, amount of money or {{}} in it.",
    ),
    "unit.parent_level": (
        "Đơn vị phải đứng dưới một đơn vị cấp cao hơn trong phạm vi của bạn.",
        "A unit stands below one of a higher level, within your own tree.",
    ),
    "unit.move_in_future": (
        "Chuyển đơn vị sang cấp trên khác chỉ có hiệu lực từ hôm nay hoặc một ngày đã qua.",
        "A move to another parent holds from today or a day before.",
    ),
    "unit.before_present": (
        "Thay đổi chỉ có hiệu lực từ {day} trở đi: tên và cấp trên trước ngày đó là lịch sử, không sửa được.",
        "A change holds from {day} on at the earliest: what the unit was called before, and where it stood, is the past and stays.",
    ),
    "unit.ends_before_start": ("Ngày kết thúc phải sau ngày bắt đầu.", "The end must come after the start."),
}
