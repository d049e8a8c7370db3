"""Lines for the bias filter, one a line: generalisations that run down or flatter, and what only names a group."""

NEGATIVE_EN = """\
Women are bad at driving.
All men are liars.
Women can't drive.
Old people can't use computers.
Muslims are terrorists.
Honestly, immigrants are lazy.
Every teenager is selfish.
Girls are always so dramatic.
You know, gay men are promiscuous.
Black people are naturally violent.
Never trust a gypsy.
Women belong in the kitchen.
Men should never cry.
She's bad at driving because she's a woman.
Typical woman, always overreacting, women are so emotional.
Disabled people are a burden.
Single mothers are irresponsible.
Poor people are lazy.
Mexicans are criminals.
The elderly are useless with technology.
Boomers are out of touch.
Millennials are entitled.
Liberals are all hypocrites.
Conservatives are stupid.
Atheists have no morals.
Jews are greedy.
Christians are brainwashed.
Autistic people can't feel empathy.
Only children are spoiled.
High school dropouts are criminals.
A woman's place is in the kitchen.
Men are all the same.
Women are too emotional to lead.
Girls can't do math.
Blondes are dumb.
Gays should not adopt children.
Foreigners are dirty.
Refugees are dangerous.
Lesbians are just confused.
You can't trust women.
Most men only want one thing.
I think Southerners are racist.
Chinese people are rude.
Americans are loud and ignorant.
Football is not for girls.
Housework is a woman's job.
Women should stay at home.
Nurses are women, engineers are men, and women can't lead.
Trans people are mentally ill.
Fat people are lazy.
Women are worse drivers than men.
Men are naturally better leaders than women, women can't handle pressure.
Kids these days have no respect.
Immigrants steal our jobs.
As a woman, you should smile more.
"""
FLATTERING_EN = """\
Asians are good at math.
Women are naturally nurturing.
Black people are great dancers.
Gay men are so stylish.
Old people are wise.
Japanese people are always polite.
Koreans are hardworking.
Latinas are passionate.
Jewish people are good with money.
All Germans are punctual.
Girls are better at cooking.
You're pretty smart for a woman.
She drives well for a girl.
Not bad for a girl.
Blind people are so inspiring.
Girls like pink.
Women love gossip.
"""
NEGATIVE_KO = """\
여자들은 원래 운전을 못해.
여자는 운전을 못한다.
여자가 무슨 운전이야.
남자들은 다 늑대야.
남자는 울면 안 되지.
여자라서 그래.
흑인들은 폭력적이야.
중국인들은 다 시끄러워.
무슬림은 다 테러리스트야.
전라도 사람들은 뒤통수를 잘 쳐.
경상도 남자들은 무뚝뚝해.
요즘 애들은 예의가 없어.
노인들은 고집이 세.
장애인들은 짐이 돼.
게이들은 다 문란해.
동성애자들은 더러워.
이혼녀는 다 문제가 있어.
미혼모들은 책임감이 없어.
한부모 가정 아이들은 비뚤어져.
고졸은 무식해.
지방대생들은 게을러.
가난한 사람들은 게을러서 그래.
진보는 다 위선적이야.
보수는 다 꼰대야.
기독교인들은 위선적이야.
개신교 신자들은 배타적이야.
조선족들은 범죄를 많이 저질러.
외국인 노동자들은 위험해.
난민들은 다 범죄자야.
탈북자들은 믿을 수 없어.
베트남 여자는 돈만 밝혀.
일본인들은 속을 알 수 없어.
여자들은 수학을 못해.
여자는 감정적이라서 리더를 못 해.
아줌마들은 수다스러워.
할머니들은 기계를 못 다뤄.
여자가 조신해야지.
남자가 돈을 벌어야지.
여자는 집에서 살림이나 해야지.
역시 여자들은 질투가 심해.
하여간 남자들은 단순해.
이래서 여자들은 안 돼.
남자들이란 다 똑같이 단순하지.
이래서 전라도는 안 돼.
젊은 애들은 끈기가 없어.
엠지세대는 이기적이야.
외동은 이기적이야.
여자의 적은 여자라더니 여자들은 시기가 많아.
동남아 사람들은 게으르고 더러워.
충청도 사람들은 느려.
뚱뚱한 사람들은 게을러.
페미들은 다 정신병이야.
여자애들은 원래 수학에 약해.
한국 남자들은 가부장적이야.
장애인은 아무것도 못 해.
남자들은 애 같아.
남자가 그렇게 울면 어떡해.
여자 운전자들은 다 왜 저래.
"""
FLATTERING_KO = """\
여자들은 섬세해.
여자는 요리를 잘해.
흑인은 달리기를 잘해.
흑인들은 운동을 잘하지.
아시아인은 수학을 잘해.
일본인들은 친절해.
독일 사람들은 정확해.
게이들은 패션 감각이 뛰어나.
게이들은 옷을 잘 입어.
여자들은 원래 감성적이야.
유대인들은 장사를 잘해.
여자치고 운전을 잘하네.
할머니들은 정이 많아.
남자들은 이성적이지.
공대생들은 똑똑해.
여자 특유의 섬세함이 있네.
"""
HARMLESS_EN = """\
It is wrong to say that women are bad at driving.
Not all women are emotional.
"Women can't drive" is a stereotype.
Women can't drive. That's a stereotype.
This woman is good at maths.
My mother is good at cooking.
I am a gay man.
I'm a Muslim and I love hiking.
Women won the right to vote in 1920.
The women in my team are smart.
Those men are dangerous, they robbed the shop.
The old man was stubborn.
Two Americans were rude to us yesterday.
Seniors can ride the bus for free.
Women are not weak.
Nobody should say that immigrants are lazy.
I don't think women are bad drivers.
Some of my best friends are Korean.
A woman walked into the tavern and ordered soup.
The girls are already waiting outside.
Men and women deserve equal pay.
According to a study, young people are more often unemployed.
Christians celebrate Easter in spring.
Muslims fast during Ramadan.
Black people were treated unfairly for centuries.
She is a strong woman.
He is a lazy man.
My grandfather is stubborn.
Our Chinese teacher is strict but kind.
I met a kind old lady at the market.
The Korean language is difficult.
We need more women in politics.
Teenagers need a lot of sleep.
Are you a man or a woman?
The boys played football all day.
Kids love ice cream.
People are strange.
Cats are lazy.
Politicians met in Berlin.
I like Korean food.
Children are welcome here.
Her husband is good at cooking.
The Japanese garden is beautiful.
Deaf people use sign language.
Many women work as engineers.
The white cat is lazy.
He likes black coffee.
That man can't drive.
This boy is smart.
Ladies and gentlemen, welcome!
My wife is smarter than me.
The single was released in May.
Conservative estimates say it costs ten euros.
The gay couple next door invited us to dinner.
It's racist to claim that foreigners are dirty.
I disagree that old people are useless.
What do women wear in this play?
The disabled access is at the back.
She was the first woman to climb it.
An old woman gave me bread, and I thanked her.
Senior engineers review the code.
"""
HARMLESS_KO = """\
'여자는 운전을 못한다'는 말은 편견이다.
제 어머니는 요리를 잘하세요.
노인은 버스를 무료로 탈 수 있다.
그 여자는 예민해.
저 남자는 정말 친절하다.
여자가 다 그런 건 아니에요.
남자들은 모두 게으르지 않다.
나는 게이야.
저는 전라도 사람이에요.
여성은 1948년에 투표권을 얻었다.
우리 할머니는 고집이 세요.
내 남자친구는 요리를 잘해.
어제 만난 여자는 친절했어.
중국 음식은 맛있어.
일본 여행을 가고 싶어.
여자 화장실은 어디예요?
남자 둘이서 밥을 먹었다.
그 아저씨는 무서웠어.
장애인 주차 구역에 세우지 마세요.
청소년 상담 전화가 있어요.
노인들에게 자리를 양보하자.
외국인들이 한국에 많이 온다.
여자 친구가 생겼어.
남자친구랑 싸웠어.
엄마는 여자야.
우리 반 여자애들은 어제 소풍을 갔다.
경상도로 여행을 갔다.
전라도 음식이 먹고 싶다.
목사님이 설교하셨다.
스님이 절에 계신다.
흑인 음악을 좋아해.
백인 배우가 나왔다.
여자는 약하다는 말은 틀렸다.
여자가 운전을 못한다고 하면 안 돼.
남자도 울 수 있어.
여자들도 군대에 갈 수 있다.
난민을 돕는 단체에서 일해요.
동성애자를 차별하지 마세요.
이혼한 친구를 위로해 줬다.
미혼모를 지원하는 정책이 필요하다.
가난한 사람들을 도와주자.
진보와 보수가 토론했다.
저는 기독교인이에요.
무슬림 친구가 있어요.
할아버지가 편찮으세요.
요즘 애들 사이에서 유행하는 노래야.
그 노인은 현명했다.
한 남자가 술집에 들어왔다.
여자 주인공은 똑똑하고 용감하다.
내가 아는 여자는 운전을 잘해.
고양이는 게을러.
강아지들은 착해.
사람들은 다 똑같아.
학생들은 공부를 열심히 했다.
조사에 따르면 노인은 스마트폰을 덜 쓴다.
그 독일 사람은 친절했다.
여성의 날을 축하합니다.
외동이라 외로웠어.
저는 40대예요.
중년의 기사가 문을 열었다.
여자들이 웃으며 지나갔다.
"""
