"""Single fields of a request, whatever it is about."""

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "field.missing": ("Thiếu mục này.", "This field is required."),
    "field.invalid": ("Giá trị không dùng được ở mục này.", "This value cannot be used here."),
    "field.too_long": ("Quá dài.", "Too long."),
    "field.too_short": ("Quá ngắn hoặc để trống.", "Too short, or empty."),
    "field.date": ("Cần ngày, ví dụ 01/08/2026.", "A date is needed, e.g. 01/08/2026."),
    "field.past": ("Thời điểm này đã qua.", "This time is past."),
    "field.code": (
        "Chỉ gồm chữ thường không dấu, số, dấu chấm, gạch ngang, gạch dưới; tối đa 60 ký tự.",
        "Lower-case Latin letters, digits, dots, dashes and underscores only; 60 characters at most.",
    ),
    "field.choice": ("Không phải một trong các giá trị cho phép: {allowed}.", "Not one of the allowed values: {allowed}."),
    "field.years": ("Chỉ từ năm {first} đến năm {last}.", "Only from the year {first} to the year {last}."),
    "field.time": (
        "Cần ngày giờ kèm múi giờ, ví dụ 2026-09-07T06:30:00+07:00.",
        "A time with its zone is needed, e.g. 2026-09-07T06:30:00+07:00.",
    ),
    "field.date_ahead": ("Ngày này chưa đến.", "This day has not come yet."),
    "field.date_over_a_year_ago": (
        "Ngày này đã quá một năm. Gọi thử lại các số rồi ghi ngày mới.",
        "This day is more than a year ago. Ring the numbers again and give the new day.",
    ),
    "field.phone": (
        "Không phải số điện thoại Việt Nam: số di động, số cố định có mã vùng, hoặc 1800, 1900. Mỗi mục một số.",
        "Not a Vietnamese telephone number: a mobile, a landline with its area code, or 1800, 1900. One number to a field.",
    ),
    "field.web_address": (
        "Cần địa chỉ trang bắt đầu bằng http:// hoặc https://, không có tên đăng nhập, không quá 2.000 ký tự.",
        "A web address beginning with http:// or https:// is needed, without a user name, of at most 2,000 characters.",
    ),
}
