"""What a clerk reads beside a problem: what is wrong and what to do. Never the number, the name or the address itself."""

_MESSAGES: dict[str, tuple[str, str]] = {
    "phone.too_short": (
        "Số điện thoại thiếu chữ số. Hỏi lại phụ huynh rồi ghi đủ 10 chữ số.",
        "The phone number has too few digits. Ask the parent and write all 10.",
    ),
    "phone.too_long": (
        "Số điện thoại thừa chữ số. Hỏi lại phụ huynh rồi ghi đúng 10 chữ số.",
        "The phone number has too many digits. Ask the parent and write the 10 that are right.",
    ),
    "phone.ambiguous": (
        "Ô này có số viết tắt hoặc chữ số khác đứng cạnh số điện thoại, nên chưa lấy số nào. Ghi đủ từng số, cách nhau bằng dấu chấm phẩy, và bỏ các chữ số khác.",
        "This cell has an abbreviated number, or other digits beside one, so none was taken. Write each number in full, separated by a semicolon, and nothing else.",
    ),
    "phone.digits_lost": (
        "Bảng tính đã làm mất chữ số của số điện thoại (ví dụ 9.12E+08). Đổi cột sang kiểu Văn bản (Text) rồi nhập lại số.",
        "The spreadsheet lost digits of the number (as in 9.12E+08). Format the column as Text and enter the number again.",
    ),
    "phone.landline": (
        "Đây là số máy bàn, không nhận được tin nhắn. Ghi thêm một số di động.",
        "This is a landline and cannot receive SMS. Add a mobile number.",
    ),
    "phone.not_vietnamese_mobile": (
        "Đây không phải số di động Việt Nam nên không nhắn tin được. Hỏi phụ huynh một số di động Việt Nam.",
        "This is not a Vietnamese mobile number, so no message can go to it. Ask the parent for one.",
    ),
    "email.invalid": (
        "Địa chỉ email viết chưa đúng, ví dụ thiếu @ hoặc có dấu cách. Sửa lại, hoặc để trống nếu không có.",
        "The email address is not written correctly, e.g. without @ or with a space. Correct it, or leave the cell empty.",
    ),
    "class.damaged": (
        "Tên lớp bị bảng tính đổi thành ngày hoặc số, hay có lẫn số điện thoại, email. Đổi cột sang kiểu Văn bản (Text) rồi nhập lại tên lớp.",
        "The spreadsheet turned the class into a date or a number, or a phone number or email stands in it. Format the column as Text and enter the class again.",
    ),
    "class.missing": (
        "Chưa có tên lớp, nên tin gửi riêng cho một lớp sẽ không tới dòng này. Điền tên lớp.",
        "The class is missing, so a warning for one class will not reach this row. Fill it in.",
    ),
    "contact.none": (
        "Dòng này không có số di động hay email nào gửi tin được. Hỏi gia đình rồi điền ít nhất một.",
        "This row has no mobile number or email that can be written to. Ask the family and fill in at least one.",
    ),
    "row.hidden": (
        "Dòng này bị ẩn trong tệp (do lọc hoặc ẩn bằng tay). Khi áp dụng, chọn lấy hay bỏ các dòng bị ẩn.",
        "This row is hidden in the file (by a filter or by hand). Say when you apply the list whether hidden rows are taken or left.",
    ),
    "sheet.hidden": (
        "Trang tính này bị ẩn nên không đọc. Nếu có học sinh ở đây, bỏ ẩn trang tính rồi gửi lại tệp.",
        "This sheet is hidden and was not read. If it has pupils, unhide it and send the file again.",
    ),
    "cell.no_result": (
        "Ô này là công thức chưa có kết quả. Mở tệp trong Excel, đợi tính xong, lưu lại rồi gửi lại; hoặc gõ thẳng giá trị vào ô.",
        "This cell is a formula without a result. Open the file in Excel, let it calculate, save it and send it again; or type the value itself.",
    ),
    "cell.error": (
        "Công thức trong ô này bị lỗi (#REF!, #N/A …) nên ô không có giá trị. Gõ thẳng giá trị vào ô.",
        "The formula in this cell failed (#REF!, #N/A …), so it has no value. Type the value itself.",
    ),
    "cell.letters_lost": (
        "Có chữ trong ô này bị hỏng khi lưu tệp. Xem lại ô và gõ lại chữ bị mất.",
        "A letter in this cell was damaged when the file was saved. Look at the cell and type the letter again.",
    ),
    "phone.converted_2018": (
        "Số cũ 11 chữ số đã được đổi sang đầu số mới (năm 2018). Số này ghi từ trước 2018: hỏi lại xem phụ huynh còn dùng không.",
        "An old 11-digit number was converted to its form since 2018. It was written down before then: ask whether the parent still has it.",
    ),
    "phone.old_number": (
        "Ô này ghi có số cũ hoặc số không dùng nữa; số đó có thể đã là của người khác nên chỉ lấy số còn lại. Xóa số cũ khỏi danh sách; nếu chỉ có một số, hỏi lại phụ huynh.",
        "This cell calls a number old or no longer used; it may be somebody else's by now, so only the other one was taken. Delete it from the list; if it is the only one, ask the parent.",
    ),
    "phone.shared": (
        "Số này đứng ở hơn 5 học sinh. Kiểm tra xem có phải số của giáo viên hay cửa hàng không; nếu đúng của phụ huynh thì không cần sửa.",
        "This number stands beside more than 5 pupils. Check that it is not a teacher's or a shop's; if it is a parent's, leave it.",
    ),
    "row.duplicate": (
        "Dòng này trùng với một dòng phía trên; phụ huynh chỉ nhận tin một lần. Có thể xóa.",
        "This row repeats an earlier one; the parent is written to only once. You may delete it.",
    ),
    "column.unknown": (
        "Chưa rõ cột này là gì nên không lấy. Nếu là số điện thoại, email hay lớp, hãy chọn nội dung cho cột.",
        "Loa does not know this column and left it out. If it holds numbers, emails or classes, say so.",
    ),
    "column.looks_like_contact": (
        "Cột này không được lấy, nhưng trong đó có số điện thoại hoặc email. Nếu là của phụ huynh, hãy chọn nội dung cho cột.",
        "This column was left out, but phone numbers or emails stand in it. If they are parents', say what the column holds.",
    ),
    "sheet.not_read": (
        "Không lấy dòng nào của trang tính này: không thấy dòng tiêu đề mà Loa hiểu (Họ và tên, Lớp, SĐT …). Nếu đây là danh sách, thêm dòng tiêu đề rồi gửi lại, hoặc chọn nội dung cho các cột A, B, C.",
        "Nothing on this sheet was taken: it has no header row that Loa understands (Họ và tên, Lớp, SĐT …). If it is a list, add one and send the file again, or say what its columns A, B, C hold.",
    ),
    "sheet.staff": (
        "Trang tính này là danh sách giáo viên, nhân viên nên không lấy vào danh sách phụ huynh. Gửi riêng tệp đó dưới dạng danh sách cán bộ nếu cần.",
        "This sheet lists teachers or staff and was not taken into the parents' list. Send it by itself as a list of staff if you need it.",
    ),
    "sheet.number_left_out": (
        "Dòng này không phải học sinh (ghi chú, chữ ký, người phụ trách) nên số điện thoại trong đó không được lấy. Nếu là học sinh, ghi số thứ tự hoặc lớp cho dòng này.",
        "This row is no pupil (a note, a signature, somebody in charge), so the number in it was not taken. If it is a pupil, give the row its STT or class.",
    ),
    "pupil.left": (
        "Danh sách ghi học sinh này đã chuyển đi hoặc thôi học. Nếu đúng, xóa dòng này khỏi danh sách; nếu không, gia đình vẫn nhận tin.",
        "The list says that this pupil has left. If so, delete the row; if not, the family goes on receiving warnings.",
    ),
    "text.letters_lost": (
        "Chữ có dấu đã mất khi lưu tệp (thành dấu ?). Số điện thoại vẫn đúng, nhưng tên và lớp có thể sai. Lưu lại trong Excel dạng .xlsx hoặc CSV UTF-8 rồi gửi lại.",
        "Accented letters were lost when the file was saved (they are question marks). Numbers are right, names and classes may not be. Save it again as .xlsx or CSV UTF-8.",
    ),
    "text.legacy_encoding": (
        "Chữ trong tệp dùng phông hay bảng mã cũ (TCVN3, VNI, Windows-1258), hoặc UTF-8 bị đọc sai, và đã được chuyển. Xem lại vài tên có dấu.",
        "The text uses an old font or encoding (TCVN3, VNI, Windows-1258), or is UTF-8 that was read wrongly, and was converted. Check a few accented names.",
    ),
    "phone.zero_restored": (
        "Bảng tính làm mất số 0 ở đầu; đã thêm lại. Không cần sửa.",
        "The spreadsheet took the leading zero; it was put back. Nothing to do.",
    ),
    "phone.several": (
        "Ô này có nhiều số; mỗi số được tách riêng. Không cần sửa.",
        "This cell holds several numbers, which were separated. Nothing to do.",
    ),
    "column.dropped": (
        "Cột này là dữ liệu riêng tư, không cần cho việc gửi tin, nên đã bỏ ngay khi đọc và không lưu lại.",
        "This column is private and not needed for warnings. It was dropped while reading and is kept nowhere.",
    ),
}


def problem_message(code: str, language: str) -> str:
    """The sentence for a problem code, Vietnamese unless `language` is "en". An unknown code is a programming error (KeyError)."""
    return _MESSAGES[code][1 if language == "en" else 0]
