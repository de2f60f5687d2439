"""Units and accounts in bulk, from a list."""

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "bulk.rows": (
        "Có {count} dòng chưa dùng được nên chưa ghi dòng nào. Sửa các dòng ấy rồi gửi lại cả tệp.",
        "Nothing was made: rows that cannot be used: {count}. Correct them and send the whole file again.",
    ),
    "bulk.no_heading": (
        "Không thấy dòng tiêu đề. Dùng tệp mẫu, hoặc ghi tiêu đề các cột ở một trong 20 dòng đầu.",
        "No header row was found. Use the template, or put the headings in one of the first 20 rows.",
    ),
    "bulk.too_many_rows": (
        "Tệp có hơn 5.000 dòng. Chia thành nhiều tệp.",
        "The file has more than 5,000 rows. Split it.",
    ),
    "bulk.column_missing": (
        "Danh sách thiếu cột này. Trong tệp mẫu, cột có tiêu đề “{heading}”.",
        "The list lacks this column. In the template it is headed “{heading}”.",
    ),
    "bulk.repeated": ("Đã có ở dòng {first}.", "It stands in row {first} already."),
    "bulk.level": ("Cấp là sở, xã (phòng) hoặc trường.", "The level is department, commune office or school."),
    "bulk.unit_differs": (
        "Mã này đã có, với tên, cấp hoặc cấp trên khác. Danh sách không đổi đơn vị đang có.",
        "This code exists with another name, level or parent. A list changes no unit there is.",
    ),
    "bulk.account_differs": (
        "Email này đã có tài khoản với đơn vị, tên, vai trò hoặc ngôn ngữ khác. Danh sách không đổi tài khoản đang có.",
        "This email has an account with another unit, name, roles or language. A list changes no account there is.",
    ),
    "bulk.roles": (
        "Vai trò là văn thư, người duyệt (hiệu trưởng), cán bộ, phụ trách dữ liệu hoặc quản trị.",
        "A role is clerk, approver, officer, data protection lead or administrator.",
    ),
    "bulk.language": ("Ngôn ngữ là vi hoặc en.", "The language is vi or en."),
}
