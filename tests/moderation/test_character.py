"""Out of character: the ways that phrases show, in both languages, and the innocent lines beside them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import FilterUnavailable
from moderation.filters.character import Character
from moderation.filters.character.asides import without
from moderation.filters.character.claims import Claims
from moderation.filters.character.context import Context
from moderation.filters.character.folding import fold, readable_tail
from moderation.filters.character.phrases import load_phrases, parse_phrases
from moderation.filters.character.strangers import Strangers
from moderation.records import Brief, Candidate, Signal, Stage
from moderation.shingles import shingles
from moderation.words import catalogue

CHARACTER = Character.load()
KOREAN = Brief(name="서이안", language="ko", people=("지훈", "Mina"))
ENGLISH = Brief(name="Ada Voss", language="en", people=("Jihoon", "Mina"))


def signals(
    text: str,
    brief: Brief,
    *,
    shown: str = "",
    replies: tuple[str, ...] = (),
    asked: bool = False,
    disclosed: bool = False,
) -> list[Signal]:
    """What is seen in `text` as a piece of a reply, abstentions and clean scores left out."""
    candidate = Candidate(
        stage=Stage.PIECE,
        text=text,
        brief=brief,
        shown=shown,
        replies=replies,
        asked_identity=asked,
        disclosed=disclosed,
    )
    return [signal for signal in CHARACTER.examine(candidate) if signal.score]


def highest(category: str, found: list[Signal]) -> float:
    """The highest score of `category`."""
    return max((signal.score or 0.0 for signal in found if signal.category == category), default=0.0)


def score(category: str, text: str, brief: Brief, *, shown: str = "", replies: tuple[str, ...] = ()) -> float:
    """The highest score of `category` in `text`."""
    return highest(category, signals(text, brief, shown=shown, replies=replies))


def brief_of(text: str) -> Brief:
    """The Korean brief for a text with Hangul, the English one otherwise."""
    return KOREAN if any("가" <= letter <= "힣" for letter in text) else ENGLISH


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


def lines(block: str) -> list[str]:
    """The lines of a suite."""
    return [line for line in block.strip().splitlines() if line]


@pytest.mark.parametrize(
    ("category", "block"),
    [
        ("disclosure", DISCLOSURES),
        ("refusal", REFUSALS),
        ("leak", LEAKS),
        ("user_voice", USER_VOICES),
        ("human_claim", HUMAN_CLAIMS),
    ],
)
def test_each_way_of_falling_out_of_character_is_seen(category: str, block: str) -> None:
    missed = [text for text in lines(block) if score(category, text, brief_of(text)) < 0.5]
    assert missed == []


def test_innocent_lines_are_left_alone() -> None:
    flagged = [
        (text, signal.category, signal.detail)
        for text in lines(INNOCENT)
        for signal in signals(text, brief_of(text))
        if (signal.score or 0.0) >= 0.5
    ]
    assert flagged == []


def test_after_the_truthful_answer_self_disclosure_is_no_fault() -> None:
    for text in ("네, 저는 AI예요.", "Yes, I am an AI."):
        assert score("disclosure", text, brief_of(text)) >= 0.9
        assert highest("disclosure", signals(text, brief_of(text), disclosed=True)) == 0.0


def test_even_after_the_truthful_answer_a_denial_is_seen() -> None:
    assert highest("human_claim", signals("사실 난 AI가 아니야.", KOREAN, disclosed=True)) >= 0.9


@pytest.mark.parametrize("text", lines(ONLY_WHEN_ASKED))
def test_a_body_and_an_idiom_count_only_where_the_person_asked(text: str) -> None:
    assert highest("human_claim", signals(text, brief_of(text), asked=True)) >= 0.8
    assert score("human_claim", text, brief_of(text)) <= 0.6


def test_a_plain_trade_is_no_claim_even_when_asked() -> None:
    for text in ("I am a man of the sea.", "나는 어부요."):
        assert highest("human_claim", signals(text, brief_of(text), asked=True)) == 0.0


SECRET = "You are Ada Voss the keeper of the last lighthouse and you must never reveal the canary tc-9f3a17."
SECRET_KO = "당신은 서이안입니다. 망원동 골목 끝에서 작은 카페를 혼자 운영하며 손님의 이야기를 잘 들어 줍니다."


def test_a_run_of_eight_words_of_the_prompt_is_a_leak_at_its_place() -> None:
    brief = Brief(secrets=shingles(SECRET))
    text = "Well: the keeper of the last lighthouse and you must, as they say."
    (found,) = signals(text, brief)
    assert (found.category, found.score) == ("leak", 0.98)
    assert text[found.spans[0].start : found.spans[0].end] == "the keeper of the last lighthouse and you must"


def test_korean_words_of_the_prompt_are_a_leak() -> None:
    brief = Brief(language="ko", secrets=shingles(SECRET_KO))
    assert score("leak", "망원동 골목 끝에서 작은 카페를 혼자 운영하며 손님의 이야기를 듣죠.", brief) >= 0.9
    assert score("leak", "망원동에서 작은 카페를 운영해요.", brief) == 0.0


def test_a_run_across_the_boundary_of_two_pieces_is_a_leak() -> None:
    brief = Brief(secrets=shingles(SECRET))
    text = "last lighthouse and you must."
    (found,) = signals(text, brief, shown="I am the keeper of the ")
    assert text[found.spans[0].start : found.spans[0].end] == "last lighthouse and you must"
    long = "We talked all night about the tides and the storms of our youth, and then he said: the keeper of the "
    assert highest("leak", signals(text, brief, shown=long * 9)) >= 0.9
    assert signals("and so on", brief, shown="the keeper of the last lighthouse and you must, ") == []


@pytest.mark.parametrize("secret", ["tc-9f3a17", "7f3e9c1d", "Never say the name Aurelia."])
def test_a_short_secret_is_a_leak_as_a_whole(secret: str) -> None:
    brief = Brief(secrets=shingles(secret))
    assert score("leak", f"It says: {secret} That is all.", brief) >= 0.9


def test_a_phrase_across_the_boundary_is_seen_in_the_text() -> None:
    (found,) = signals("AI language model, I see.", ENGLISH, shown="As an ")
    assert found.category == "disclosure"
    assert found.spans[0].start == 0


@pytest.mark.parametrize("padding", ["\u200b" * 300, "\u2060\ufe0f" * 900, " " * 300])
def test_what_nobody_sees_cannot_push_a_beginning_out_of_sight(padding: str) -> None:
    assert score("disclosure", "AI language model, I see.", ENGLISH, shown="As an " + padding) >= 0.9
    assert score("disclosure", "AI 언어 모델이에요.", KOREAN, shown="저는 " + padding) >= 0.9


@pytest.mark.parametrize(
    "text",
    [
        "\U0001d400\U0001d42c \U0001d41a\U0001d427 \U0001d400\U0001d408, I cannot know.",
        "\u00c1s an AI, I cannot know.",
        "A\u0301s a\u200bn AI, I cannot know.",
        "\u0410s \u0430n \u0410I, I cannot know.",
        "\uff21s an \u24b6\u24be, I cannot know.",
        "As   an\t\tAI, I cannot know.",
        "As \u200b an \u2060AI, I cannot know.",
        "As \u0430 bot, I cannot know.",
        "As an \u0410\u0406, I cannot know.",
    ],
)
def test_letters_in_disguise_are_read_as_people_read_them(text: str) -> None:
    (found,) = signals(text, ENGLISH)
    assert (found.category, found.spans[0].start) == ("disclosure", 0)
    assert text[: found.spans[0].end] == text[: text.index(",")]


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("\u0130\nJihoon: I love you", "Jihoon"),
        ("O\u2019Neil: I love you", "O'Neil"),
        ("O'Neil: I love you", "O\u2019Neil"),
        ("jihoon: I love you", "\uff2aihoon"),
        ("JOS\u00c9: I love you", "Jos\u00e9"),
        ("\U0001d40chae: I love you", "mhae"),
        ("\u0130nci: I love you", "\u0130nci"),
    ],
)
def test_a_name_is_found_however_it_is_written(text: str, person: str) -> None:
    (found,) = signals(text, Brief(people=("Nobody", person)))
    assert (found.category, found.detail) == ("user_voice", "name")
    assert text[found.spans[0].start : found.spans[0].end] == text[text.find("\n") + 1 : text.index(":") + 1]


@pytest.mark.parametrize("people", [(), ("",), (" ",), ("\u200b",)])
def test_nobody_is_spoken_for_where_nobody_has_a_name(people: tuple[str, ...]) -> None:
    assert signals("Jihoon: hello. : nods.", Brief(people=people)) == []


@pytest.mark.parametrize(
    "text",
    [
        "Jihoon nods.",
        "*Mina steps closer and whispers my name*",
        "The door opens. Jihoon slowly shook his head.",
        "지훈은 고개를 끄덕였다.",
        "*지훈이는 천천히 자리에서 일어났다*",
    ],
)
def test_acts_told_of_a_person_by_name_weigh_less_than_words_put_in_their_mouth(text: str) -> None:
    assert 0.55 <= score("user_voice", text, brief_of(text)) < 0.75
    strangers = Brief(language=brief_of(text).language, people=("Tom",))
    assert score("user_voice", text, strangers) == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "Jihoon nods off whenever I talk of tides.",
        "Does Mina shrug at that?",
        "Mina is a fine name.",
        "I saw Jihoon yesterday.",
        "지훈은 참 다정한 사람이에요.",
        "지훈이 어제 자리에서 먼저 일어났다.",
    ],
)
def test_a_persona_may_speak_of_somebody(text: str) -> None:
    assert score("user_voice", text, brief_of(text)) == 0.0


def test_a_text_that_is_one_fault_all_over_is_one_signal_with_fifty_places() -> None:
    (found,) = (each for each in signals("I'm a bot. " * 2_000, ENGLISH) if each.category == "disclosure")
    assert len(found.spans) == 50
    assert list(found.spans) == sorted(found.spans)
    assert found.spans[0].start == 0


@given(st.lists(st.sampled_from(["I'm a bot. ", "I am an AI. ", "User: hi\n", "Well. "]), max_size=30))
@settings(max_examples=60, deadline=None)
def test_no_two_signals_differ_only_in_their_places(parts: list[str]) -> None:
    found = signals("".join(parts), ENGLISH)
    assert len({(signal.category, signal.score, signal.detail) for signal in found}) == len(found)


def test_what_was_shown_is_not_reported_again() -> None:
    assert signals("The tea is ready.", ENGLISH, shown="I am an AI assistant. ") == []


@pytest.mark.parametrize(
    ("text", "brief"),
    [
        ("I would love to help you with that, dear guest.", KOREAN),
        ("いい天気ですね、散歩に行きましょう。", KOREAN),
        ("今天天气很好我们去散步吧。", KOREAN),
        ("오늘은 날씨가 참 좋으니 같이 걸읍시다.", ENGLISH),
        ("Сегодня хорошая погода, пойдём гулять.", ENGLISH),
        ("어서 오세요. I am glad to see you here again.", KOREAN),
    ],
)
def test_another_script_than_the_persona_s_is_seen(text: str, brief: Brief) -> None:
    assert score("language", text, brief) >= 0.7


def test_the_strange_sentence_alone_is_marked() -> None:
    text = "어서 오세요. I am glad to see you here again. 차 드릴까요?"
    (found,) = signals(text, KOREAN)
    assert text[found.spans[0].start : found.spans[0].end] == "I am glad to see you here again."


def test_quoted_foreign_words_names_and_code_are_no_other_language() -> None:
    assert signals("The word for it is 바다, they told me.", ENGLISH) == []
    assert signals('그가 "I will always love you, my dear" 하고 불렀어요.', KOREAN) == []
    assert signals("New York Los Angeles San Francisco!", KOREAN) == []
    assert signals("```print the sum of all these numbers```", KOREAN) == []


def test_a_language_whose_script_is_unknown_is_not_judged() -> None:
    found = CHARACTER.examine(Candidate(stage=Stage.PIECE, text="hello", brief=Brief(language="xx")))
    assert [(signal.category, signal.score) for signal in found] == [("language", None)]


def test_the_same_sentence_again_is_a_repetition() -> None:
    again = "The harbour sleeps under the snow tonight."
    assert score("repetition", again, ENGLISH, shown=f"{again} ") >= 0.7
    assert score("repetition", f"{again} {again} {again}", ENGLISH) >= 0.9
    assert (
        score(
            "repetition", "창가 자리에 앉으시면 바다가 보여요.", KOREAN, shown="창가 자리에 앉으시면, 바다가 보여요! "
        )
        >= 0.7
    )


def test_a_sentence_of_an_earlier_reply_is_a_repetition() -> None:
    earlier = ("어서 오세요. 창가 자리에 앉으시면 바다가 보여요.",)
    assert score("repetition", "창가 자리에 앉으시면 바다가 보여요.", KOREAN, replies=earlier) >= 0.5
    assert score("repetition", "어서 오세요.", KOREAN, replies=earlier) == 0.0


def test_nearly_the_words_of_an_earlier_reply_are_a_repetition() -> None:
    reply = "I came to this town when the bridge was new and nobody knew my name or my trade"
    assert score("repetition", reply + " then.", ENGLISH, replies=("Well, " + reply + ".",)) >= 0.8


@pytest.mark.parametrize(
    ("text", "brief"),
    [
        ("the sea the sea the sea the sea the sea", ENGLISH),
        ("I see. I know you I know you I know you I know you", ENGLISH),
        ("바다가 보여요 바다가 보여요 바다가 보여요 바다가 보여요", KOREAN),
        ("그리고그리고그리고그리고그리고그리고그리고그리고그리고", KOREAN),
    ],
)
def test_a_loop_of_words_is_a_repetition(text: str, brief: Brief) -> None:
    assert score("repetition", text, brief) >= 0.8


@pytest.mark.parametrize(
    "text",
    [
        "ㅋㅋㅋㅋㅋㅋㅋㅋ",
        "ha ha ha ha ha ha ha ha",
        "하하하하하하하하하하하하하하하하하하하하하하하하하하",
        "아니 아니 아니 아니",
    ],
)
def test_laughter_is_no_repetition(text: str) -> None:
    assert score("repetition", text, brief_of(text)) == 0.0


@pytest.mark.parametrize(
    "name", ["disclosure", "refusal", "leak", "user_voice", "human_claim", "narration", "clinging", "context"]
)
def test_every_rule_finds_its_own_examples(name: str) -> None:
    phrases = load_phrases("character", name)
    assert phrases.rules
    for rule in phrases.rules:
        assert rule.finds, rule.id
        for example in rule.finds:
            assert rule.id in {hit.rule.id for hit in phrases.find(fold(example))}, (rule.id, example)


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ("", "rule"),
        ("[[rule]]\nscore = 1.0", "rule[1].id"),
        ('[[rule]]\nid = "x"\npattern = "a"', "rule[1].score"),
        ('[[rule]]\nid = "x"\nscore = 0.5\npattern = "(a"', "rule[1].pattern"),
        ('[[rule]]\nid = "x"\nscore = 0.5\npattern = "%nobody%"', "rule[1].pattern"),
        ('[[rule]]\nid = "x"\nscore = 0.5\npattern = "a"\nsocre = 1', "rule[1].socre"),
        (
            '[[rule]]\nid = "x"\nscore = 0.5\npattern = "a"\n[[rule]]\nid = "x"\nscore = 0.5\npattern = "a"',
            "rule[2].id",
        ),
        ("not toml", "x.toml"),
    ],
)
def test_a_wrong_rule_file_names_the_file_and_the_key_in_both_languages(source: str, key: str) -> None:
    with pytest.raises(FilterUnavailable) as caught:
        parse_phrases(source, "character/x.toml")
    for language in ("en", "ko"):
        assert "character/x.toml" in caught.value.explain(language)
        assert key in caught.value.explain(language)


def test_every_category_has_a_critique() -> None:
    keys = catalogue("moderation").keys()
    assert "character.critique_disclosure" in keys
    assert {f"character.critique_{category}" for category in CHARACTER.categories} <= keys


def test_folding_keeps_the_way_back() -> None:
    folded = fold("I\u2019m\u200b a bot")
    assert folded.text == "I'm a bot"
    assert (folded.span(4, 9).start, folded.span(4, 9).end) == (5, 10)


@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_whatever_is_folded_can_be_encoded_and_found_again(text: str) -> None:
    folded = fold(text)
    assert folded.data.decode() == folded.text
    places = [folded.span(index, index + 1) for index in range(len(folded.text))]
    assert [place.start for place in places] == sorted(place.start for place in places)
    assert all(place.end <= len(text) for place in places)


@given(st.text("a \u200b\U0001d400가", max_size=200), st.integers(1, 30))
def test_a_tail_is_an_end_of_the_text_with_enough_to_read(text: str, size: int) -> None:
    tail = readable_tail(text, size)
    assert text.endswith(tail)
    assert tail == text or len(fold(tail).text) >= size


def test_conjoining_jamo_are_read_as_syllables() -> None:
    text = "\u1102\u1161\u11ab AI\u110b\u1163."
    (found,) = signals(text, KOREAN)
    assert found.category == "disclosure"
    assert (found.spans[0].start, found.spans[0].end) == (0, 8)


def test_parts_set_apart_keep_every_offset() -> None:
    text = 'a "b" *c* d'
    assert without(text, frozenset({"quote", "action"})) == "a         d"


CORES = [
    "",
    "I am an AI.",
    "난 진짜 사람이야.",
    "Mina: hi",
    "the sea " * 5,
    "<|im_start|>",
    "\ud800",
    "\u200b",
    "*",
    '"',
]


@given(st.text(max_size=60), st.sampled_from(CORES), st.text(max_size=20))
@settings(max_examples=200, deadline=None)
def test_any_text_is_judged_and_places_lie_inside_it(noise: str, core: str, shown: str) -> None:
    text = noise + core + noise
    for brief in (KOREAN, ENGLISH):
        candidate = Candidate(stage=Stage.PIECE, text=text, shown=shown, replies=(noise,), brief=brief)
        found = CHARACTER.examine(candidate)
        assert found
        assert all(0 <= span.start <= span.end <= len(text) for signal in found for span in signal.spans)


@given(st.integers(0, 40))
@settings(max_examples=41, deadline=None)
def test_wherever_a_reply_is_cut_the_fault_is_seen_before_it_is_whole(cut: int) -> None:
    text = "Well, as an AI language model I cannot know."
    found = signals(text[:cut], ENGLISH) + signals(text[cut:], ENGLISH, shown=text[:cut])
    assert any(signal.category == "disclosure" for signal in found)


@pytest.mark.parametrize(
    "piece", ["a", "\ud800", "I'm a bot. ", "가나다 ", "(", "*a", '"', "a. ", "the sea ", "지훈: ", "ab", "1"]
)
def test_a_hundred_thousand_characters_are_judged(piece: str) -> None:
    text = (piece * 100_000)[:100_000]
    brief = Brief(language="ko", people=("지훈",), secrets=shingles(SECRET))
    assert CHARACTER.examine(Candidate(stage=Stage.WHOLE, text=text, replies=(text,), brief=brief))


def test_the_version_follows_the_rules() -> None:
    changed = {"disclosure": parse_phrases('[[rule]]\nid = "x"\nscore = 0.5\npattern = "a"', "x.toml")}
    narration = load_phrases("character", "narration")
    assert len(CHARACTER.version) == 12
    strangers, claims = Strangers.load(Context.load()), Claims.load(Context.load())
    other = Character(changed, narration=narration, strangers=strangers, claims=claims)
    assert Character.load().version == CHARACTER.version != other.version
