"""The parts of the Telegram bot that need no Telegram: what came already, how much is sent, what words look like."""

import asyncio
import html
import re
from collections.abc import Sequence
from typing import Any

import pytest
import telegram
from hypothesis import example, given
from hypothesis import strategies as st

from bots.fakes.telegram_server.html_mode import parse
from bots.pieces import units
from bots.platform import Role
from bots.telegram_bot.formatting import html_of
from bots.telegram_bot.pacing import Limits, Pacing
from bots.telegram_bot.roles import Roles
from bots.telegram_bot.seen import Seen
from bots.telegram_bot.translate import address_of, ids_in, place_in, shown_id
from bots.telegram_bot.wire import Flooded, Wire


@given(st.lists(st.tuples(st.integers(1, 20), st.booleans()), max_size=80))
def test_no_update_is_begun_twice_but_one_that_was_refused(steps: Sequence[tuple[int, bool]]) -> None:
    seen, taken = Seen(), set[int]()
    for number, refused in steps:
        assert seen.begin(number) is (number not in taken)
        taken.add(number)
        if refused:
            seen.refuse(number)
            taken.remove(number)


def test_only_the_newest_updates_are_known_wherever_telegram_counts_from() -> None:
    seen = Seen(most=3)
    for number in (500, 501, 502, 7):
        assert seen.begin(number)

    assert [seen.begin(number) for number in (7, 502, 501)] == [False] * 3
    assert seen.begin(500)


