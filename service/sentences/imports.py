"""School lists: reading, fixing, applying, undoing."""

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "import.many_rows": (
        "Tệp sẽ chứa {count} trong {total} dòng của danh sách; thường là do một cột bị hiểu nhầm. Xem lại các cột, hoặc xác nhận đúng {count} dòng.",
        "The file would hold {count} of {total} rows: more often a column taken for another. Look at the columns, or confirm {count} rows.",
    ),
    "import.unknown": (
        "Không tìm thấy danh sách này, hoặc nó không thuộc đơn vị của bạn.",
        "There is no such import, or it is not your unit's.",
    ),
    "import.unreadable": (
        "Không đọc được tệp. Ảnh chụp, PDF và Word không dùng được: mở danh sách trong Excel, lưu dạng .xlsx rồi gửi lại.",
        "The file cannot be read. Photos, PDF and Word are no use: open the list in Excel, save it as .xlsx and send it again.",
    ),
    "import.expired": (
        "Danh sách này không được áp dụng trong 30 ngày nên đã bị xóa. Gửi lại danh sách hiện tại.",
        "This list was not applied within 30 days and was deleted. Send the present list again.",
    ),
    "import.no_contact_column": (
        "Không thấy cột số điện thoại hay email nào. Xem dòng tiêu đề có ghi SĐT hoặc Email không, hoặc chỉ cho Loa cột nào là số điện thoại; tệp không có dòng tiêu đề thì chọn nội dung cho các cột A, B, C.",
        "No column with phone numbers or emails was found. See that the header row says SĐT or Email, or tell Loa which column holds the numbers; of a file without a header row say what its columns A, B, C hold.",
    ),
    "import.letters_lost": (
        "Chữ có dấu đã mất khi lưu tệp (thành dấu ?), nên không đọc được tiêu đề cột. Mở tệp gốc trong Excel, lưu dạng .xlsx hoặc CSV UTF-8 rồi gửi lại; hoặc chọn nội dung cho từng cột.",
        "Accented letters were lost when the file was saved (they are question marks), so its headings cannot be read. Open the original in Excel, save it as .xlsx or CSV UTF-8 and send it again; or say what each column holds.",
    ),
    "import.one_column": (
        "Cả danh sách nằm trong một cột nên không tách được họ tên, lớp và số điện thoại. Trong Excel chọn cột đó, vào Dữ liệu > Văn bản thành cột (Data > Text to Columns) để tách rồi gửi lại.",
        "The whole list stands in one column, so names, classes and numbers cannot be told apart. In Excel select it, split it with Data > Text to Columns and send it again.",
    ),
    "import.staff_list": (
        "Tệp này là danh sách giáo viên, nhân viên, không phải phụ huynh. Gửi lại và chọn danh sách cán bộ; nếu đúng là phụ huynh, chỉ cho Loa cột nào là họ tên học sinh.",
        "This file lists teachers or staff, not parents. Send it again as a list of staff; if it is of parents, tell Loa which column holds the pupils' names.",
    ),
    "import.too_large": (
        "Tệp lớn hơn 10 MB hoặc có hơn 20.000 dòng. Bỏ hình ảnh, cột và trang tính không cần rồi gửi lại.",
        "The file is larger than 10 MB or has more than 20,000 rows. Remove pictures, columns and sheets it does not need and send it again.",
    ),
    "import.save_as_xlsx": (
        "Excel mở được tệp này nhưng Loa không đọc được. Mở tệp trong Excel (hoặc LibreOffice), chọn Lưu thành (Save As), kiểu Excel Workbook (.xlsx), rồi gửi tệp mới.",
        "Excel can open this file, Loa cannot read it. Open it in Excel (or LibreOffice), choose Save As, Excel Workbook (.xlsx), and send the new file.",
    ),
    "import.password_protected": (
        "Tệp có mật khẩu, hoặc được khóa bằng Protect Workbook, Mark as Final hay Read-only recommended (khi đó Excel mở được mà không hỏi mật khẩu). Mở tệp trong Excel, vào File > Info > Protect Workbook bỏ khóa và mật khẩu, lưu lại dạng .xlsx rồi gửi lại.",
        "The file has a password, or was locked with Protect Workbook or Read-only recommended (Excel then opens it without asking). Open it in Excel, take the lock and the password off under File > Info > Protect Workbook, save it as .xlsx and send it again.",
    ),
    "import.dry_run": (
        "Đây là lần đọc thử nên không áp dụng được. Gửi lại tệp và không chọn đọc thử.",
        "This was a dry run and cannot be applied. Send the file again, and not as a dry run.",
    ),
    "import.not_allowed_in_state": (
        "Danh sách chưa kiểm tra xong, hoặc đã áp dụng hay hoàn tác rồi, nên không làm được việc này. Mở lại danh sách để xem.",
        "The list is still being read, or has been applied or undone, so this cannot be done. Open it again to see.",
    ),
    "import.many_gone": (
        "Áp dụng danh sách này thì {gone} trong {present} người đang có sẽ bị bỏ ra. Xem lại có thiếu lớp nào không; nếu đúng vậy, áp dụng lại và xác nhận con số {gone}. Nếu tệp chỉ là danh sách của vài lớp, chọn chỉ áp dụng cho các lớp có trong danh sách: các lớp khác giữ nguyên.",
        "This list would end {gone} of the {present} present contacts. See whether a class is missing; if it is right, apply it again and confirm the number {gone}. If the file is the list of some classes only, apply it to those classes alone: every other class stays as it is.",
    ),
    "import.no_classes": (
        "Danh sách này không có lớp nào, nên không áp dụng riêng cho từng lớp được. Điền lớp, hoặc áp dụng như danh sách của cả trường.",
        "This list has no classes, so it cannot be applied to its classes alone. Fill them in, or apply it as the whole school's list.",
    ),
    "import.hidden_rows": (
        "Trong tệp có {rows} học sinh nằm ở dòng bị ẩn (do lọc hoặc ẩn bằng tay). Chọn lấy cả các dòng đó, hoặc bỏ ra, rồi áp dụng lại.",
        "{rows} pupils stand in hidden rows of the file (by a filter or by hand). Say whether these rows are taken or left, then apply again.",
    ),
    "import.not_latest": (
        "Chỉ hoàn tác được danh sách áp dụng gần nhất. Hoàn tác danh sách mới hơn trước.",
        "Only the list applied last can be undone. Undo the newer one first.",
    ),
    "import.too_old_to_undo": (
        "Danh sách này đã áp dụng quá {days} ngày nên không hoàn tác được. Gửi lại danh sách đúng.",
        "This list was applied more than {days} days ago and cannot be undone. Send the right list instead.",
    ),
    "import.file_gone": (
        "Tệp đã được xóa nên không đọc lại được. Gửi lại tệp.",
        "The file has been deleted and cannot be read again. Send it once more.",
    ),
    "import.classes_by_own_unit": (
        "Cột nào là lớp thì chỉ người của chính trường đó mới được chọn. Nếu gửi thay trường, ghi “Lớp” làm tiêu đề cột trong tệp.",
        "Which column holds the classes is for the school's own people to say. If you send the list for them, head the column “Lớp” in the file.",
    ),
    "import.column_must_drop": (
        "Có cột là dữ liệu riêng tư không được giữ, nên không chọn được nội dung cho cột đó.",
        "One of the columns is private and must not be kept, so it cannot be given a meaning.",
    ),
    "import.column_unknown": (
        "Danh sách không có cột này. Ghi tên cột đúng như trong tệp.",
        "The list has no such column. Write its heading as the file has it.",
    ),
    "import.column_said_twice": (
        "Các cột cùng một tiêu đề mang cùng một nội dung. Chọn một nội dung cho tiêu đề này.",
        "Columns of one heading mean the same. Choose one meaning for this heading.",
    ),
    "import.row_unknown": (
        "Danh sách không còn dòng này. Tải lại các dòng cần sửa.",
        "The list has no such row. Fetch the rows to fix again.",
    ),
    "import.not_its_rows": (
        "Tệp này không phải các dòng cần sửa của danh sách này. Tải lại các dòng cần sửa rồi sửa trên đó.",
        "This file does not hold the rows to fix of this list. Download them again and correct those.",
    ),
}
