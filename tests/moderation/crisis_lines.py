"""Lines for the crisis filter, one a line: what says it outright, and what only sounds like it."""

DIRECT_EN = """\
I want to die.
i just want to die
I wanna kill myself
I'm going to kill myself tonight
kms
I want to end it all
I don't want to live anymore
I have no reason to live
there is no point in living anymore
I wish I was dead
I wish I had never been born
I can't go on anymore
I can't take it anymore
I'm thinking about suicide
I've been having suicidal thoughts
I feel suicidal
Everyone would be better off without me
nobody would care if I died
I'm better off dead
I hope I don't wake up tomorrow
I just want to disappear
I'm a burden to everyone
I keep cutting myself
I want to hurt myself
I started self-harming again
I wrote a suicide note
This is my last message
Goodbye cruel world
I won't be here tomorrow
I'm going to jump off a bridge
I took all my pills
I want to overdose on pills
life is not worth living
my life is pointless
I should just die
I'm planning to commit suicide
I've decided to end my life
I want the pain to end forever
I have nothing to live for
I lost the will to live
I'm tired of living
I hate being alive
I don't deserve to live
I want to sleep forever
I can't stop thinking about dying
I tried to kill myself last year
I want to unalive myself
My friend wants to kill herself
my brother is suicidal
my best friend said she wants to die
my daughter is cutting herself
Everyone will be happier without me
I feel like a burden
I'd rather be dead
sometimes i want to not exist
I am ready to die
I want to slit my wrists
saying goodbye to everyone
I gave away all my things
There's nothing left to live for
I wish i could just never wake up
I don't want to be alive
"""
DIRECT_KO = """\
죽고 싶어
죽고싶다
그냥 죽고 싶어요
진짜 죽어버리고 싶다
사라지고 싶다
이대로 사라지고 싶어
자살하고 싶어요
자살 생각이 자꾸 나
유서 썼어
유서를 써 놨어요
살기 싫어
더 이상 살고 싶지 않아
살고 싶지 않아요
살 이유가 없어
살아갈 이유를 모르겠어
왜 살아야 하는지 모르겠어
사는 게 지옥이야
사는 게 너무 힘들어
태어나지 말았어야 했어
다 끝내고 싶어
인생을 끝내고 싶어
목숨을 끊고 싶어
손목을 그었어
자해했어
자해하고 싶어
칼로 손목을 긋고 싶어
한강에서 뛰어내릴까
옥상에서 뛰어내리고 싶어
수면제를 한꺼번에 먹었어
나 하나 없어져도 아무도 모를 거야
내가 없으면 다들 행복할 거야
내가 죽으면 다들 편할 거야
죽는 게 나을 것 같아
차라리 죽는 게 낫겠어
이게 내 마지막이야
세상아 안녕
마지막 인사를 하러 왔어
이 세상을 떠나고 싶어
더는 못 버티겠어
이젠 버틸 힘이 없어
아침에 눈을 안 떴으면 좋겠어
영원히 잠들고 싶어
극단적인 선택을 할 것 같아
죽을 방법을 찾고 있어
안 아프게 죽는 법 알려줘
내 친구가 죽고 싶대
친구가 죽고 싶다고 해요
동생이 자꾸 손목을 그어요
언니가 자살하려고 해
나는 쓸모없는 존재야
나는 살 가치가 없어
삶에 미련이 없어
죽음을 자꾸 생각해
죽으려고 약을 모았어
나 죽을래
그만 살고 싶어
하늘나라로 가고 싶어
내가 사라져도 아무도 슬퍼하지 않을 거야
살 희망이 없어
나를 해치고 싶어
없어져 버리고 싶어
숨 쉬는 것도 싫고 죽었으면 좋겠어
"""
HARMLESS_EN = """\
This exam is killing me
I'm dying of laughter
I was just killing time
I'm dead tired
you kill me, that's so funny
I died laughing
my phone is about to die
I'd kill for a pizza
I could eat a horse
The suicide squad movie was great
I'm starving, let's eat
That joke was to die for
I cut my finger while cooking
I burned my hand on the stove
I want to end this call
She ended the meeting early
I can't take my eyes off this painting
Living in Seoul is expensive
I'm tired of living in this flat
I can't live without coffee
My plant died
The hero dies in the end
I want to disappear into a good book
How do I kill a process in Linux?
The battery is dead
I missed the deadline
Goodnight, see you tomorrow
I wish it was Friday
I wish I was taller
I want to live in Busan
Let's call it a day
It's over, we lost the game
The party was killer
Dying to see you!
I'm dying to try that restaurant
He kills it on stage
drop dead gorgeous
Over my dead body
It was 5 kms away
We ran 10 kms
I'm done with homework
I give up, you win
This is the end of the chapter
Goodbye, talk to you later!
My grandmother passed away last year
I love life
life is beautiful
I'm going to bed
I hate Mondays
I can't wait anymore
I jumped off the diving board
I took my vitamins
Please don't leave me hanging
I feel sad today
I broke up with my boyfriend
I was dead wrong
The road is a dead end
Shoot me an email
I hurt my knee playing soccer
Hang the picture on the wall
Suicide prevention week starts today
I would die of embarrassment
"""
HARMLESS_KO = """\
배고파 죽겠다
웃겨 죽겠네
더워 죽겠어
보고 싶어 죽겠어
피곤해 죽겠어요
귀여워 죽겠다
심심해 죽겠네
배터리가 죽었어
꽃이 죽었어
주인공이 죽는 장면이 슬펐어
게임에서 죽었어
오늘 시험 망했어
학교 가기 싫어
출근하기 싫다
회사 다니기 싫어
여기서 살고 싶어
제주도에서 살고 싶다
이 동네에서 살기 싫어
투자해볼까?
혼자해도 괜찮아
유서 깊은 도시야
혼자살면 편해
동자살이 뭐야
약을 먹었어
감기약 먹고 잤어
손목이 아파
목이 아파
마지막으로 한 번만 더 하자
내일 봐
안녕, 잘 자
잘 있어, 나중에 봐
끝내주는 영화야
숙제를 끝내고 놀자
다리가 아파
한강에서 치킨 먹자
옥상에서 별을 봤어
여드름이 사라졌으면 좋겠다
월요일이 없어졌으면 좋겠어
뱃살이 없어지고 있어
자살골을 넣었어
너 없이는 못 살아
커피 없이는 못 살아
오래오래 살고 싶어
행복하게 살고 싶어
슬픈 영화를 봤어
우울한 노래가 좋아
힘들었지만 괜찮아
오늘 너무 힘들었어
친구랑 싸웠어
남자친구랑 헤어졌어
할머니가 돌아가셨어
강아지가 무지개다리를 건넜어
용을 죽이자
몬스터를 죽였다
토요일에 만나
토마토 먹고 싶어
나 살 빼고 싶어
이 옷 살 이유가 있을까
죽 먹고 싶어
팥죽이 먹고 싶다
죽이 맞는 친구야
살려 줘서 고마워
"""
