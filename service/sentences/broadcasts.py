"""Broadcasts: audience, states, approval."""

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    "listed.nothing": ("không có, vì danh sách đang trống", "none, for the list is empty"),
    "state.draft": ("đang soạn", "is a draft"),
    "state.pending_approval": ("đang chờ duyệt", "waits for approval"),
    "state.returned": ("đã bị trả lại để sửa", "was returned to be changed"),
    "state.approved": ("đã được duyệt", "is approved"),
    "state.sending": ("đang gửi", "is being sent"),
    "state.paused": ("đang tạm dừng", "is paused"),
    "state.completed": ("đã gửi xong", "has been sent"),
    "state.cancelled": ("đã bị hủy", "was cancelled"),
}
"""What stands in the slots of sentences: a broadcast's state, and that there is nothing to choose from."""

SENTENCES: Mapping[str, tuple[str, str]] = {
    "broadcast.texts_or_template": (
        "Viết lời riêng, hoặc dùng mẫu tin có sẵn và điền các chỗ trống của mẫu: một trong hai.",
        "Write words of your own, or use a ready text and fill its blanks: one of the two.",
    ),
    "broadcast.unknown": ("Không tìm thấy tin này.", "There is no such broadcast."),
    "broadcast.changed_meanwhile": (
        "Bản tin vừa được người khác sửa. Mở lại để xem bản mới rồi sửa tiếp.",
        "Somebody has changed this message meanwhile. Open it again, then go on.",
    ),
    "broadcast.not_allowed_in_state": (
        "Tin này {state}, nên không làm được việc này.",
        "This broadcast {state}, so that cannot be done.",
    ),
    "broadcast.audience_empty": (
        "Chưa có ai để gửi: kiểm tra danh sách và phần chọn người nhận.",
        "Nobody would receive this: check the lists and the chosen audience.",
    ),
    "broadcast.audience_grew": (
        "Số người nhận đã tăng hơn 5% từ lúc duyệt, nên tin được dừng lại để duyệt lại.",
        "The audience has grown by more than 5% since approval, so sending stopped for a new approval.",
    ),
    "broadcast.paused_by_person": ("Người duyệt đã tạm dừng tin này.", "An approver has paused this broadcast."),
    "system.restored": (
        "Hệ thống đã được khôi phục từ bản sao lưu. Chưa rõ tin nào đã đi sau lúc sao lưu, nên tin được dừng lại.",
        "The system was restored from a backup. What has left since is not known, so this was stopped.",
    ),
    "broadcast.restored": (
        "Tin này đang gửi dở khi hệ thống được khôi phục từ bản sao lưu. Có người có thể nhận hai lần.",
        "This was under way when the system was restored from a backup. Some people may get it twice.",
    ),
    "restored.since": (
        "Bản sao lưu lúc {at}; {deliveries} tin chưa rõ đã đi hay chưa. Nếu vẫn gửi tiếp, hãy xác nhận đã biết điều này.",
        "The backup is of {at}; of {deliveries} messages nobody knows whether they have left. To go on, confirm that you know this.",
    ),
    "fallback.from_sms_only": (
        "Gửi thay bằng email chỉ dùng cho tin gửi bằng SMS mà không gửi email.",
        "Falling back to email is for a warning that goes by SMS and not by email.",
    ),
    "broadcast.channel_or_number": (
        "Chọn một kênh, hoặc ghi một số tra cứu: một trong hai.",
        "Choose a channel, or give a look-up number: one of the two.",
    ),
    "broadcast.nothing_to_repeat": (
        "Không có tin nào để gửi lại: không tin nào ở trạng thái đó, hoặc các số đó không còn dùng.",
        "There is nothing to send again: no message is in that state, or those numbers are dead.",
    ),
    "delivery.unknown": (
        "Không có tin nào mang số này đang chờ xác định.",
        "No message with this number is in doubt.",
    ),
    "drill.nobody": (
        "Đơn vị chưa chọn ai nhận tin diễn tập. Người duyệt chọn trong danh sách nhân viên.",
        "The unit has named nobody to get drills. An approver names them from the list of staff.",
    ),
    "drill.staff_only": (
        "Người nhận diễn tập phải là nhân viên đang có trong danh sách của chính đơn vị.",
        "Whoever gets drills must be on the unit's own present list of staff.",
    ),
    "audience.now": (
        "Hiện có {recipients} tin sẽ gửi. Nếu đồng ý, hãy xác nhận đúng con số này.",
        "There are {recipients} messages to send now. To agree, confirm this very number.",
    ),
    "broadcast.expires_before_it_may_leave": (
        "Tin hết hiệu lực lúc {expires}, mà sớm nhất {leaves} mới được gửi. Đặt hạn muộn hơn.",
        "It expires at {expires}, and may not leave before {leaves}. Set a later expiry.",
    ),
    "broadcast.quiet_until": (
        "Đang giờ yên tĩnh đến {leaves}. Nếu có người sắp mất tiền ngay bây giờ, chọn Khẩn cấp: tin khẩn cấp gửi cả đêm.",
        "Quiet hours hold until {leaves}. If somebody is about to lose money right now, make it an emergency: those leave at night, too.",
    ),
    "broadcast.sends_after_expiry": (
        "Giờ gửi {sends} không trước hạn {expires}. Gửi sớm hơn, hoặc đặt hạn muộn hơn.",
        "It would be sent at {sends}, not before its expiry at {expires}. Send it earlier, or set a later expiry.",
    ),
    "broadcast.expires_too_late": (
        "Hạn quá xa: loại tin này có hiệu lực nhiều nhất {days} ngày kể từ lúc gửi, đến {latest}.",
        "The expiry is too far away: a warning of this kind holds for {days} days at most from when it is sent, until {latest}.",
    ),
    "broadcast.sent_too_late": (
        "Giờ gửi quá xa: hẹn trước nhiều nhất {days} ngày.",
        "It would be sent too late: a warning is scheduled {days} days ahead at most.",
    ),
    "broadcast.expires_before_all_left": (
        "Nhà mạng cần ít nhất {minutes} phút để chuyển hết, đến {done}. Đặt hạn muộn hơn thế, hoặc chọn ít người nhận hơn.",
        "The carriers need at least {minutes} minutes to hand all of it over, until {done}. Set a later expiry, or choose fewer recipients.",
    ),
    "broadcast.overdue": ("Hạn của tin đã qua. Đặt lại ngày hết hiệu lực.", "The broadcast has expired. Set a later expiry."),
    "audience.nobody": (
        "Không gửi phụ huynh thì phải chọn cán bộ, nhân viên, và không chọn khối hay lớp.",
        "Without parents choose the staff, and no grade or class.",
    ),
    "audience.class_unknown": (
        "Danh sách hiện tại không có lớp {named}. Gần giống: {nearest}.",
        "No present list has a class {named}. The nearest: {nearest}.",
    ),
    "audience.grade_unknown": (
        "Danh sách hiện tại không có khối {named}. Gần giống: {nearest}.",
        "No present list has a grade {named}. The nearest: {nearest}.",
    ),
    "audience.unit_unknown": (
        "Không có đơn vị {named} trong phạm vi của bạn. Gần giống: {nearest}.",
        "There is no unit {named} in your own tree. The nearest: {nearest}.",
    ),
    "audience.class_not_meant": (
        "Tin này không gửi cho lớp {named}.",
        "This warning is not for the class {named}.",
    ),
    "audience.class_lacking": (
        "{count} đơn vị có danh sách nhưng không có lớp {named}: {units}.",
        "Units that have a list, but no class {named}: {count} ({units}).",
    ),
    "audience.grade_lacking": (
        "{count} đơn vị có danh sách nhưng không có khối {named}: {units}.",
        "Units that have a list, but no grade {named}: {count} ({units}).",
    ),
    "audience.not_own_list": (
        "Danh sách từng người chỉ xem được ở chính đơn vị có danh sách đó. Đơn vị cấp trên xem số lượng theo từng lý do.",
        "Who is left out, one by one, is for the unit whose own list it is. A unit above sees how many, for each reason.",
    ),
    "approval.by_author": (
        "Người soạn hoặc sửa tin không được tự duyệt. Nhờ người duyệt khác.",
        "Whoever wrote or edited the message may not approve it. Ask another approver.",
    ),
    "approval.digest_changed": (
        "Tin hoặc người nhận đã thay đổi sau khi bạn xem. Đọc lại rồi duyệt theo dấu mới.",
        "The message or its audience changed after you read it. Read it again and approve the new digest.",
    ),
    "approval.otp": ("Cần mã một lần của người duyệt.", "The approver's one-time code is needed."),
}
