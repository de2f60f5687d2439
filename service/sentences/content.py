"""What a message may not say."""

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
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
        "Gửi không dấu, chữ này có thể bị hiểu ngược. Viết KHÔNG (đừng), “hoặc” (hay), “sử dụng” (dùng), “chính xác” (đúng); xuống câu mới trước “Hãy”; hoặc gửi SMS có dấu.",
        "Without diacritics this word can be read the other way round. Write KHÔNG (đừng), “hoặc” (hay), “sử dụng” (dùng), “chính xác” (đúng); begin a new sentence before “Hãy”; or send the SMS with its diacritics.",
    ),
    "content.unclear_unaccented": (
        "Gửi không dấu, chữ này có thể đọc là: {readings}. Nên đổi chữ cho rõ.",
        "Without diacritics this word may be read as: {readings}. Better choose a clearer one.",
    ),
    "content.too_long": ("Tin dài quá mức cho phép. Viết ngắn lại.", "The message is too long. Shorten it."),
    "content.dearer_characters": (
        "Ký tự {characters} làm SMS thành {segments} đoạn; bỏ đi thì còn {fewer}.",
        "{characters} makes the SMS {segments} segments long; without it there would be {fewer}.",
    ),
    "content.segment_more": (
        "SMS chỉ dài hơn {over} ký tự mà thành {segments} đoạn; bớt {over} ký tự thì còn {fewer}.",
        "The SMS is {segments} segments for {over} characters too many; without them there would be {fewer}.",
    ),
    "content.reserved_word": (
        "{{number}} là chỗ của số tra cứu, hệ thống tự thêm. Bỏ khỏi nội dung.",
        "{{number}} is the look-up number's place and is added by itself. Remove it.",
    ),
    "content.not_registered": (
        "Câu chữ này không khớp mẫu nào đã được nhà mạng ({providers}) duyệt, nên dễ bị chặn. Dùng câu chữ đã đăng ký, hoặc đăng ký mẫu này trước.",
        "These words match no text that the carrier ({providers}) has approved, and are likely to be filtered. Use registered words, or have these registered first.",
    ),
    "content.drill_not_registered": (
        "Câu chữ này đã được nhà mạng ({providers}) duyệt, nhưng dạng diễn tập (có chữ “DIEN TAP: ” ở đầu) thì chưa, nên tin diễn tập có thể bị chặn. Đăng ký thêm dạng diễn tập.",
        "The carrier ({providers}) has approved these words, but not their drill form (with “DIEN TAP: ” first), so the drill may be filtered. Have the drill form registered, too.",
    ),
    "content.sms_missing": ("Chọn gửi SMS thì phải có nội dung SMS.", "SMS is among the channels, so an SMS text is needed."),
    "content.email_missing": (
        "Chọn gửi email thì phải có tiêu đề và nội dung email.",
        "Email is among the channels, so a subject and a body are needed.",
    ),
    "template.slot_date": (
        "Chỗ này cần một ngày viết bằng số, ví dụ {example}.",
        "A day in figures is needed here, e.g. {example}.",
    ),
    "template.slot_size": (
        "Chỗ này dài tối đa {most} ký tự.",
        "At most {most} characters fit here.",
    ),
    "template.unknown": ("Không có mẫu tin mang mã này.", "There is no ready text with this code."),
}
