"""What the terminal says, in Vietnamese where the terminal is set to it, else in English."""

import os
from collections.abc import Mapping

_WORDS: Mapping[str, tuple[str, str]] = {
    "starting": ("Đang khởi động PostgreSQL và Valkey …", "Starting PostgreSQL and Valkey …"),
    "starting_own": (
        "Đang khởi động web, tiến trình gửi tin và bộ giả lập …",
        "Starting web, workers and simulators …",
    ),
    "starting_live": ("Đang khởi động web và tiến trình gửi tin …", "Starting web and workers …"),
    "setting_unknown": (
        "{name} không phải là một thiết lập của Loa nên bị bỏ qua (docs/settings.md).",
        "{name} is no setting of Loa's and is ignored (docs/settings.md).",
    ),
    "setting_near": (
        "{name} không phải là một thiết lập của Loa nên bị bỏ qua. Có phải {nearest} không?",
        "{name} is no setting of Loa's and is ignored. Did you mean {nearest}?",
    ),
    "live_lacks": (
        "CHƯA ĐỦ để gửi tới phụ huynh (docs/settings.md, docs/first-warning.md):",
        "NOT ENOUGH yet to reach parents (docs/settings.md, docs/first-warning.md):",
    ),
    "live_no_sms": ("chưa gửi được SMS nào", "no SMS leaves"),
    "live_no_email": ("chưa gửi được email nào", "no email leaves"),
    "live_no_address": (
        "ngoài máy này không ai mở được trang tra cứu, và nhà mạng không báo được tin đã tới hay chưa",
        "nobody beyond this machine reaches the look-up, and carriers cannot say what arrived",
    ),
    "address": ("Trang tra cứu và API: {url}", "Look-up and API: {url}"),
    "disk_low": (
        "Đĩa sắp đầy: còn {left} ở {place}. Dọn chỗ trước khi hệ thống dừng ghi (docs/operating.md).",
        "The disk is almost full: {left} left at {place}. Make room before nothing can be saved (docs/operating.md).",
    ),
    "restored_waits": (
        "Hệ thống này vừa được khôi phục từ bản sao lưu: không tự gửi tin mẫu. Xem tin đang chờ: loa broadcast list",
        "This home was restored from a backup: no sample is sent by itself. What waits for you: loa broadcast list",
    ),
    "seeding": ("Đang tạo dữ liệu mẫu …", "Making the demo data …"),
    "importing": ("Đang nhập danh sách {unit} …", "Importing the list of {unit} …"),
    "carriers_ignored": (
        "LOA_TWILIO_* hoặc LOA_SMTP_* đã được đặt, nhưng bản chạy thử chỉ gửi vào bộ giả lập. Gửi thật: loa run --live, với LOA_HOME khác.",
        "LOA_TWILIO_* or LOA_SMTP_* is set, but the demo sends to the simulators only. To send for real: loa run --live with another LOA_HOME.",
    ),
    "other_kind": (
        "{home} được tạo để chạy {found}. Chọn LOA_HOME khác: dữ liệu mẫu và nhà mạng thật không bao giờ gặp nhau.",
        "{home} was made for a {found} run. Choose another LOA_HOME: demo data and real carriers never meet.",
    ),
    "port_busy": (
        "Cổng {port} đang có chương trình khác dùng. Đặt {setting} sang cổng khác, ví dụ {setting}={other} make run",
        "Port {port} is in use. Set {setting} to another one, e.g. {setting}={other} make run",
    ),
    "ports_equal": (
        "{setting} và {other} cùng là cổng {port}. Đặt một trong hai sang cổng khác.",
        "{setting} and {other} are both port {port}. Set one of them to another.",
    ),
    "port_forbidden": (
        "Tài khoản này không được dùng cổng {port} (cổng dưới 1024 thường chỉ dành cho root). Đặt {setting} sang cổng khác.",
        "This account may not use port {port} (those below 1024 are usually root's). Set {setting} to another one.",
    ),
    "already": ("Có vẻ Loa đang chạy sẵn ở {home}.", "Loa seems to be running already in {home}."),
    "home_of_another": (
        "{home} thuộc về tài khoản {owner}. Chạy Loa bằng tài khoản ấy, hoặc đặt LOA_HOME sang thư mục khác.",
        "{home} belongs to {owner}. Run Loa as {owner}, or set LOA_HOME to another directory.",
    ),
    "home_closed": (
        "Tài khoản này không ghi được vào {place}. Đặt LOA_HOME sang thư mục khác.",
        "This account cannot write to {place}. Set LOA_HOME to another directory.",
    ),
    "sockets_of_another": (
        "{place} thuộc về tài khoản khác. Đặt LOA_HOME sang thư mục khác.",
        "{place} belongs to somebody else. Set LOA_HOME to another directory.",
    ),
    "secrets_damaged": (
        "Không đọc được {file}. Khôi phục tệp này từ bản sao lưu: thiếu nó thì không mở được gì đã mã hóa.",
        "{file} cannot be read. Restore it from a backup: without it nothing that is sealed can be opened.",
    ),
    "demo_lost": (
        "Không đọc được {file}; các khóa API của bản chạy thử chỉ có ở đó. Khôi phục tệp này, hoặc đặt LOA_HOME sang thư mục mới.",
        "{file} cannot be read, and the demo's API keys stand nowhere else. Restore it, or set LOA_HOME to a new directory.",
    ),
    "program_missing": ("Gói {package} chưa được cài.", "The package {package} is not installed."),
    "initdb_failed": ("Không tạo được cơ sở dữ liệu: {said}", "The database could not be made: {said}"),
    "program_failed": ("{name} không khởi động được ({log}):\n{lines}", "{name} does not start ({log}):\n{lines}"),
    "keeps_dying": (
        "{name} cứ khởi động lại là dừng. Nhật ký của nó: {log}",
        "{name} keeps stopping and is started again. Its log: {log}",
    ),
    "server_silent": ("{name} không trả lời; nhật ký của nó: {log}", "{name} does not answer; its log: {log}"),
    "refused": ("Bị từ chối: {call}: {answer}", "Refused: {call}: {answer}"),
    "no_answer": ("Đang chạy thử thì mất liên lạc ({error}).", "The demo lost its connection ({error})."),
    "sending": ("Đang gửi", "Sending"),
    "stopping": ("Đang dừng …", "Stopping …"),
    "stopped": ("Đã dừng mọi tiến trình.", "Everything is stopped."),
    "too_late": ("Quá 120 giây mà chưa xong.", "Not finished within 120 s."),
    "sample_waits": (
        "Đang trong giờ yên tĩnh (LOA_QUIET_HOURS): tin mẫu sẽ gửi từ {until}, giờ Việt Nam. Tin khẩn cấp (emergency) vẫn đi ngay.",
        "Quiet hours (LOA_QUIET_HOURS): the sample is sent from {until}, Vietnam's time. An emergency would leave at once.",
    ),
    "stay": ("Loa đang chạy. Bấm Ctrl-C để dừng.", "Loa is up. Ctrl-C stops everything."),
    "story": (
        "[b]{school}[/b] đã gửi một cảnh báo có chữ ký tới phụ huynh: [b]{sms}[/b] người qua SMS, [b]{email}[/b] người qua email.",
        "[b]{school}[/b] sent its parents a signed warning: [b]{sms}[/b] of them by SMS, [b]{email}[/b] by email.",
    ),
    "unfinished": (
        "Chưa phải tin nào cũng tới nơi: {parts}",
        "Not every message arrived: {parts}",
    ),
    "no_message": ("Không thấy tin SMS nào trong hộp tin giả lập.", "No SMS of it is in the outbox."),
    "channel": ("Kênh", "Channel"),
    "sms": ("Tin nhắn SMS", "SMS"),
    "email": ("Email", "Email"),
    "delivered": ("Đã tới", "Delivered"),
    "accepted": ("Nhà mạng đã nhận", "Accepted"),
    "failed": ("Hỏng", "Failed"),
    "not_sent": ("Không gửi", "Not sent"),
    "uncertain": ("Chưa rõ", "Uncertain"),
    "total": ("Tổng", "Total"),
    "seconds": ("Trong {seconds:.1f} giây từ lúc duyệt.", "Within {seconds:.1f} s of the approval."),
    "arrived": ("Một tin như phụ huynh nhận được", "One message as it arrived"),
    "number": ("Số tra cứu", "Look-up number"),
    "found": (
        "có trong sổ tin chính thức, do {issuer} phát hành",
        "is in the register of official warnings, issued by {issuer}",
    ),
    "same": ("giống nguyên văn tin chính thức", "is the same as the official text, word for word"),
    "text": ("Nội dung tin", "The text"),
    "answer": ("Tra cứu trả lời", "What the look-up answered"),
    "wrong_answer": ("Tra cứu trả lời: {outcome}, so sánh: {verdict}", "The look-up said: {outcome}, comparison: {verdict}"),
    "open": ("Mở ra xem", "Open"),
    "open_lookup": ("Trang tra cứu của phụ huynh", "The parents' look-up"),
    "open_outbox": ("Hộp tin giả lập, như trên điện thoại", "The outbox, as phones show it"),
    "open_api": ("Tài liệu API", "The API's reference"),
    "open_record": ("Bản ghi đã ký", "The signed record"),
    "accounts": ("Tài khoản và khóa API: {file}", "Accounts and API keys: {file}"),
    "logs": ("Nhật ký: {logs}", "Logs: {logs}"),
    "import_reading": ("Đang đọc danh sách …", "Reading the list …"),
    "import_applying": ("Đang áp dụng …", "Applying it …"),
    "import_sheet": ("Trang tính", "Sheet"),
    "import_row": ("Dòng", "Row"),
    "import_column": ("Cột", "Column"),
    "import_advice": ("Việc cần làm", "What to do"),
    "import_dropped": (
        "Đã bỏ các cột riêng tư ngay khi đọc, không lưu lại: {columns}.",
        "Private columns, dropped while reading and kept nowhere: {columns}.",
    ),
    "import_name_columns": (
        "Chọn nội dung cho cột ngay trên dòng lệnh: --column A=name --column B=class --column C=phone, hoặc --column 'Tiêu đề=phone'.",
        "Say what columns hold on the command line: --column A=name --column B=class --column C=phone, or --column 'Heading=phone'.",
    ),
    "import_left_out": ("Dòng không phải học sinh:", "Rows that are no pupils:"),
    "import_left_out_rows": ("dòng {rows}", "rows {rows}"),
    "import_more": ("… và {count} điểm nữa.", "… and {count} more."),
    "import_difference": (
        "Đang có {present} người; danh sách này thêm {added}, bỏ {gone}, đổi {changed}, giữ nguyên {kept}.",
        "{present} people at present; this list adds {added}, ends {gone}, changes {changed} and keeps {kept}.",
    ),
    "import_many_gone": (
        "Hơn một phần năm sẽ bị bỏ: {gone} trong {present} người. Nếu đúng vậy, gõ con số {gone}",
        "More than a fifth would go: {gone} of {present} people. If that is right, type the number {gone}",
    ),
    "import_whole_classes": (
        "Không có trong danh sách này: {classes}. Nếu tệp chỉ là danh sách của vài lớp, dừng lại và chạy lại với --only-classes.",
        "Not on this list: {classes}. If the file is the list of some classes only, stop and run it again with --only-classes.",
    ),
    "import_hidden": (
        "{rows} học sinh nằm ở dòng bị ẩn trong tệp. Lấy cả các dòng đó?",
        "{rows} pupils stand in hidden rows of the file. Take these rows too?",
    ),
    "import_apply": ("Áp dụng danh sách này?", "Apply this list?"),
    "import_kept": ("Chưa áp dụng gì. Danh sách đã đọc: {id}", "Nothing was applied. The list that was read: {id}"),
    "import_applied": (
        "Đã áp dụng. Hoàn tác: loa import undo {id} --as EMAIL",
        "Applied. To undo: loa import undo {id} --as EMAIL",
    ),
    "import_undone": (
        "Đã hoàn tác: danh sách trước lại là danh sách hiện có.",
        "Undone: the list before is the present one again.",
    ),
    "migrated": ("Cơ sở dữ liệu đã ở bản mới nhất ({now}).", "The database is up to date ({now})."),
    "migrated_from": ("Đã nâng cơ sở dữ liệu: {was} → {now}.", "The database was migrated: {was} → {now}."),
}


def terminal_language() -> str:
    """`vi` or `en`, by the first of LC_ALL, LC_MESSAGES and LANG that is set."""
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "")
    return "vi" if locale.lower().startswith("vi") else "en"


class Words:
    """Sentences in one language."""

    def __init__(self, language: str) -> None:
        self._index = 0 if language == "vi" else 1

    @classmethod
    def of_terminal(cls) -> "Words":
        return cls(terminal_language())

    def __call__(self, key: str, **values: object) -> str:
        return _WORDS[key][self._index].format(**values)
