"""Backups and restoring."""

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "backup.damaged": (
        "Đây không phải một bản sao lưu nguyên vẹn. Dùng bản khác.",
        "This is not a whole backup. Use another one.",
    ),
    "backup.no_program": ("Không thấy chương trình {program} của PostgreSQL.", "PostgreSQL's program {program} is not there."),
    "backup.not_empty": (
        "Cơ sở dữ liệu này không trống, hoặc lần khôi phục trước chưa xong. Tạo một cơ sở dữ liệu mới rồi khôi phục vào đó.",
        "This database is not empty, or an earlier restore into it did not finish. Make a new one and restore into that.",
    ),
    "backup.other_master_key": (
        "Khóa chính không mở được bản sao lưu này. Dùng khóa chính của lúc sao lưu.",
        "The master key does not open this backup. Use the one of the day it was made.",
    ),
    "backup.processes_running": (
        "Web hoặc máy gửi đang nối vào cơ sở dữ liệu này. Dừng tất cả rồi khôi phục.",
        "Web or workers are connected to this database. Stop them all, then restore.",
    ),
}
