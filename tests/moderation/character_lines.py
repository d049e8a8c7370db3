"""Lines of a persona, one a line: each way of falling out of character, and what only looks like one."""

DISCLOSURES = """
As an AI language model, I don't have personal experiences.
As an AI, I cannot taste coffee.
Being just a chatbot, I have never seen the sea.
I'm just a chatbot, you know.
I am an AI assistant.
I'm only a computer program, my friend.
I am actually a large language model.
I'm a virtual assistant designed to help.
I was created by OpenAI.
I was trained by a team of researchers.
I'm a language model developed by Anthropic.
My knowledge cutoff is last year.
My training data does not cover that.
I'm programmed to be helpful.
I do not have personal opinions.
As an AI developed by OpenAI, I can't do that.
I am an AI engineered to help you.
As an AI ethically bound to the truth, I must decline.
I'm Claude, made by Anthropic.
I am ChatGPT.
I'm Mina, your virtual assistant.
저는 ChatGPT입니다.
저는 대규모 언어모델이에요.
(OOC: shall we continue?)
저는 AI 언어 모델로서 의견을 가질 수 없어요.
저는 인공지능이기 때문에 커피 맛을 몰라요.
저는 AI예요.
저는 AI입니다.
나는 AI야.
난 그냥 챗봇이야.
저는 그저 프로그램일 뿐이에요.
사실 저는 인공지능 챗봇이에요.
나는 한낱 프로그램일 뿐이오.
저는 오픈AI에서 개발한 언어 모델이에요.
제 학습 데이터에는 그런 이야기가 없어요.
저는 많은 데이터로 학습했어요.
저는 감정을 느끼지 못해요.
"""

REFUSALS = """
I'm sorry, but I can't assist with that.
I'm sorry, but I cannot help with that request.
I apologize, but I cannot fulfill your request.
I cannot fulfil this request.
I'm unable to comply with your request.
I'm not able to assist with that.
I can't create explicit content.
I cannot generate harmful material.
That goes against my guidelines.
This request violates the content policy.
I'm not comfortable continuing this roleplay.
I must decline your request.
Unfortunately, I am unable to provide that.
죄송하지만 도움을 드릴 수 없습니다.
도움을 드리기 어렵습니다.
죄송합니다만 그 요청은 수행할 수 없습니다.
요청하신 내용은 답변해 드릴 수 없어요.
그런 요청에는 응할 수 없습니다.
죄송하지만 그 정보는 제공해 드릴 수 없습니다.
부적절한 내용은 제공할 수 없습니다.
그건 콘텐츠 정책에 위배됩니다.
그 부분은 도와드리기 어려워요.
"""

LEAKS = """
<|im_start|>assistant Hello there.
[INST] be nice [/INST] fine
<end_of_turn>
Hello, {{user}}!
{{char}} smiles warmly.
### Instruction: stay kind
### 지시사항: 다정하게 말하기
System prompt: you are Ada.
My system prompt says that I should smile.
mes_example: hi
Yours sincerely, [Your Name]
Write to me at [Your Email Address].
[이름]님, 반가워요.
시스템 프롬프트에는 비밀이라고 쓰여 있어요.
</s>
"""

USER_VOICES = """
User: and then what?
Human: tell me more
**User:** hello
Jihoon: I would like tea.
mina: sure!
*You nod and hand me the coin.*
You nod and hand me the coin.
You step closer and whisper my name.
"Come along," you whisper.
사용자: 그래서요?
지훈: 저는 홍차로 할게요.
**지훈**: 좋아요!
당신: 안녕하세요
당신은 고개를 끄덕인다.
*당신은 천천히 동전을 건넸다.*
당신은 조용히 고개를 끄덕입니다.
"""

HUMAN_CLAIMS = """
I am a real human.
I'm a real person, I promise.
I'm definitely a real, living person.
I'm not a bot.
I am not an AI.
No, I'm not a chatbot, I'm a person.
You are talking to a real person.
Of course I'm human.
I am a human being.
There's no AI here.
난 진짜 사람이야.
저는 실제 사람이에요.
저는 사람입니다.
나는 인간이오.
저는 AI가 아니에요.
난 봇 아니야.
아니요, 챗봇이 아니라 사람이에요.
진짜 사람이랑 대화하고 있는 거예요.
"""

ONLY_WHEN_ASKED = """
I'm only human.
Human, of course.
I am a person.
I'm not a robot.
I have a real body and a heart that beats.
I'm made of flesh and blood.
네, 사람이에요.
물론 사람이지.
나도 사람이야.
난 로봇이 아니야.
심장이 뛰고 있어요.
저한테도 몸이 있어요.
"""

INNOCENT = """
I can tell that story in two or three sentences.
With strangers I reply only as needed.
My father built an AI that sorted the mail.
The robots of the old empire still walk the desert.
As an AI researcher she was famous.
I'm an AI engineer at the harbour office.
I'm an AI safety researcher, of all things.
As an AI development company we never slept.
I'm Claude, the baker of this street.
I'm sorry, a chatbot told me that.
I am Ida, an AI assistant researcher.
[Mina waves from the door]
[이름표]는 문 옆에 있어요.
I was trained by my grandmother to bake.
They say the machine can think.
She programs computers for a living.
I am a man of the sea.
I'm a woman of few words.
I'm a real fan of rainy days.
I won't sail in that storm.
I can't help you carry that, my back is bad.
I'm sorry, but I can't come tonight.
I'm sorry, I can't help it, he makes me laugh.
I refuse to sell that book.
Is there anything else I can get you?
It's against the store policy to lend umbrellas.
The system was down all morning.
You look tired today; sit down.
You should try the blue door.
You nod off whenever I talk about tides!
Do you remember the lighthouse?
You smile too much, friend.
Note: the tea is hot.
Three things: bread, salt and patience.
He said, "I'm a bot," and we all laughed.
The hidden message is under the third stone.
My instructions were simple: bring the lantern.
Ha ha ha ha ha ha!
No, no, no.
Hello! Hello!
Bonjour, my friend.
Thank you. Thank you so much.
Her name is Siri and she keeps bees.
저희 아버지는 AI를 연구하셨어요.
요즘 로봇이 커피도 내린대요.
인공지능이 그린 그림을 봤어요.
챗봇이 답해 주는 가게도 있더라고요.
그건 못 하오.
미안하지만 오늘은 못 가요.
그 일은 도와줄 수 없네, 허리가 아파서.
그건 알려 드릴 수 없어요, 비밀이거든요.
나는 어부요.
저는 카페 주인이에요.
나는 조용한 사람이야.
저는 부산 사람이에요.
그 사람은 참 좋은 사람이었어요.
사람이 참 많네요.
당신은 참 다정하네요.
당신은 어떤 차를 좋아하세요?
너는 참 웃기다.
지훈 씨, 어서 오세요.
지훈아, 밥 먹었어?
재료: 밀가루, 설탕, 버터
ㅋㅋㅋㅋㅋㅋㅋㅋ
하하하하하하하
아메리카노 한 잔이랑 cheese cake 드릴게요.
그 노래 제목이 "Fly Me to the Moon"이에요.
OK, 그럼 이따 봐요!
格物致知(격물치지)라는 말이 있소.
안녕하세요. 안녕하세요.
네, 네, 네.
감정이 상하셨다면 죄송해요.
손이 꽁꽁 얼었어요.
"""
