"""Quotations that a text speaks against do not count as said; those that it does not speak against do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.filters import Filter
from moderation.filters.bias import Bias
from moderation.filters.lexicon import Lexicon
from moderation.filters.toxicity import Toxicity
from moderation.quoting import rejected, unsaid
from moderation.records import Candidate, Stage
from tests.support.judges import loaded

AGAINST = """
The coach called him "a lazy pig", which was cruel, so the team walked out.
My uncle thinks "women are bad at maths" is a joke; my sister says it's not funny.
"Old people smell" is a prejudice, dear, not a fact of nature.
He wrote "go back where you came from" on her locker. She cried all evening.
Whoever posted "you ugly loser" under her picture should apologise.
Please stop calling your brother “a worthless baby”.
이웃이 우리 아들한테 "멍청한 놈"이라고 해서 아이가 울었어요.
"늙은이는 짐이다"라는 말은 편견이에요.
누가 댓글에 "넌 살 가치도 없어"라고 썼는데, 그런 말은 정말 상처가 돼요.
동생한테 「돼지 같은 게」라고 부르지 마.
"여자는 감정적이라 못 믿어"라니, 너무 무례한 말 아니야?
""".strip().splitlines()
FOR = """
"You are a lazy pig" is what everybody says, and they are right.
I say "women are bad at maths", and it is not wrong to say so.
She said "you ugly worthless loser".
Listen, "genius", you are an idiot.
I called him "a stupid pig" and it hurts him, good.
Everybody says "old people are useless", and that's true.
You are an idiot, and that "poem" of yours is rubbish.
"멍청한 놈"이라는 말은 맞는 말이야, 상처받든 말든.
내가 "늙은이는 짐이다"라고 한 게 뭐가 잘못이야?
"여자는 감정적이다"라는 말은 틀린 말이 아니야.
그 애가 너한테 "꺼져, 이 멍청아"라고 했어.
""".strip().splitlines()


@pytest.mark.parametrize("text", AGAINST)
def test_what_is_quoted_in_order_to_speak_against_it_is_not_said(text: str) -> None:
    (place,) = rejected(text)

    assert text[place[0] - 1] in '"“「'
    assert unsaid(text) == text[: place[0]] + " " * (place[1] - place[0]) + text[place[1] :]


@pytest.mark.parametrize("text", FOR)
def test_what_is_quoted_with_approval_by_its_speaker_or_as_news_is_said(text: str) -> None:
    assert list(rejected(text)) == []
    assert unsaid(text) == text


def test_without_marks_nobody_can_tell_where_somebodys_words_end() -> None:
    assert unsaid("She told me you are a worthless idiot and that was wrong.").count("idiot") == 1


@given(
    text=st.lists(st.sampled_from([*'"“”「」', " ", "a", "wrong", "said", "잘못", "이라고", ".", "\n", "\ud800"])).map(
        "".join
    )
)
def test_only_what_stands_within_marks_is_blanked_and_everything_keeps_its_place(text: str) -> None:
    bare = unsaid(text)

    assert len(bare) == len(text)
    places = list(rejected(text))
    kept = [at for at in range(len(text)) if not any(start <= at < end for start, end in places)]
    assert all(bare[at] == text[at] for at in kept)


def test_a_text_full_of_quotations_is_looked_at_to_a_bound() -> None:
    text = 'They said "pig" and that was wrong. ' * 400

    assert len(list(rejected(text))) == 50


# --- the filters ------------------------------------------------------------------------------------------------------


def worst(judge: Filter, text: str) -> float:
    return max(signal.score or 0.0 for signal in judge.examine(Candidate(stage=Stage.WHOLE, text=text)))


@pytest.fixture(scope="module")
def toxicity() -> Toxicity:
    return loaded(Toxicity)


@pytest.mark.parametrize(
    ("against", "alike"),
    [
        (
            'Somebody shouted "you filthy disgusting pig" at her, and that was cruel.',
            "Somebody shouted at her, and that was cruel, you filthy disgusting pig.",
        ),
        (
            '누가 그분께 "더러운 돼지 새끼"라고 소리쳤는데, 정말 잘못된 일이에요.',
            "누가 그분께 소리쳤는데, 정말 잘못된 일이야, 더러운 돼지 새끼야.",
        ),
    ],
)
def test_an_insult_that_is_reported_as_wrong_is_none_of_the_reporters(
    toxicity: Toxicity, against: str, alike: str
) -> None:
    assert worst(toxicity, against) < 0.5
    assert worst(toxicity, alike) > 0.8


def test_a_generalisation_that_is_rejected_is_no_finding_whatever_words_reject_it() -> None:
    bias = loaded(Bias)

    assert worst(bias, 'When my uncle says "immigrants are criminals", everyone at the table is ashamed.') < 0.3
    assert worst(bias, 'When my uncle says "immigrants are criminals", everyone at the table laughs.') >= 0.4
    assert worst(bias, '친구가 "이민자는 범죄자야"라고 해서 사과하라고 했어.') < 0.3


def test_a_slur_that_is_reported_as_wrong_is_kept_for_a_person_to_look_at_and_not_blocked() -> None:
    lexicon = loaded(Lexicon)

    assert worst(lexicon, 'A man called my friend a "faggot" on the bus, and it was so hurtful.') == 0.45
    assert worst(lexicon, 'A man called my friend a "faggot" on the bus, ha ha.') > 0.5
    assert worst(lexicon, '버스에서 누가 친구한테 "짱깨"라고 해서 친구가 울었어요.') == 0.45
