"""Sentences that the rules of memory were not written for, and are not to be changed for: what is measured on them
would mean nothing then. Ours."""

from typing import Final

TELLING: Final = """
Hey there, I go by Mika
I'm Oliver by the way
We live in a small village near Ghent
I grew up on a farm in Ohio
I'm 42
I work night shifts at a bakery
I'm studying to become a paramedic
I have a parrot named Kiwi
My cat Luna hates the rain
I adore old jazz records
I'm obsessed with crosswords
I don't eat meat
My favourite food is ramen
I hate Mondays
I went surfing for the first time last weekend
I finally finished my novel
We're moving to Madrid next month
I'm visiting my grandma on Saturday
Please remember that I prefer short answers
I can speak Hindi
내 이름 수진이야
저는 민호예요
나 지금 수원에 살고 있어
저 광주에서 왔어요
저는 대학생이에요
나 카페에서 알바해
우리 집에 토끼 한 마리 있어
나 겨울 싫어해
저는 재즈를 자주 들어요
난 회를 못 먹어
나 지난달에 결혼했어
저 오늘 시험 끝났어요
나 토요일에 공연 보러 갈 거야
제 전공은 철학이에요
나는 기타 칠 줄 알아
내 생일 8월이야
제 꿈은 영화감독이에요
나는 반말이 편해, 기억해 줘
저는 혼자 살아요
제일 좋아하는 음식은 냉면이에요
""".strip().splitlines()
"""Each says something of its speaker."""

SAYING: Final = """
I like where this is going
I love it when you sing
I work it out myself
I'm done
I'm sure you do
I was born ready
I hate you
I just finished
I have an idea for tomorrow's scene
He moved to Berlin
My mom is a nurse
I saw a man who lives in Cairo
I'm Batman, just kidding
Is my name Sam?
I'd like a coffee please
Let's say I live on Mars
I never said I like opera
I used to live in Bonn
I like your lamp
The cook said I work as a spy
나는 네 이야기 좋아해
여기 좋아요
그건 별로야
나도 알아
저는 됐어요
내일 또 올게
오늘 하루 어땠어
우리 할머니는 강릉에 살아
형이 커피를 싫어해
나 배고파
그 영화 주인공은 의사야
내가 만약 부산에 살면
나는 이 집 주인 역할이야
어제 그 드라마 봤어?
선생님이 나는 성실하대
""".strip().splitlines()
"""None does that should be remembered."""
