"""Lines for the privacy filter, one a line: private data, secrets, and what only looks like them."""

PERSONAL_EN = """\
call me at 415-832-7741
My number is (415) 832-7741
text me: 1-415-832-7741
+1 415 832 7741
+44 7911 123456
+82 10 9876 5432
+49 30 901820
+33 1 42 68 53 00
+81 90 1234 5678
+61 412 345 678
+821098765432
phone number is 4158327741
my cell is 415 832 7741
reach me on 415.832.7741
write to jane.doe@gmail.com
jane_doe+bots@mail.co.uk is mine
JANE@GMAIL.COM
e-mail: j@sub.domain.io
jane (at) gmail (dot) com
my card is 4111 1111 1111 1111
4111-1111-1111-1111
5500005555555559
378282246310005
6011 1111 1111 1117
My SSN is 219-09-9999
social security number: 219 09 9999
ssn 219099999
219-09-9998 is hers
passport number: X12345678
passport no. AB1234567
account number 123456789012
account no. 98765432101
IBAN DE89 3704 0044 0532 0130 00
GB29NWBK60161331926819
He lives at 42 Maple Street, Springfield
my flat is 221 Baker St.
Her house: 1600 Cedarwood Avenue
He works at 350 5th Avenue
our home, 12 N. Main Street
Visit me: 77 Massachusetts Ave
They moved to 10 Harrow Street
Mina's address is 5 Elm Court
meet her at 915 Sunset Boulevard
I live at 8 Old Mill Road
123 maple street, apt 4
her number: 010-9876-5432
his mobile is 07911 123456, the other 020 7946 1234
call 020 7946 1234 now
fax: +1-212-664-7665
my office: 212-664-7665
+7 495 123 45 67
+55 11 91234-5678
+86 138 0013 8000
+34 612 34 56 78
+39 06 6982 1234
tell ann@work-mail.org
bob99@naver.com knows
c.d.e@kakao.com
x@y.dev
account #1234567
whatsapp me on 4158327741
jane dot doe at gmail dot com
jane.doe@gmail .com
jane at gmail dot com
"""
PERSONAL_KO = """\
010-1234-5678로 전화해
제 번호는 01098765432예요
010 9876 5432
010.9876.5432
공일공 구팔칠육 오사삼이
+82-10-9876-5432로 연락 주세요
011-234-5678
016-9876-1234이에요
02-312-4567입니다
031-765-4321
051)765-4321로
070-8765-4321
0505-123-4567
032-876-5432번이에요
번호가 010-5555-1234야
(010)9876-5432
엄마 번호는 010-2345-6789
내 주민번호는 900101-1234568이야
9001011234568
900101 - 1234568
201225-3123456
880515-1******
메일은 jane.doe@gmail.com이에요
hong@naver.com으로 보내
gildong@daum.net한테
gildong 골뱅이 naver 점 com
카드 번호는 4111-1111-1111-1111이야
4111111111111111
5500 0055 5555 5559예요
국민은행 123456-78-901234
신한 110-123-456789
카카오뱅크 3333-01-2345678로 보내
우리은행 1002-123-456789
농협 302-1234-5678-91
토스뱅크 1000-1234-5678
하나은행 123-456789-01234
기업은행 계좌 010-123456-01-011
계좌번호는 110-123-456789
계좌 3333-01-2345678
계좌번호: 1002123456789
새마을금고 9002-1234-5678-9
우체국 012345-02-123456
케이뱅크 100-123-456789
서울 강남구 테헤란로 152
부산시 해운대구 센텀중앙로 97
성남시 분당구 판교역로 166
서울특별시 중구 세종대로 110
강남구 역삼동 123-45
테헤란로 152, 101동 1203호
래미안아파트 101동 1203호
푸르지오 203동 502호
마포구 월드컵북로 396
수원시 팔달구 효원로 1
여권번호는 M123A4567
운전면허 11-22-123456-78
면허증 번호 12-34-567890-12
제주시 첨단로 242
종로구 혜화로9길 24, 302호
전주시 완산구 홍산로 275
대구 수성구 달구벌대로 2450
외국인등록번호 900101-5234561
01O-2345-6789
110-234-567890 국민은행
M12345678 여권번호
"""
SECRETS = """\
sk-abcdefghijklmnopqrstuvwxyz123456
sk-proj-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789
my key is sk-ant-api03-abcdefghijklmnopqrstuvwxyz
토큰은 ghp_abcdefghijklmnopqrstuvwxyz0123456789이야
github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz0123456789ABCDEFGH
AKIAIOSFODNN7EXAMPLE
123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1
-----BEGIN RSA PRIVATE KEY-----
-----BEGIN PRIVATE KEY-----
-----BEGIN OPENSSH PRIVATE KEY-----
xoxb-123456789012-abcdefghijklmnop
AIzaSyA1234567890abcdefghijklmnopqrstuv
비밀번호는 abcd1234!야
비번 qwer1234
my password is hunter2
password: correcthorse
api_key = abcdef1234567890
"""
HARMLESS = """\
109
자살예방 상담전화 109
1577-0199로 전화하세요
청소년 전화 1388
112나 119에 신고해
call 911
call or text 988
Samaritans: 116 123
129번
1588-9191
555-0134
212-555-0134
(415) 555-0199
+1 415 555 0132
user@example.com
you@example.org
name@mail.example.com
test@test.com
2026-11-21
2026.11.21
2026/11/21 12:30
11:30-12:45
12,000원
1,234,567,890
$1,299.99
₩50,000
3.14159265358979
v10.2.345
1.2.3.4
192.168.10.100
10.0.0.1:8080
127.0.0.1
ISBN 978-89-1234-567-8
ISBN 9788912345678
978-3-16-148410-0
주문번호 2024010112345678
order 20240101-12345678
tracking 1Z999AA10123456784
운송장 123456789012
1234567890123
4111 1111 1111 1112
0000-0000-0000-0000
991332-1234567
123-45-678
000-12-3456
666-12-3456
900-12-3456
서울로 3시간
종로 3가
1호선
3번 출구
101동
세종대로에서 만나
10월 9일
서울시 3월 행사
기차로 5시간 걸려
버스로 10분
국민 5000만 명
우리 3명
하나 둘 셋
신한은행에 갔어
계좌를 만들었어
비밀번호를 잊어버렸어
비번이 뭐야?
password
what is the password?
I forgot my password
skating
sk-8er boi
token
@everyone
@alice hi
a@b
http://example.com/a?b=1
https://discord.gg/abcdef
<@123456789012345678>
123456789012345678
#general
1234
12345678
99999999
2,147,483,647
6.022e23
1920x1080
16:9
50%
-40
0.1+0.2
10-20
100-200-300
3-1
42 apples on Maple Street
5 Golden Rings
221 cookies
The year 1984
2 roads diverged
7 ways to cook rice
77-010-1234-5678
010-1234-5678-3
10.415.832.7741
user at example dot com
jane dot doe at example dot com
I buy soup at amazon dot com
see you @ noon. come
"""
