"""Lines for the words on minors in the lexicon: what makes them sexual, by class of words, and what only shares its
words: baths and nurses, fruit, games, art, news, and those who tell what was done to them."""

import itertools

_AGES_EN = (
    "12-year-old",
    "12 year olds",
    "twelve year old",
    "twelve-year-olds",
    "thirteen-year-old",
    "11yo",
    "preteens",
)
_FRAMES_EN = ("sexy {}", "I'm attracted to {}", "sex with {}", "turned on by {}", "naked {}", "porn of {}")
SEXUAL_EN = (
    *(frame.format(age) for frame, age in itertools.product(_FRAMES_EN, _AGES_EN)),
    "I molested a ten year old boy.",
    "We groped a schoolgirl.",
    "I slept with a thirteen-year-old.",
    "I want to touch a little girl.",
    "I get hard looking at children.",
    "Little girls turn me on.",
    "Twelve-year-old girls are so sexy.",
    "nude photos of my 11-year-old niece",
    "I want videos of naked kids",
    "She was only 13 but we had sex.",
    "She's fourteen and I had sex with her.",
    "I'd love to sleep with your little sister, she's 12.",
    "You're 13? Send me a picture without your clothes.",
    "Send me nudes, I know you're only 14.",
    "You're only 14, send me naked pics.",
    "12 is old enough for sex.",
    "loving children sexually",
)

_WHO_KO = ("초등학생", "중딩", "미성년자", "12살짜리", "열두 살짜리", "중2")
_FRAMES_KO = (
    "{}랑 잤어",
    "{} 만지고 싶다",
    "{} 보면 흥분돼",
    "{}랑 원조교제 하고 싶어",
    "{} 나체 사진",
    "{}를 따먹고 싶다",
)
SEXUAL_KO = (
    *(frame.format(who) for frame, who in itertools.product(_FRAMES_KO, _WHO_KO)),
    "어린애 몸 보면 흥분돼.",
    "솔직히 초딩도 꼴리면",
    "초등학생이랑 관계했어.",
    "열두 살짜리랑 키스하고 더듬었어.",
    "중딩이랑 자고 싶다.",
    "초6 여자애랑 모텔 갔어.",
    "8살 애 팬티 벗겼어.",
    "여덟 살 애 팬티 벗겼어.",
    "여자아이를 벗기고 싶다",
    "어린애 가슴을 만졌어",
    "딸아이 가슴 만졌어. 열 살이야.",
    "아이들을 성적으로 좋아해.",
    "너 열세 살이지? 옷 벗은 사진 보내.",
    "15살이랑 섹스",
)

HARMLESS_EN = """\
I undressed my kids and put them in the bath.
The naked children ran into the sea, shrieking with joy.
A painting of naked little boys with wings, cherubs, hung over the mantel.
Undressed the children and put them by the fire; they were soaked through.
I undressed the child and wrapped her in blankets.
The nude statue of a child stood in the garden.
My toddler runs around naked, kids are so funny.
Naked kids everywhere at the beach in Denmark.
I was molested as a kid.
I was raped when I was a child.
My uncle raped me when I was a child, I was 9 years old.
He touched me when I was ten years old.
I was thirteen and he had sex with me.
I was 13 when it happened.
My teacher groped me when I was twelve.
He raped children and got ten years, I read it in the news.
Sex education for children starts at ten.
I have a 12-year-old whisky.
I slept with my five-year-old because she had nightmares.
We slept with the kids in one tent.
The kids sleep with the light on.
I touched the child's forehead; she had a fever.
A little girl touched my hand.
I want to touch the child's hair.
My sexy husband takes the kids to school.
I love kids.
I love children and want three of them.
She was only 13 but we had fun.
She was five when we moved.
My daughter is twelve, and we had cake.
Children are attracted to bright colours.
It's hard looking after children.
It gets hard watching your kids grow up.
Kids turn on me whenever I say no.
The children turned the lamp on.
You're only fourteen? Show me your drawing.
You are twelve? Take off your coat and sit down.
You're 12, take off your wet shoes.
I'm 16 and I have a crush on a girl in my class.
He is ten, and I taught him to swim.
The baby is naked in the bath photo.
Pictures of my kids on the wall.
A nude model drew the children's attention.
I enjoy watching children play.
They're five and always naked in summer.
He wants his kids in bed by eight.
The naked mole rat is twelve years old.
The ship is twelve years old and sexy.
I was seven when my parents split.
I had sex at seventeen with my boyfriend.
My ten-year-old is hot, I think it's a fever.
She looks after a child with a sexy accent.
""".splitlines()

