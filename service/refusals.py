"""What a person reads when Loa refuses: one sentence per code and language, saying what is wrong and what to do.

Never repeats a personal value: the slots are filled with counts, limits, states and field names only.
tests/architecture/test_refusals.py holds that every code raised anywhere has its sentence.
"""

from collections.abc import Mapping
from typing import Any, Literal

Language = Literal["vi", "en"]

TITLES: Mapping[int, tuple[str, str]] = {
    400: ("Yêu cầu không đọc được", "The request cannot be read"),
    401: ("Chưa xác nhận được người gọi", "Not signed in"),
    403: ("Không được phép", "Not allowed"),
    404: ("Không tìm thấy", "Not found"),
    405: ("Không dùng được cách gọi này", "Method not allowed"),
    409: ("Không làm được lúc này", "Not possible in this state"),
    413: ("Quá lớn", "Too large"),
    415: ("Không đọc được kiểu dữ liệu này", "Unsupported media type"),
    422: ("Chưa dùng được", "This cannot be used"),
    429: ("Quá nhiều yêu cầu", "Too many requests"),
    500: ("Hệ thống gặp lỗi", "Something went wrong on our side"),
    503: ("Tạm thời chưa dùng được", "Not available right now"),
}

SENTENCES: Mapping[str, tuple[str, str]] = {
    # requests as such
    "auth.missing": (
        "Thiếu khóa API, hoặc khóa không còn dùng được. Gửi khóa trong dòng Authorization: Bearer.",
        "The API key is missing or no longer valid. Send it as Authorization: Bearer.",
    ),
    "auth.scope": (
        "Tài khoản hoặc khóa này không có quyền làm việc này.",
        "This account or key is not allowed to do this.",
    ),
    "request.malformed": ("Yêu cầu không đúng định dạng nên không đọc được.", "The request is malformed and cannot be read."),
    "request.invalid": (
        "Có mục chưa đúng. Xem từng mục trong errors.",
        "Some fields cannot be used. See errors for each of them.",
    ),
    "request.unknown_field": (
        "Có mục lạ mà hệ thống không biết. Bỏ mục đó hoặc sửa tên.",
        "There is a field Loa does not know. Remove it or correct its name.",
    ),
    "request.not_found": ("Không có gì ở địa chỉ này.", "There is nothing at this address."),
    "request.method_not_allowed": ("Địa chỉ này không nhận cách gọi này.", "This address does not take this method."),
    "request.too_large": ("Dữ liệu gửi lên quá lớn.", "The request is too large."),
    "request.cursor": (
        "Dấu trang không đọc được. Bắt đầu lại từ trang đầu.",
        "The cursor cannot be read. Start from the first page.",
    ),
    "request.idempotency_key": (
        "Idempotency-Key phải có từ 1 đến 200 ký tự thường.",
        "Idempotency-Key must have 1 to 200 printable characters.",
    ),
    "request.idempotency_reused": (
        "Idempotency-Key này đã dùng cho một yêu cầu khác. Dùng khóa mới.",
        "This Idempotency-Key was used for a different request. Use a new one.",
    ),
    "server.error": (
        "Hệ thống gặp lỗi và đã ghi lại. Thử lại sau ít phút.",
        "Something went wrong on our side and has been noted. Try again in a few minutes.",
    ),
    "server.unavailable": (
        "Hệ thống đang bận hoặc đang khởi động lại. Thử lại sau ít giây.",
        "Loa is restarting or busy. Try again in a few seconds.",
    ),
    # single fields
    "field.missing": ("Thiếu mục này.", "This field is required."),
    "field.invalid": ("Giá trị không dùng được ở mục này.", "This value cannot be used here."),
    "field.too_long": ("Quá dài.", "Too long."),
    "field.too_short": ("Quá ngắn hoặc để trống.", "Too short, or empty."),
    "field.date": ("Cần ngày, ví dụ 01/08/2026.", "A date is needed, e.g. 01/08/2026."),
    "field.past": ("Thời điểm này đã qua.", "This time is past."),
    "field.choice": ("Không phải một trong các giá trị cho phép: {allowed}.", "Not one of the allowed values: {allowed}."),
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
    # units
    "unit.unknown": (
        "Không có đơn vị mang mã này, hoặc tài khoản không được làm thay đơn vị đó.",
        "No unit has this code, or you may not act for it.",
    ),
    "unit.not_ready": (
        "Đơn vị chưa làm được việc này. Còn thiếu: {parts}.",
        "The unit may not do this yet. Still needed: {parts}.",
    ),
    "unit.exists": ("Mã đơn vị này đã có.", "A unit with this code exists already."),
    "unit.code_shape": (
        "Mã đơn vị gồm chữ thường không dấu, số và dấu gạch nối.",
        "A code has lower-case letters, digits and hyphens.",
    ),
    "unit.name_length": ("Tên đơn vị cần từ 1 đến 200 ký tự.", "A name has 1 to 200 characters."),
    "unit.name_forbidden": (
        "Tên đơn vị đứng trong mọi tin, nên không được có đường dẫn, số điện thoại, số tài khoản, số tiền hay chữ trong ngoặc {{}}.",
        "The name stands in every message: no web address, telephone or account number, amount of money or {{}} in it.",
    ),
    "broadcast.texts_or_template": (
        "Gửi texts, hoặc template kèm slots: một trong hai.",
        "Send texts, or template with slots: one of the two.",
    ),
    "unit.level_unknown": (
        "Cấp phải là department, commune_office hoặc school.",
        "The level is department, commune_office or school.",
    ),
    "unit.parent_level": (
        "Đơn vị phải đứng dưới một đơn vị cấp cao hơn trong phạm vi của bạn.",
        "A unit stands below one of a higher level, within your own tree.",
    ),
    "unit.move_in_future": (
        "Chuyển đơn vị sang cấp trên khác chỉ có hiệu lực từ hôm nay hoặc một ngày đã qua.",
        "A move to another parent holds from today or a day before.",
    ),
    "unit.ends_before_start": ("Ngày kết thúc phải sau ngày bắt đầu.", "The end must come after the start."),
    # the letter's gate
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
    "account.email_taken": ("Email này đã có tài khoản.", "An account with this email exists already."),
    "account.unknown": ("Không tìm thấy tài khoản này.", "There is no such account."),
    "account.may_not_act": (
        "Tài khoản này đã bị khóa nên không làm được gì nữa. Dùng tài khoản khác.",
        "This account is disabled and may act no more. Use another one.",
    ),
    "account.oneself": (
        "Không ai tự đổi vai trò hay tự khóa tài khoản của mình. Nhờ người quản trị khác.",
        "Nobody changes their own roles or disables their own account. Ask another administrator.",
    ),
    "account.disabled": (
        "Tài khoản đang bị khóa. Mở lại rồi mới mời được.",
        "The account is disabled. Enable it before inviting its person.",
    ),
    "invitation.unknown": (
        "Lời mời không dùng được: sai, hết hạn hoặc đã dùng. Xin người quản trị một lời mời mới.",
        "The invitation does not work: mistyped, expired or used. Ask the administrator for a new one.",
    ),
    "api_key.unknown": ("Không tìm thấy khóa API này.", "There is no such API key."),
    # units and accounts in bulk
    "bulk.rows": (
        "Có {count} dòng chưa dùng được nên chưa ghi dòng nào. Sửa các dòng trong problems rồi gửi lại cả tệp.",
        "{count} rows cannot be used, so nothing was made. Correct the rows in problems and send the whole file again.",
    ),
    "bulk.no_heading": (
        "Không thấy dòng tiêu đề. Dùng tệp mẫu, hoặc ghi tiêu đề các cột ở một trong 20 dòng đầu.",
        "No header row was found. Use the template, or put the headings in one of the first 20 rows.",
    ),
    "bulk.too_many_rows": (
        "Tệp có hơn 5.000 dòng. Chia thành nhiều tệp.",
        "The file has more than 5,000 rows. Split it.",
    ),
    "bulk.column_missing": ("Danh sách thiếu cột này.", "The list lacks this column."),
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
    # school lists
    "import.unknown": (
        "Không tìm thấy danh sách này, hoặc nó không thuộc đơn vị của bạn.",
        "There is no such import, or it is not your unit's.",
    ),
    "import.unreadable": (
        "Không đọc được tệp. Ảnh chụp, PDF và Word không dùng được: mở danh sách trong Excel, lưu dạng .xlsx rồi gửi lại.",
        "The file cannot be read. Photos, PDF and Word are no use: open the list in Excel, save it as .xlsx and send it again.",
    ),
    "keys.processes_running": (
        "Hệ thống đang chạy ({connections} kết nối). Dừng web và các máy gửi trước khi đổi khóa chính.",
        "The system is running ({connections} connections). Stop web and workers before changing the master key.",
    ),
    "keys.master_key_does_not_open": (
        "Cả khóa chính cũ lẫn mới đều không mở được các khóa trong cơ sở dữ liệu. Không có gì thay đổi.",
        "Neither the old nor the new master key opens the keys in the database. Nothing was changed.",
    ),
    "import.expired": (
        "Danh sách này không được áp dụng trong 30 ngày nên đã bị xóa. Gửi lại danh sách hiện tại.",
        "This list was not applied within 30 days and was deleted. Send the present list again.",
    ),
    "import.no_contact_column": (
        "Không thấy cột số điện thoại hay email nào. Xem dòng tiêu đề có ghi SĐT hoặc Email không, hoặc chỉ cho Loa cột nào là số điện thoại.",
        "No column with phone numbers or emails was found. See that the header row says SĐT or Email, or tell Loa which column holds the numbers.",
    ),
    "import.too_large": (
        "Tệp lớn hơn 10 MB hoặc có hơn 20.000 dòng. Bỏ hình ảnh, cột và trang tính không cần rồi gửi lại.",
        "The file is larger than 10 MB or has more than 20,000 rows. Remove pictures, columns and sheets it does not need and send it again.",
    ),
    "import.password_protected": (
        "Tệp có mật khẩu. Bỏ mật khẩu trong Excel rồi gửi lại.",
        "The file is protected by a password. Remove it in Excel and send the file again.",
    ),
    "import.dry_run": (
        "Đây là lần đọc thử nên không áp dụng được. Gửi lại tệp và không chọn đọc thử (dry_run).",
        "This was a dry run and cannot be applied. Send the file again without dry_run.",
    ),
    "import.not_allowed_in_state": (
        "Danh sách chưa kiểm tra xong, hoặc đã áp dụng hay hoàn tác rồi, nên không làm được việc này. Mở lại danh sách để xem.",
        "The list is still being read, or has been applied or undone, so this cannot be done. Open it again to see.",
    ),
    "import.many_gone": (
        "Áp dụng danh sách này thì {gone} trong {present} người đang có sẽ bị bỏ ra. Xem lại có thiếu lớp nào không; nếu đúng vậy, áp dụng lại và xác nhận con số {gone} (confirm_gone).",
        "This list would end {gone} of the {present} present contacts. See whether a class is missing; if it is right, apply it again with confirm_gone set to {gone}.",
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
    "import.column_must_drop": (
        "Có cột là dữ liệu riêng tư không được giữ, nên không chọn được nội dung cho cột đó.",
        "One of the columns is private and must not be kept, so it cannot be given a meaning.",
    ),
    "import.column_unknown": (
        "Danh sách không có cột này. Ghi tên cột đúng như trong tệp.",
        "The list has no such column. Write its heading as the file has it.",
    ),
    "import.row_unknown": (
        "Danh sách không còn dòng này. Tải lại các dòng cần sửa.",
        "The list has no such row. Fetch the rows to fix again.",
    ),
    "import.not_its_rows": (
        "Tệp này không phải các dòng cần sửa của danh sách này. Tải lại các dòng cần sửa rồi sửa trên đó.",
        "This file does not hold the rows to fix of this list. Download them again and correct those.",
    ),
    # people
    "contact.unknown": ("Không tìm thấy người này.", "There is no such contact."),
    "contact.own_unit_only": (
        "Chỉ người của chính trường đó mới được xem đầy đủ.",
        "Only the unit's own people may see somebody in full.",
    ),
    "contact.note_needed": ("Ghi ngắn gọn lý do xem.", "Say briefly why you need to see them."),
    "contact.address_needed": ("Cần một số điện thoại hoặc email.", "A phone number or an email is needed."),
    "contact.one_target": (
        "Ghi đúng một trong: phone, email, contact.",
        "Give exactly one of: phone, email, contact.",
    ),
    "contact.address_taken": (
        "Số hoặc email này đang đứng ở một người khác trong danh sách. Tìm người đó trước.",
        "This number or email stands beside somebody else on the list. Look for them first.",
    ),
    "contact.no_such_address": (
        "Người này không có địa chỉ nào trên kênh đó.",
        "This contact has no address on that channel.",
    ),
    "contact.several_addresses": (
        "Người này có nhiều địa chỉ trên kênh đó. Ghi địa chỉ cần sửa vào mục was.",
        "This contact has several addresses on that channel. Say in was which one is corrected.",
    ),
    "contact.role_of_audience": (
        "Vai trò không hợp với danh sách: phụ huynh là father, mother, guardian, parent; cán bộ là staff.",
        "The role does not fit the list: father, mother, guardian, parent for parents; staff for staff.",
    ),
    "contact.class_unknown": ("Danh sách hiện tại không có lớp này.", "The present list has no such class."),
    "contact.in_flight": (
        "Đang có tin gửi dở tới người này. Thử lại sau vài phút.",
        "A message to this person is under way. Try again in a few minutes.",
    ),
    "contact.list_being_read": (
        "Đang đọc một danh sách của trường. Thử lại sau ít phút.",
        "A list of the unit is being read. Try again in a few minutes.",
    ),
    "consent.in_future": ("Ngày đồng ý không thể ở sau hôm nay.", "The day of consent cannot lie ahead."),
    "consent.unknown": ("Không có sự đồng ý nào đang còn hiệu lực.", "No consent stands here."),
    "suppression.unknown": (
        "Số hoặc email này không nằm trong danh sách ngừng gửi với lý do đó.",
        "This address is not suppressed for that reason.",
    ),
    "phone.too_short": ("Số điện thoại thiếu chữ số.", "The phone number has too few digits."),
    "phone.too_long": ("Số điện thoại thừa chữ số.", "The phone number has too many digits."),
    "phone.ambiguous": (
        "Số thứ hai viết tắt nên không đoán. Ghi đủ một số.",
        "The second number is abbreviated. Write one in full.",
    ),
    "phone.several": ("Mỗi lần chỉ ghi một số.", "Give one number at a time."),
    "phone.digits_lost": ("Số đã mất chữ số (dạng 9.12E+08). Gõ lại.", "The number lost digits (as in 9.12E+08). Type it again."),
    "phone.landline": ("Đây là số máy bàn, không nhận được tin nhắn.", "This is a landline and cannot receive SMS."),
    "phone.not_vietnamese_mobile": ("Đây không phải số di động Việt Nam.", "This is not a Vietnamese mobile number."),
    "email.invalid": ("Địa chỉ email viết chưa đúng.", "The email address is not written correctly."),
    # content
    "content.link": (
        "Tin không được có đường dẫn hay địa chỉ trang. Bỏ đi; phụ huynh tự mở trang tra cứu.",
        "A message must not contain a link or web address. Remove it; parents open the look-up page themselves.",
    ),
    "content.amount": ("Tin không được nêu số tiền.", "A message must not name an amount of money."),
    "content.account_number": (
        "Tin không được có số tài khoản hay số thẻ.",
        "A message must not contain an account or card number.",
    ),
    "content.code_request": (
        "Tin không được hỏi mã OTP, mật khẩu hay mã xác thực.",
        "A message must not ask for a one-time code or password.",
    ),
    "content.phone_not_on_card": (
        "Tin có số điện thoại không nằm trên thẻ xác minh của trường. Chỉ ghi 113 hoặc viết “gọi số trường đã lưu”.",
        "The message names a phone number that is not on the verification card. Name only 113, or write “call the school's saved number”.",
    ),
    "content.phone_in_sms": (
        "Kẻ mạo danh cũng ghi số điện thoại trong SMS. Nên chỉ ghi 113 hoặc viết “gọi số trường đã lưu”.",
        "Impostors put telephone numbers into SMS, too. Better name only 113, or write “call the school's saved number”.",
    ),
    "content.statement_missing": (
        "Mẫu tin này nói về cách làm của trường. Người đứng đầu cần xác nhận trên thẻ xác minh: “{statement}”",
        "This ready text says how the school does things. Its head must first declare on the verification card: “{statement}”",
    ),
    "content.ambiguous_unaccented": (
        "Gửi không dấu, chữ này có thể bị hiểu ngược. Viết KHÔNG (đừng), “hoặc” (hay), “sử dụng” (dùng), “chính xác” (đúng); xuống câu mới trước “Hãy”; hoặc gửi SMS có dấu (sms_script: unicode).",
        "Without diacritics this word can be read the other way round. Write KHÔNG (đừng), “hoặc” (hay), “sử dụng” (dùng), “chính xác” (đúng); begin a new sentence before “Hãy”; or send the SMS with its diacritics (sms_script: unicode).",
    ),
    "content.unclear_unaccented": (
        "Gửi không dấu, chữ này có thể đọc là: {readings}. Nên đổi chữ cho rõ.",
        "Without diacritics this word may be read as: {readings}. Better choose a clearer one.",
    ),
    "content.too_long": ("Tin dài quá mức cho phép. Viết ngắn lại.", "The message is too long. Shorten it."),
    "content.reserved_word": (
        "{{number}} là chỗ của số tra cứu, hệ thống tự thêm. Bỏ khỏi nội dung.",
        "{{number}} is the look-up number's place and is added by itself. Remove it.",
    ),
    "content.sms_missing": ("Chọn gửi SMS thì phải có nội dung SMS.", "SMS is among the channels, so an SMS text is needed."),
    "content.email_missing": (
        "Chọn gửi email thì phải có tiêu đề và nội dung email.",
        "Email is among the channels, so a subject and a body are needed.",
    ),
    "template.unknown": ("Không có mẫu tin mang mã này.", "There is no ready text with this code."),
    # broadcasts
    "audience.nobody": (
        "Không gửi phụ huynh thì phải chọn staff, và không chọn khối hay lớp.",
        "Without parents choose staff, and no grade or class.",
    ),
    "audience.class_unknown": (
        "Danh sách của trường không có lớp này, hoặc tin không gửi cho lớp này.",
        "The school's list has no such class, or the warning is not for it.",
    ),
    "audience.not_own_list": (
        "Danh sách từng người chỉ xem được ở chính đơn vị có danh sách đó. Đơn vị cấp trên xem số lượng theo từng lý do.",
        "Who is left out, one by one, is for the unit whose own list it is. A unit above sees how many, for each reason.",
    ),
    "broadcast.unknown": ("Không tìm thấy tin này.", "There is no such broadcast."),
    "broadcast.not_allowed_in_state": (
        "Tin đang ở trạng thái không làm được việc này.",
        "The state of this broadcast does not allow that.",
    ),
    "broadcast.audience_empty": (
        "Chưa có ai để gửi: kiểm tra danh sách và phần chọn người nhận.",
        "Nobody would receive this: check the lists and the chosen audience.",
    ),
    "broadcast.audience_grew": (
        "Số người nhận đã tăng hơn 5% từ lúc duyệt, nên tin được dừng lại để duyệt lại.",
        "The audience has grown by more than 5% since approval, so sending stopped for a new approval.",
    ),
    "broadcast.overdue": ("Hạn của tin đã qua. Đặt lại ngày hết hiệu lực.", "The broadcast has expired. Set a later expiry."),
    "approval.by_author": (
        "Người soạn hoặc sửa tin không được tự duyệt. Nhờ người duyệt khác.",
        "Whoever wrote or edited the message may not approve it. Ask another approver.",
    ),
    "approval.digest_changed": (
        "Tin hoặc người nhận đã thay đổi sau khi bạn xem. Đọc lại rồi duyệt theo dấu mới.",
        "The message or its audience changed after you read it. Read it again and approve the new digest.",
    ),
    "approval.otp": ("Cần mã một lần của người duyệt.", "The approver's one-time code is needed."),
    # looking up
    "lookup.text_too_long": ("Tin dán vào dài quá. Chỉ dán một tin.", "The pasted text is too long. Paste one message only."),
    "lookup.unavailable": (
        "Lúc này chưa tra cứu được. Chưa chắc thì không làm theo tin; gọi số trường đã lưu.",
        "The look-up is not available right now. When in doubt do not act on the message; call the school's saved number.",
    ),
    "record.unverified": (
        "Chữ ký của bản tin không đúng nên không gửi. Hãy báo người quản trị.",
        "The record's signature does not hold, so nothing is sent. Tell the administrator.",
    ),
    "signing.no_key": (
        "Chưa có khóa ký nào dùng được cho đơn vị này, nên không duyệt được.",
        "No key may sign for this unit now, so nothing can be approved.",
    ),
    "record.unknown": ("Không có bản ghi này.", "There is no such record."),
    "webhook.bad_signature": ("Chữ ký của lời gọi không đúng.", "The signature of the call is wrong."),
    "webhook.unknown_token": ("Lời gọi không ứng với tin nào.", "The call belongs to no message."),
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

_FALLBACK = ("Không thực hiện được.", "This could not be done.")


class _Open(dict[str, Any]):
    """Leaves a slot nobody filled as three dots rather than failing while explaining a failure."""

    def __missing__(self, key: str) -> str:
        return "…"


def sentence(code: str, language: str, values: Mapping[str, Any] | None = None) -> str:
    """The sentence of a code, its slots filled; a tuple's codes are said in words. An unknown code gives a neutral sentence:
    a refusal never fails.
    """
    vietnamese, english = SENTENCES.get(code, _FALLBACK)
    filled = {
        name: ", ".join(in_words(each, language) for each in value) if isinstance(value, tuple) else value
        for name, value in (values or {}).items()
    }
    return (english if language == "en" else vietnamese).format_map(_Open(filled))


def in_words(code: str, language: str) -> str:
    """The words of a code, or the code itself where there are none."""
    vietnamese, english = WORDS.get(code, (code, code))
    return english if language == "en" else vietnamese


def title(status: int, language: str) -> str:
    """The short title of a status."""
    vietnamese, english = TITLES.get(status, TITLES[500])
    return english if language == "en" else vietnamese


def preferred_language(accept_language: str | None, default: Language = "vi") -> Language:
    """Vietnamese or English, whichever the header ranks higher; without a usable header, the default."""
    ranked: dict[str, float] = {}
    for part in (accept_language or "").split(","):
        tag, _, quality = part.strip().partition(";")
        weight = quality.strip().removeprefix("q=") or "1"
        language = tag.strip().lower().partition("-")[0]
        if language in ("vi", "en") and weight.replace(".", "", 1).isdigit():
            ranked[language] = max(ranked.get(language, 0.0), float(weight))
    if not ranked or max(ranked.values()) <= 0:
        return default
    if ranked.get("en", 0.0) == ranked.get("vi", 0.0):
        return default
    return "en" if ranked.get("en", 0.0) > ranked.get("vi", 0.0) else "vi"
