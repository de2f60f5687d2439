"""What school clerks and parents write beside a pupil: more than three hundred everyday remarks,
none of which says that somebody is no pupil.
"""

REMARKS: tuple[str, ...] = tuple(
    """
lớp trưởng
lớp phó học tập
Lớp phó văn thể mỹ
Tổ trưởng tổ 1
tổ phó
Thư ký lớp
Cờ đỏ
đội viên
Liên đội trưởng
Chi đội phó
GVCN
GVCN: cô Lan
GVCN 0987654321
giáo viên chủ nhiệm giữ hộ
Giáo viên nhiệt tình với các cháu
Giáo viên báo nghỉ
Cô giáo chủ nhiệm đã gọi
con giáo viên
con cô Hiền hiệu phó
con thầy hiệu trưởng
Hiệu trưởng duyệt
Hiệu trưởng cho phép nghỉ
Hiệu trưởng
Phó hiệu trưởng đã ký
Ban giám hiệu đã duyệt
Người lập bảng
Người lập biểu
người báo cáo
ký tên
đã ký tên
Chữ ký phụ huynh
Xác nhận của nhà trường
xác nhận của phụ huynh
Duyệt của ban giám hiệu
Thủ trưởng đơn vị
Trưởng ban đại diện CMHS
Phó ban đại diện cha mẹ học sinh
Hội trưởng hội phụ huynh
chi hội trưởng
Kế toán đã thu
Thủ quỹ
văn phòng
Y tế trường theo dõi
bảo mẫu
Tổng
Tổng cộng
Tổng số
Tổng số: 32
Tổng số học sinh: 32
Tổng cộng 35 học sinh
Cộng
Cộng: 40
Cộng số tiền
Sĩ số 35
Sĩ số: 40/21 nữ
sỉ số 38
Danh sách này có 32 học sinh
Danh sách gồm 30 em
Ấn định danh sách
trong đó nữ 17
Trong đó: 3 khuyết tật
tổng phụ trách
chuyển sang 6A2
Chuyển sang lớp 6A2
Chuyển từ lớp 6A2 sang
chuyển lớp 6A3
Chuyển lớp từ 6A4
Mới chuyển lớp 6A2
Xin chuyển sang lớp 7A1
học nhờ lớp 6A2
học chung lớp 6A2
học ghép với lớp 7A3
lớp cũ 5A
Lớp cũ: 5A2
Lớp năm trước 5B
lên lớp 7
Lên lớp 7A1
lưu ban lớp 6
ở lại lớp 6A5
Ở lại lớp
học lại lớp 6A1
Lớp 6A2
lớp 6A2
LỚP 7A1
Lớp 6A2 cũ
Lớp chọn
lớp nguồn
Lớp tăng cường tiếng Anh
lớp bán trú
Lớp học thêm 8A1
danh sách lớp 6A2
Danh sách học sinh lớp 6A2
DANH SÁCH LỚP 6A3
Khối 6
khối trưởng khối 7
Năm học 2026-2027
năm học trước lớp 5C
Học kỳ 1
HK2 chuyển đến
chuyển trường
Đã chuyển trường
xin chuyển trường
Chuyển trường từ Bình Dương
chuyển đến từ THCS Lê Lợi
Chuyển đến ngày 10/9
Chuyển đi ngày 15/10/2026
Trường THCS Nguyễn Du chuyển đến
Mới chuyển đến
mới vào
mới nhập học
Cháu nhập học ngày 10 tháng 9
nhập học muộn
Nhập học ngày 5 tháng 9 năm 2026
Đồng Nai, ngày 5 tháng 9 năm 2026
ngày 20 tháng 11 nghỉ
nghỉ từ ngày 3 tháng 10
vắng ngày 12/9
Vắng có phép
vắng không phép
nghỉ học
Nghỉ học luôn
nghỉ ốm
Nghỉ phép 2 ngày
nghỉ không phép
bỏ học
đã bỏ học
thôi học
Thôi học từ 5/9
bảo lưu
Bảo lưu 1 năm
rút hồ sơ
Đã rút hồ sơ ngày 12/10
chưa nộp hồ sơ
thiếu giấy khai sinh
Thiếu học bạ
nộp thiếu ảnh thẻ
bán trú
Bán trú cả tuần
Không bán trú
ăn chay
dị ứng hải sản
dị ứng đậu phộng
cận thị
ngồi bàn đầu
khuyết tật
Học sinh khuyết tật
HS khuyết tật hòa nhập
hòa nhập
tim bẩm sinh
hen suyễn
Theo dõi sức khỏe
không học thể dục
miễn thể dục
miễn học phí
Giảm 50% học phí
Miễn giảm
con thương binh
con liệt sĩ
mồ côi cha
Mồ côi mẹ
mồ côi cả cha lẫn mẹ
Ở với bà ngoại
ở với ông bà
ở với cậu
ở trọ
ở nội trú
Nội trú
ở nhà cô
bố mẹ ly hôn
Ba mẹ ly dị
mẹ đi nước ngoài
bố đi làm xa
Bố đi biển
cha mất
Mẹ mất
bố: không liên lạc
mẹ không nghe máy
Gọi không được
gọi không liên lạc được
Không liên lạc được
thuê bao
máy bận
sai số
Số sai
số của hàng xóm
số của bà
số ông ngoại
SĐT của cô giáo chủ nhiệm
điện thoại của dì
số điện thoại mẹ đổi
đổi số
Đã đổi số điện thoại
Chưa có điện thoại
không có điện thoại
không có
Không
không có số
chưa có
chưa rõ
cập nhật sau
bổ sung sau
Sẽ bổ sung
hỏi lại
Hỏi lại phụ huynh
cần xác minh
đã xác minh
Đã gọi
đã nhắn tin
đã báo
Đã báo phụ huynh
Phụ huynh chưa ký
Phụ huynh đồng ý
phụ huynh không đồng ý
PH xin nghỉ
PHHS
cha mẹ học sinh
Phụ huynh: chị Sáu
mẹ là tổ trưởng dân phố
bố làm công an
Bố là giáo viên
Mẹ giáo viên mầm non
mẹ công nhân
làm nông
buôn bán
không dùng Zalo
chỉ dùng Zalo
Zalo của bố
có Zalo
đã vào nhóm Zalo
chưa vào nhóm lớp
Đã vào nhóm Zalo lớp 6A1
gửi tin cho bà
chỉ gửi cho mẹ
không gửi cho bố
Liên hệ mẹ
Liên hệ cô Hoa
Liên hệ giáo viên chủ nhiệm
gọi sau 17 giờ
gọi buổi tối
chỉ nhắn tin
đưa đón
xe đưa đón
Xe tuyến 3
tự đi
Tự đi về
bố đón
Ông nội đón
về trễ
đi học muộn
hay đi trễ
Hay nghỉ học
nói chuyện
chậm
Học yếu
cần phụ đạo
Phụ đạo toán
học sinh giỏi
Học sinh giỏi cấp huyện
HSG Toán
HS tiên tiến
học sinh nghèo
Hộ nghèo
hộ cận nghèo
Học bổng
Học sinh mới
HS mới
học sinh cũ
Học sinh
hs chuyển đến
trùng tên
trùng với số 12
Trùng tên với bạn cùng lớp
sinh đôi
Sinh đôi với Bình
anh em với lớp 8A2
em của Nguyễn Văn Bình lớp 8A1
chị học lớp 9A1
anh học 7A2
Có anh học lớp 9A3
song sinh
đã đóng tiền
Đã đóng
chưa đóng
Chưa đóng học phí
nợ học phí
còn nợ
đóng đủ
Thu đủ
miễn
x
X
v
có
ok
OK
rồi
đủ
Đủ hồ sơ
thiếu
nam
Nữ
nữ
Kinh
dân tộc
Tày
Công giáo
Đoàn viên
đội tuyển
Đội tuyển bóng đá
Đội tuyển Toán
năng khiếu
Năng khiếu vẽ
văn nghệ
MC
dự bị
diện ưu tiên
diện chính sách
BHYT
chưa có BHYT
Đã có thẻ BHYT
thẻ HSSV
Mã số đã cấp
chưa cấp mã
CSDL chưa có
đã nhập CSDL
ghi chú
Ghi chú: xem mặt sau
lưu ý
Lưu ý: dị ứng thuốc
xem lại
?
...
-
như trên
nt
Hết
Hết danh sách
STT
stt cũ 15
số 15
Nhóm 2
Phòng 12
Tổ 3
tổ 4, khu phố 2
ấp 3, An Phước
TP Biên Hòa
Bàn 3
thứ 7 nghỉ
sáng thứ 2
Ca chiều
học buổi chiều
học 2 buổi
Trực nhật thứ 3
tiếng Pháp
Tin học
Anh văn tăng cường
Toán - Tin
""".strip().splitlines()
)
