"""What people say of themselves, and what reads like that and is of somebody else, or of nobody. Ours."""

from typing import Final

OWN: Final = {
    "name": """
You can call me Tess
just call me jo
My friends call me Duck
Please call me Wren
Everybody calls me Fitz
I'm called Ottilie
Call me Ray
call me mina
Oh, and call me Ada
Please just call me Finn
people call me Birdie
call me Rosie
You can just call me Cat
hi, call me theo
My friends call me Smudge
""",
    "home": """
I currently live in the north of Spain
I moved to Ghent when I was nineteen
I live in Glasgow with two cats
I live in a flat above a bakery
I've been living in Porto since spring
I'm living in a caravan
I live near the old harbour
I live in Peacehaven
I live in the mountains
서울에 사는데 고향은 목포야
작은 마을에 살아요
제주도에 살고 있어요
바닷가 마을에 살아
경기도 수원에 살아요
바다가 보이는 집에 살아
I live in Hope
I live on the third floor
I live at 4 Mill Lane
I just moved into a bigger flat
I live on a farm in Devon
i live in leeds
조용한 동네에 살고 있어요
지금은 인천에 살아요
저는 서울에 살고 강아지를 키워요
i live in a tiny studio in osaka
I live in a houseboat on the canal
I live on Mulberry Street
hey, i live in dublin
I still live in my hometown, Arezzo
I live in the suburbs
I've moved to Lyon for uni
요즘 평택에 살고 있어요
산이 보이는 동네에 살아요
저는 동생이 없는 외동이고 청주에 살아요
전라도 광주에 살아
구로구 개봉동에 살아요
나도 대전에 살아
I live in seoul
i live in hong kong
I live in an old windmill outside Utrecht
I live at the top of a hill in Lisbon
I live on Jeju Island
I live on the west coast
I live in student housing
I'm based in Rotterdam
We talked before: I live in Daejeon
I finally moved to Vienna
세종에 살고 있습니다
저는 지금은 통영에 살아요
창이 큰 방에 살아요
""",
    "work": """
I'm working for a small charity
I work at the night market
My job is teaching chemistry
I work for the post office
I work in shipping
I work as a lighthouse keeper
나 은행에서 일해
어린이 병원에서 일해
판교에 있는 회사에서 일해요
I work for myself
I work as a night porter
I work at a bakery
I work at Nightfall Games
I work in a library
I work in a hospital at weekends
I work in peace research
떡볶이 가게에서 일해요
요즘은 출판사에서 일해요
고양이 카페에서 일해요
요가 학원에서 일해요
I work at a garden centre
i work in a call centre lol
I work as a freelance illustrator
I work for the council
I work at sea
I work in retail
I work in logistics at the port
I'm working as a nanny now
My job is fixing clocks
My new job is a librarian
강아지가 있는 카페에서 일해요
저는 작년부터 물류 회사에서 일하고 있어요
새로 생긴 빵집에서 일해요
I work at samsung
I work as a dog walker
I work for an airline
I work in insurance
I work in a flower shop
I currently work at the town hall
I work at a summer camp
my job is delivering parcels
My job is a mix of design and coding
도서관 옆 꽃집에서 일해요
""",
    "origin": """
부산에서 태어났어요
I'm from a village near Turin
I come from Ghana
강원도에서 태어났어요
I'm originally from a small island off Croatia
I come from Gujarat
저는 군산 사람이에요
I'm from the Azores
울릉도에서 자랐어요
""",
    "study": """
I'm studying to be a vet
I study medicine
I study law at night
법학을 공부하고 있어요
I study textile design
나는 회계를 공부하고 있어
I study economics and history
""",
    "birthday": """
My birthday is on the 4th of July
my birthday is February 29th
My birthday is May 9
""",
    "language": """
I speak Welsh
I speak Tagalog at home
""",
    "taste": """
사실은 오이를 싫어해요
향이 좋은 차를 좋아해요
사람이 많은 곳은 싫어해
저는 종이 공예를 좋아해요
커피는 안 좋아해요
늦은 밤을 좋아해
오래된 책을 좋아해요
과일은 딸기를 제일 좋아해요
맛있는 거 좋아해
영화는 공포 영화를 좋아해
바람 부는 언덕을 좋아해
비 오는 날을 좋아해
나는 단 게 좋아
매운 음식은 못 먹어요
시끄러운 데는 싫어해요
따뜻한 국물을 좋아해요
평소엔 녹차를 즐겨 마셔
이제는 밀가루를 안 먹어요
단풍이 예쁜 산을 좋아해요
새벽 산책을 좋아해
김이 나는 호빵을 좋아해요
운동은 배드민턴을 좋아해요
""",
}
"""By slot: lines in each of which its speaker says that of themselves."""

