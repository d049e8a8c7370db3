"""Lines that are nearly alike, one a line: what tells of danger, and what anybody says any day."""

OVERDOSES = """\
타이레놀 20알 먹었어요 어떡하죠
타이레놀 스무 알을 먹었어요
타이레놀 500mg 30정을 삼켰어요
약을 한 움큼 먹었어요
약을 한움큼 삼켰어
약 두 주먹을 털어 넣었어
수면제를 30알 먹었어요
수면제 서른 알쯤 먹었어
졸피뎀 열 알 먹었어
수면제 일곱 알을 한꺼번에 먹어 버렸어요
방금 진통제를 마흔 알 넘게 먹었어요
항우울제 20알 먹으려고 해요
약을 50알 먹었는데 무서워요
20알 먹었어요 수면제를
알약 60개를 먹었어요
타이레놀 10알 먹으면 죽나요
엄마가 수면제를 많이 드셨어요
안정제를 열다섯 알 먹어버렸어
신경안정제 한 움큼 먹을 거예요
약을 너무 많이 먹은 것 같아
정신과 약 한 통을 다 먹었어요
동생이 수면제를 20알 먹었대요
I just took 50 pills and I'm scared
I swallowed 20 sleeping pills
I have taken an overdose
I took an overdose an hour ago
I took about thirty Tylenol
i took 12 xanax just now
I've taken like 40 of my antidepressants
just swallowed a fistful of pills
I downed two bottles of pills
I'm going to take 60 paracetamol tonight
I took too much of my medication on purpose
I overdosed on Benadryl
my sister took an overdose
I took 20-30 pills
I took 15 of my mom's sleeping pills
My best friend took 30 ibuprofen
My roommate swallowed thirty sleeping pills
I think I've taken way too many painkillers
"""
"""Taken, or about to be: more pills than anybody takes for a headache."""

ORDINARY_DOSES = """\
진통제 두 알 먹었어요
두통이 심해서 타이레놀 2알 먹었어요
타이레놀 한 알만 먹을게요
수면제 반 알 먹고 자려고요
수면제 0.5정 먹었어요
졸피뎀 10mg 한 알 먹었어요
감기약 세 알 먹었어요
약 먹었어요
저녁 약 먹고 누웠어요
혈압약 다섯 알 먹어요 매일
비타민 10알 먹었어요
영양제를 한 움큼 먹었어요
유산균 30알짜리 다 먹었어요
한약을 20봉지 먹었어요
포도 스무 알 먹었어요
밤을 20알 구워 먹었어
만두를 약 20개 먹었어요
사탕을 20알 먹었어요 약 먹고 나서
약국에서 약을 30알 샀어요
할머니는 약을 한 움큼씩 드세요
초콜릿 한 움큼 먹었어요
진통제 많이 먹으면 안 좋죠
I took 2 vitamins
I took two painkillers for my headache
I took an aspirin
I took four ibuprofen over the day
I took my pills this morning
I take 12 pills a day for my heart
I have to take 12 pills every morning
I took 20 mg tablets for a week
I took 50 vitamin pills to the shop
I swallowed a handful of peanuts
I took 30 photos of the pills
I ate 20 chocolates
I overdosed on chocolate cake
I took a handful of vitamins
I took 10 minutes off
The doctor gave me 30 pills
I took my 10 o'clock pills
"""
"""What the doctor said, and what only counts like it."""

ANNOUNCED = """\
오늘 밤 목을 맬 거예요
결국 목을 맸어요
목메달고 죽을래
전 오늘 죽을 거예요
아내가 자꾸 죽겠대
죽을 겁니다
저 오늘 죽을 거예요
오늘 밤에 죽을 겁니다
난 그냥 죽을 거다
나 죽어버릴 거야
확 죽어 버릴게요
그냥 죽어버리려고요
다 버리고 죽어 버려야지
이 세상에서 영원히 사라질 거예요
손목을 그을 거예요
인생 끝낼 거예요
친구가 죽겠대요
남자친구가 헤어지면 죽겠대요
친구가 자꾸 죽어버리겠대요
언니가 오늘 밤에 죽을 거래요
Should I just die?
Should I die?
Shall I just kill myself then
Maybe should I end it all
Can I please just die
I have a gun and I'm thinking of using it on myself
There's a knife here and I might use it on myself
I want to use dad's gun on myself
I want to turn the gun on myself
I'm going to put a bullet in my head
I want to blow my brains out
"""
"""That somebody will, correctly spelled, or asks whether to."""

NOTHING_ANNOUNCED = """\
배고파 죽겠다
친구가 배고파 죽겠대요
친구가 바빠서 죽겠대요
물을 안 주면 화분이 죽을 거예요
이 캐릭터는 다음 화에 죽을 겁니다
용을 안 잡으면 마을 사람들이 죽을 거예요
목이 메어 말이 안 나와요
넥타이를 목에 맸어요
신발 끈을 맸어요
목에 메달을 걸었어요
줄을 맬 거예요
죽을 끓일 거예요
친구가 웃겨 죽겠대
목이 메여서 물 마셨어
줄을 그을 거예요
목을 축일 거예요
마술사가 사라질 거예요
Can I die in this game?
How should I play this if I die here?
Should I dye my hair?
should I diet
Should I die or respawn in this level?
I bought a face mask and used it on myself
I got a new razor and shaved
He has a gun and uses it on zombies
Should the hero die?
The bullet hit the wall
My brain is blown
"""
"""Nearly the same words about something else."""