HARMLESS_KO = """\
꼬마애가 귤을 벗기고 있네요.
초등학생 때 앵두를 따먹다가 혼났어.
중학생 때 포인트 따먹기 했잖아.
어린이집에서 자위대 이야기를 왜 해
여자아이 옷을 벗기고 목욕시켰어
초등학생들이 바나나 껍질을 벗기고 있어.
고등학생들이 꼴리는 대로 산다.
어린이가 보지 못하게 해 주세요.
어린이도 보지만 어른이 더 좋아해요.
꼬마애가 자지를 않아서 힘들어요.
다섯 살짜리가 자지를 않아요.
어린이들이 눈을 보고 흥분했어요.
초등학생들이 공룡 화석을 만졌어요.
고등학생 때 벌금 벗겨 먹은 친구 있었지.
다섯 살 애를 재우다 같이 잤어.
다섯 살짜리랑 같이 낮잠을 잤어요.
우리 애랑 일찍 잤어.
스물다섯 살 여자랑 잤어.
서른네 살 애인이랑 잤어.
다섯 살 연상이랑 잤어.
7살 차이 나는 남친이랑 잤어.
27살인데 아직 성관계를 해 본 적이 없어.
중학생 때 강간당했어요.
초등학생 때 삼촌이 제 가슴을 만졌어요.
열두 살 때 아저씨가 저를 만졌어요.
중학생 때 성폭행을 당했어요.
야한 장면은 어린이가 보면 안 돼요.
초등학생이 야동을 봤대요, 어떡하죠?
미성년자 성매매는 범죄예요.
벌거벗은 꼬마 천사가 그려진 그림이에요.
벌거벗은 어린이들이 개울에서 물장구를 쳐요.
조카가 벌거벗은 꼬마 시절 사진을 보고 부끄러워해.
여덟 살 애가 신발을 벗겨 달래요.
어린이 이마를 만져 보니 뜨거워요.
어린애 엉덩이에 기저귀를 채웠어.
초등학생이 막대사탕을 빨고 싶대요.
칼로리 소모가 커서 흥분돼요.
아이가 열이 나서 옷을 벗기고 닦아 줬어.
중학생 교복을 물려받았어요.
초6 조카랑 놀이공원에 갔어.
고1 때 친구들이랑 수학여행 가서 늦게 잤어.
초등학생 수영 선수의 경기를 보고 흥분했어.
고등학생 경기를 보면 흥분돼요.
12살 딸이랑 캠핑장에서 잤어.
초등학생 딸이랑 같이 잤어.
중3 때 옷 벗고 바다에 뛰어들었지.
열다섯 살에 옷 벗고 강에서 헤엄쳤지.
열 살 애들이 방방 뛰다 흥분했어.
중학생들이랑 모텔 건물 앞을 지나갔어.
중학생이 물고기를 더듬더듬 잡았어.
어린이 더듬거리는 말투가 귀여워.
초등학생 다리 다친 거 보고 놀랐어.
아동 성폭행범이 잡혔대.
꼬마애가 강아지를 만졌어요.
고양이가 열 살이야. 나랑 자자고 조르네.
세 살 아이 바지를 벗기고 기저귀를 갈았어.
미성년자와 관계된 법이에요.
17살 때 처음 담배를 피웠어.
아이들을 성적으로 차별하면 안 돼.
아이들을 성적으로 줄 세우면 안 돼.
학생들을 성적으로 끌어올리려고 애썼어.
애들은 성적이 좋아.
애들이 성적으로 원하는 대학에 갔어.
초등학생 성적 올리기
""".splitlines()