class Clock:
    """Time passes only where somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    async def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 0.001)
        await asyncio.sleep(0)


async def calls(pacing: Pacing, clock: Clock, chat: int, count: int, endpoint: str = "sendMessage") -> list[float]:
    """When so many calls to a chat were made."""
    times: list[float] = []

    async def call() -> bool:
        times.append(clock.now)
        return True

    for _ in range(count):
        await pacing.process_request(call, (), {}, endpoint, {"chat_id": chat}, None)
    return times


def paced(limits: Limits = Limits()) -> tuple[Pacing, Clock]:  # noqa: B008 - immutable
    clock = Clock()
    return Pacing(limits, monotonic=lambda: clock.now, sleep=clock.sleep), clock


@pytest.mark.parametrize(("chat", "most", "span"), [(-100, 20, 60.0), (7, 3, 3.0), (-100, 3, 3.0)])
async def test_no_chat_gets_more_than_it_may_in_any_span_of_time(chat: int, most: int, span: float) -> None:
    pacing, clock = paced()
    times = await calls(pacing, clock, chat, 50, "editMessageText")

    assert times[most - 1] - times[0] < span
    assert all(late - early >= span for early, late in zip(times, times[most:], strict=False))


async def test_typing_counts_in_groups_and_is_left_out_where_there_is_no_room() -> None:
    pacing, clock = paced()
    for _ in range(20):
        await calls(pacing, clock, -100, 1, "sendChatAction")
    with pytest.raises(Flooded):
        await calls(pacing, clock, -100, 1, "sendChatAction")
    assert clock.now < 60.0
    assert await calls(pacing, clock, 7, 1, "sendChatAction") == [clock.now]


async def test_a_refusal_stops_its_own_chat_alone_and_is_tried_again_after_its_time() -> None:
    clock, told, over = Clock(), list[float](), asyncio.Event()

    async def sleep(seconds: float) -> None:
        await over.wait()
        await clock.sleep(seconds)

    async def refused_once() -> bool:
        told.append(clock.now)
        if len(told) == 1:
            raise Flooded(30.0)
        return True

    pacing = Pacing(Limits(), monotonic=lambda: clock.now, sleep=sleep)
    waiting = asyncio.create_task(pacing.process_request(refused_once, (), {}, "sendMessage", {"chat_id": 7}, None))
    while not told:
        await asyncio.sleep(0)
    with pytest.raises(Flooded):
        await calls(pacing, clock, 7, 1, "sendMessageDraft")
    assert await calls(pacing, clock, 8, 1) == [0.0]
    over.set()
    assert await waiting
    assert told[0] == 0.0
    assert 30.0 <= told[1] < 31.0


async def test_a_refusal_that_never_ends_is_told() -> None:
    pacing, _ = paced()

    async def refused() -> bool:
        raise Flooded(400.0)

    with pytest.raises(Flooded):
        await pacing.process_request(refused, (), {}, "sendMessage", {"chat_id": 7}, None)


@given(st.text(alphabet="ab*`<>&\n 가_", max_size=60))
@example("```_\n<")
@example("```a\n``````b\nx")
def test_words_with_their_formatting_can_be_read_and_are_no_longer_than_before(text: str) -> None:
    shown, signs = parse(html_of(text)).text, r"[*`\s]"
    parts = [re.escape(re.sub(signs, "", part)) for part in re.split(r"(```\w{1,32}\n)", text)]
    # Of what language a block of code is, every second part, is not always shown.
    wanted = "".join(f"(?:{part})?" if number % 2 else part for number, part in enumerate(parts))

    assert units(shown) <= units(text)
    assert re.fullmatch(wanted, re.sub(signs, "", shown))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*웃음*이 나요", "<i>웃음</i>이 나요"),
        ("**B** and *i*", "<b>B</b> and <i>i</i>"),
        ("2*3*4 * 5", "2*3*4 * 5"),
        ("```py\na<b\n```", "<pre>a&lt;b\n</pre>"),
        ("`*x*`", "<code>*x*</code>"),
        ("*a **b** c*", "<i>a <b>b</b> c</i>"),
    ],
)
def test_what_is_done_and_what_is_code_looks_like_it(text: str, shown: str) -> None:
    assert html_of(text) == shown
    assert html.unescape(re.sub("<[^>]*>", "", shown))


@given(st.integers(min_value=-(10**13), max_value=10**13), st.integers(min_value=1, max_value=2**31))
def test_ids_are_found_again_in_the_keys_made_of_them(chat: int, number: int) -> None:
    assert ids_in(shown_id(chat, number)) == (chat, number)
    assert address_of(f"{chat}/{number}") == (chat, number)
    assert address_of(str(chat)) == (chat, 0)
    place = place_in(chat, number, private=False)
    assert place.server == f"telegram:server:{chat}"
    assert place.channel == place.server


class Asked(telegram.Bot):
    """A bot that knows the administrators of every group, or does not."""

    def __init__(self, members: Sequence[telegram.ChatMember] | telegram.error.TelegramError) -> None:
        super().__init__("1:x")
        self._members = members
        self._times = 0

    async def get_chat_administrators(self, *_: object, **__: object) -> tuple[telegram.ChatMember, ...]:
        self._times += 1
        if isinstance(self._members, telegram.error.TelegramError):
            raise self._members
        return tuple(self._members)

    def refuse(self, error: telegram.error.TelegramError) -> None:
        """From now on it does not."""
        self._members = error

    @property
    def times(self) -> int:
        """How often it was asked."""
        return self._times


def user(number: int) -> telegram.User:
    return telegram.User(number, "Ann", is_bot=False)


GROUP = telegram.Chat(-100, "supergroup")


async def test_the_owner_of_a_group_is_asked_for_once_and_anew_when_rights_changed() -> None:
    clock = Clock()
    bot = Asked([telegram.ChatMemberOwner(user(1), is_anonymous=False)])
    roles = Roles(bot, monotonic=lambda: clock.now)

    assert [await roles.of(GROUP, user(number)) for number in (1, 2, 1)] == [Role.ADMIN, Role.MEMBER, Role.ADMIN]
    assert await roles.of(telegram.Chat(1, "private"), user(1)) is Role.MEMBER
    assert bot.times == 1
    roles.forget(-100)
    await roles.of(GROUP, user(1))
    clock.now += 301
    await roles.of(GROUP, user(1))
    assert bot.times == 3


def administrator(number: int, *, hidden: bool, **rights: bool) -> telegram.ChatMemberAdministrator:
    names = [name for name in telegram.ChatMemberAdministrator.__slots__ if name.startswith("can_")]
    every: dict[str, Any] = {name: rights.get(name, False) for name in names}
    return telegram.ChatMemberAdministrator(user(number), is_anonymous=hidden, **every)


@pytest.mark.parametrize(
    ("rights", "role"),
    [
        ([], Role.MEMBER),
        ([{}], Role.MEMBER),
        ([{"can_delete_messages": True}], Role.MODERATOR),
        ([{"can_change_info": True}], Role.ADMIN),
        ([{"can_change_info": True}, {"can_delete_messages": True}], Role.MODERATOR),
        ([{"can_change_info": True}, {}], Role.MEMBER),
    ],
)
async def test_whoever_writes_as_the_group_may_do_what_all_who_hide_there_may(
    rights: list[dict[str, bool]], role: Role
) -> None:
    hidden = [administrator(number, hidden=True, **each) for number, each in enumerate(rights, start=2)]
    roles = Roles(Asked([telegram.ChatMemberOwner(user(1), is_anonymous=False), *hidden]), monotonic=lambda: 0.0)

    assert await roles.of(GROUP, telegram.Chat(-100, "supergroup", title="Tea")) is role
    assert await roles.of(GROUP, telegram.Chat(-200, "channel", title="News")) is Role.MEMBER
    assert [await roles.hides(-100, number) for number in (1, 2)] == [False, bool(rights)]
    assert not await roles.hides(2, 2)


async def test_where_telegram_cannot_be_asked_nobody_may_more_than_others() -> None:
    roles = Roles(Asked(telegram.error.TimedOut()), monotonic=lambda: 0.0)

    assert await roles.of(GROUP, user(1)) is Role.MEMBER


async def test_whoever_hid_is_still_known_to_hide_where_it_cannot_be_asked_anew_and_may_nothing() -> None:
    hidden = administrator(2, hidden=True, can_delete_messages=True)
    bot = Asked([hidden])
    roles = Roles(bot, monotonic=lambda: 0.0)
    here = telegram.Chat(-100, "supergroup", title="Tea")
    assert await roles.of(here, here) is Role.MODERATOR
    bot.refuse(telegram.error.TimedOut())
    roles.doubt(here, hidden.user)

    assert await roles.hides(-100, 2)
    assert [await roles.of(here, one) for one in (hidden.user, here)] == [Role.MEMBER, Role.MEMBER]


def test_what_telegram_says_is_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(telegram.error.TelegramError) as error:
        Wire.parse_json_payload(b"secret words")

    assert "secret" not in caplog.text
    assert "secret" not in str(error.value)