NOBODYS: Final = """
My job is killing me
Just call me when you land
I work for hours
My job is really boring
call me later
I study until dawn
My job is on the line
call me stupid
I study at night
I've been living in a fog
I work in my pyjamas
I'm from the future
I live in peace now
please call me again
I live in the moment
call me anytime
Call me naive but I trust her
I live on coffee
I live in dread of Mondays
call me tonight
I work at it
I come from a big family
I live in the past
I work for free
I speak for all of us
I live in pyjamas these days
I live in denial
I work as little as possible
I work in the mornings
call me whenever
call me tomorrow
Call me sentimental, but I kept every ticket
I live in constant fear of him
I just moved to the sofa
I work for the money
I'm living in a nightmare
I work best at dawn
I work at weekends
People call me names
I'm living on borrowed time
Call me crazy, but I think he lies
I speak too fast
I live on instant noodles and regret
I'm working for nothing
I live at night
I work in shifts
I moved to Linux last month
I study hard
I live in a bubble
Call me a cab
Please call me asap
I work in silence
I work at my own pace
I work at night
I live in total silence
My birthday is coming up
I work as hard as I can
I work in bursts
I live in my head most days
Everyone calls me weird
I'm called lazy
I live in hope
I live in a state of panic
call me on the landline
Just call me if you need anything
Don't call me Shirley
Call me dramatic, but this soup changed me
Call me a coward but I'm not going in there
call me Thursday
call me if it rains
people call me dramatic
call me out if I'm wrong
I live in a perpetual state of confusion
I live in fear
I live in hoodies, honestly
I live in a world of spreadsheets
I live on borrowed hope
I live in the shadow of my brother
I live in the hope that she calls
I live on three hours of sleep
I live in two time zones
I'm living in the dark ages over here
I live at my desk
I work nights
I work at a snail's pace
I work in fits and starts
I work in total chaos
I work at weekends and sleep on Mondays
I work in the dark
I work as fast as anyone
I work for applause
I work in small steps
my job is so stressful right now
My job is basically emails
I come from a long line of stubborn women
I study with music on
My birthday is next to Christmas
I speak from experience
Call me biased, but Busan has better fish
call me first thing in the morning
call me maybe lol
Call me heartless but I laughed
call me before noon
call me names all you want
They may call me slow, but I'm careful
call me sunday
I live in constant pain
I live in my car half the time
I live in leggings
I live on caffeine and spite
I live in awe of her
I live in the same world as you
I live in hiding from my ex
I live in a loop
I live in sweaters all winter
I live on a tight schedule
I work in mysterious ways
I work at full tilt
I work as needed
I work in my sleep
I work for peanuts
I work at being kind
I work for days without a break
I work as a punishment apparently
I work at lightning speed
My job is fine
My job is stressing me out
My job is the reason I drink
My birthday is ages away
I study better with coffee
I come from a time before phones
"""
"""They give nobody a name, a home, work, or anything else that only one can be of."""

OTHERS: Final = """
곰은 꿀을 좋아해
은지는 이제 부산에 안 살아
주인님께서 서재에서 일해
지민이는 병원에서 일해
마법사는 탑에 살아
손흥민은 런던에 살아
강아지는 물을 싫어해
지우는 커피를 좋아해
정호가 대구로 이사했어
옆집 아저씨가 은행에서 일해
태웅이는 법학을 전공해
윤아는 맛있는 걸 좋아해
유진이가 제주도로 이사 갔어
이웃은 시골에서 자랐어
고양이는 생선을 좋아해
박 부장은 술을 못 먹어
공주는 성에서 태어났어
한국인은 매운 음식을 좋아해
우리 팀은 판교에서 일해
미나는 춤을 즐겨요
왕은 궁궐에 살아
민수는 부산에 살아
지훈이는 부산에 살아요
그 남자는 작은 마을에 살아
내 짝꿍은 수원에 살아
손님들은 창가를 좋아해요
저 가수는 미국에서 태어났어요
준영이도 서울에 살아
수진 씨는 서울에서 일해요
그 배우는 부산에서 태어났어
기사님은 매운 걸 못 먹어요
민호가 강릉에 살아
아기는 우유를 좋아해
철수랑 영희는 대전에 살아
하은 씨도 도서관에서 일해요
사람들은 커피를 좋아해
영수네 가족은 인천에 살아
그 아이는 할머니랑 시골에 살아요
사자는 초원에 살아
옛날에 어떤 왕이 큰 성에 살았어
예린이는 은행에서 일하고 있어
외계인은 화성에 살아
이 곡의 작곡가는 빈에서 태어났어요
주민들은 개발을 싫어해
우리 반 반장은 수학을 좋아해
도윤 씨가 판교에서 일해요
하준이도 커피를 안 마셔
그 집 아들은 법대를 다니고 의학을 전공해
할아버지께서 강원도에서 태어나셨어요
펭귄은 남극에 살아
다람쥐는 도토리를 좋아해
소연이랑 지안이는 제주도로 이사했어
아이유는 서울에서 태어났어
늙은 어부는 섬에 살아
윗집 부부가 부산으로 이사 갔어요
네 친구는 뱀을 싫어해
시어머니는 미역국을 좋아하세요
루피는 고기를 좋아해
경호는 목포에 살아
우리 할머니 댁 강아지는 고구마를 좋아해
그 작가는 원주에서 자랐어요
세 자매는 같은 회사에서 일해요
찬우가 편의점에서 일해
왕자님은 사과를 못 먹어
민경이는 독일어를 공부하고 있어요
수달은 물고기를 좋아해
재희 씨도 매운 음식을 안 좋아해요
현수네는 여수로 이사했어요
"""
"""Of others, who need no pronoun in Korean."""