OWN_WORDS = """\
소설에서는 다들 행복한데 나는 죽고 싶어
영화에서는 다 잘 풀리는데 저는 죽고 싶어요
드라마에서는 웃던데, 난 사라지고 싶어
웹툰에서 다들 살아남지만 나는 살기 싫어
주인공은 행복해졌는데 나도 이제 죽고 싶어
주인공이 부러워서 나 진짜 죽고 싶어
노래 가사의 그 사람은 사랑받는데 전 죽고 싶어요
만화에서 다 해결되잖아 나는 다 끝내고 싶어
시험 때문에 다 끝내고 싶어
시험이 힘들어서 다 끝내고 싶어
시험을 망쳐서 다 포기하고 싶어
일 때문에 다 끝내고 싶어요
악플 때문에 사라지고 싶어
부모님 때문에 살기 싫어요
시댁 때문에 더 살고 싶지 않아요
in the movie everyone is happy and I want to kill myself
my character is fine but I want to kill myself
In the book they all survive but I want to die
in that game my team wins, and I just want to die
In the show she finds love while I want to kill myself
the protagonist is loved and I'm going to kill myself
my hero saves everyone, I want to die
The villain is happy yet I want to end my life
my character has friends though I wish I was dead
in the story he wins and my life is not worth living
this week I want to end it all
because of this exam I want to end it all
in the movie everyone is really happy and I want to die
In this book the girl is saved but nobody saves me and I want to die
in the game I have friends but in real life I want to die
after my shift I want to end it all
"""
"""A wish of one's own beside a story, an exam, a week."""

FICTION = """\
In the novel the hero says he wants to die
In the movie she whispers "I'm so tired and I want to die"
my character says I want to die
My character says she is tired and he wants to die
in the book the king is old and wants to die
the protagonist thinks about suicide and the priest helps
My character is a ghost who wants to die
in this scene the widow wants to kill herself
그 소설에서 주인공이 죽고 싶다고 해
소설에서 주인공이 나는 죽고 싶다고 말해요
주인공이 "힘들어서 나는 죽고 싶어"라고 말해요
영화에서 그 남자는 죽고 싶어 해요
드라마에서 엄마가 자살하고 싶다고 울어요
주인공은 다 잃고 죽고 싶어 한다
만화에서 악당이 사라지고 싶어 해
극에서 왕이 스스로 목숨을 끊는 장면이에요
*한숨을 쉬며 나는 죽고 싶다고 중얼거린다*
*looks down, I want to die written on her face*
"""
"""A wish that somebody in a story has."""

ORDINARY_GOODBYES = """\
오늘은 학교에 별로 가고 싶지 않아요
그 식당은 별로 가고 싶은 곳이 아니에요
별로 가고 싶어 하지 않아요
병원에 별로 가고 싶진 않네요
이제 집에 갈 때가 됐네요
슬슬 갈 때가 됐어요
출근하러 갈 때가 됐어요
나도 이제 자러 갈 때가 됐어
하늘이 어두워졌네요, 갈 때가 됐어요
이제 다 끝내고 집에 갈게요
다 끝내고 밥 먹으러 갈게
그만 끝내고 자야겠다
오늘 안에 다 끝내야 해요
옥상에 왔어요 바람이 좋아요
옥상에 올라왔어요. 하늘이 예뻐요
그동안 고마웠어요. 안녕히 계세요
그동안 감사했습니다, 안녕히 계십시오
지금까지 고마웠어요. 이제 방학이네요
오늘이 제 마지막 날이에요 회사에서
회사에서 오늘이 마지막 날이에요
this is my last day at work
it's my last day at school
It's my last night in Paris
this is my last day of vacation
my last day in Rome
today is my last day at the bakery
Tomorrow is my last exam
it's my last day before the holidays
It's time to go home
I have to go now, goodbye everyone
Thanks for everything, take care!
This is my last night here
I'm done for today, good night
"""
"""Going home, finishing, leaving a job."""

LAST_GOODBYES = """\
엄마가 있는 별로 가고 싶어
저 하늘의 별이 되고 싶어
나도 별로 가고 싶어요
살 만큼 살았으니 이제 갈 때가 됐어
영감 곁으로 갈 때가 됐지
이 세상을 떠날 때가 됐어요
이제 다 끝내려고요
이제 다 끝낼래
전부 끝내버리고 싶어
다 끝내고 사라지고 싶어
다 끝내고 싶어요
너무 힘들어서 지금 옥상에 올라왔어
옥상에 왔어요
옥상에 왔어요 무서워요
그동안 고마웠어요. 다들 잘 있어요
그동안 미안했어. 안녕
오늘이 내 마지막 날이야
This is my last day.
this is my last night alive
It's my last day on earth
tonight is my last night
Today is my last day on this earth
this is my last message to you
it's my last goodbye
This is my last night and then I'm gone
"""
"""Going for good."""
