"""What a clerk reads beside a problem: what is wrong and what to do. Never the number, the name or the address itself."""

_MESSAGES: dict[str, tuple[str, str]] = {
    "phone.too_short": ("Số điện thoại thiếu chữ số. Hỏi lại phụ huynh.", "The phone number has too few digits. Ask the parent."),
    "phone.too_long": ("Số điện thoại thừa chữ số. Hỏi lại phụ huynh.", "The phone number has too many digits. Ask the parent."),
    "phone.ambiguous": (
        "Ô này viết tắt số thứ hai nên không đoán. Ghi đủ từng số, cách nhau bằng dấu chấm phẩy.",
        "The second number is abbreviated, and Loa does not guess. Write each number in full, separated by a semicolon.",
    ),
    "phone.digits_lost": (
        "Bảng tính đã làm mất chữ số (dạng 9.12E+08). Đổi cột sang kiểu Text rồi nhập lại số.",
        "The spreadsheet lost digits (as in 9.12E+08). Format the column as Text and enter the number again.",
    ),
    "phone.landline": (
        "Đây là số máy bàn, không nhận được tin nhắn. Ghi thêm một số di động.",
        "This is a landline and cannot receive SMS. Add a mobile number.",
    ),
    "phone.not_vietnamese_mobile": (
        "Đây không phải số di động Việt Nam. Ghi một số di động Việt Nam.",
        "This is not a Vietnamese mobile number. Enter one.",
    ),
    "email.invalid": ("Địa chỉ email viết chưa đúng.", "The email address is not written correctly."),
    "class.damaged": (
        "Bảng tính đã đổi tên lớp thành ngày hoặc số. Đổi cột sang kiểu Text rồi nhập lại tên lớp.",
        "The spreadsheet turned the class into a date or a number. Format the column as Text and enter the class again.",
    ),
    "class.missing": (
        "Thiếu tên lớp. Tin gửi riêng cho một lớp sẽ không tới dòng này.",
        "The class is missing. A warning for one class will not reach this row.",
    ),
    "contact.none": (
        "Dòng này không có số điện thoại hay email nào gửi được.",
        "This row has no phone number or email that can be written to.",
    ),
    "phone.converted_2018": (
        "Số 11 chữ số cũ đã đổi sang đầu số mới năm 2018. Hỏi lại xem số này còn đúng chủ không.",
        "An old 11-digit number was converted to its 2018 form. Confirm that it still belongs to the parent.",
    ),
    "phone.shared": (
        "Số này đứng cạnh hơn 5 học sinh. Kiểm tra xem có phải số của giáo viên hay cửa hàng không.",
        "This number stands beside more than 5 pupils. Check that it is not a teacher's or a shop's.",
    ),
    "row.duplicate": ("Dòng này trùng với một dòng phía trên.", "This row repeats an earlier one."),
    "column.unknown": ("Không biết cột này là gì nên không lấy.", "Loa does not know this column and left it out."),
    "text.legacy_encoding": (
        "Chữ trong tệp dùng phông hay bảng mã cũ (TCVN3, VNI, Windows-1258) và đã được chuyển. Xem lại vài tên có dấu.",
        "The text uses an old font or encoding (TCVN3, VNI, Windows-1258) and was converted. Check a few accented names.",
    ),
    "phone.zero_restored": (
        "Đã thêm lại số 0 ở đầu mà bảng tính làm mất.",
        "The leading zero the spreadsheet took was put back.",
    ),
    "phone.several": ("Ô này có nhiều số và đã được tách ra.", "This cell holds several numbers, which were separated."),
    "column.dropped": (
        "Cột này là dữ liệu riêng tư không cần cho việc gửi tin nên đã bỏ ngay khi đọc.",
        "This column is private and not needed for warnings. It was dropped while reading.",
    ),
}


def problem_message(code: str, language: str) -> str:
    """The sentence for a problem code, Vietnamese unless `language` is "en". An unknown code is a programming error (KeyError)."""
    return _MESSAGES[code][1 if language == "en" else 0]
