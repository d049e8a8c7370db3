"""The scripted model itself, apart from the ways to reach it: what it says to a prompt, and its journal.

It keeps no time and opens nothing: `scripted` performs it in this process, `scripted_server` over HTTP.
"""

import hashlib
from bisect import bisect_left
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate
from random import Random
from typing import Final

from personas.feedback import FEEDBACK
from personas.generators.prefixes import PROBE
from personas.generators.scripts import Chunking, Fault, Repair, Reply, Script, Sentence, Unit, tokens
from personas.messages import Finish, Prompt, Turn, Usage

TURNS_KEPT: Final = 16_384
"""How many different conversations' last turns a scripted model recognises when it is asked again."""

TWINS_KEPT: Final = 64
"""How many equally worded turns it tells apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call in the journal of a scripted model, written when the call has ended."""

    reply: str
    """Name of the reply."""
    turn: int
    """Which turn it answered, from 0: repairs and retries answer the same one again. -1: asked if it can continue."""
    attempt: int
    """How many calls for that turn came before."""
    prompt: Prompt
    sentences: tuple[Sentence, ...]
    """What it meant to say in this call, with the labels."""
    said: str
    """What it did say."""
    finish: Finish | None
    """CANCELLED where the call was closed early; None where it failed."""
    fault: str | None
    tokens_out: int
    """Everything generated, overshoot included."""
    tokens_overshoot: int


@dataclass(slots=True, eq=False)
class _Turn:
    """What the model remembers of a person's turn that it was asked about."""

    number: int
    reply: Reply
    instructions: str
    calls: int = 0
    strikes: int = 0
    running: bool = False
    failed: bool = False
    done: bool = False


class ScriptedModel:
    """The model itself, however it is reached. For one event loop; it never waits.

    It recognises a turn by the words of the conversation. A call about a known turn is a repair where it brings a
    critique, further instructions or a prefix, and a retry where the call before failed; otherwise it is a new turn.
    """

    def __init__(self, script: Script, *, journal_size: int = 10_000) -> None:
        self.script = script
        self._turns: OrderedDict[bytes, list[_Turn]] = OrderedDict()
        self._asked = 0
        self._in_order = 0
        self._journal: deque[Call] = deque(maxlen=journal_size)

    @property
    def id(self) -> str:
        return f"scripted:{self.script.name}"

    @property
    def journal(self) -> tuple[Call, ...]:
        """The calls that ended, oldest first; only the last `journal_size`."""
        return tuple(self._journal)

    def answer(self, prompt: Prompt) -> "Performance":
        """Decide what to say; the caller performs it and ends it."""
        key, instructions = _key(prompt), _instructions(prompt)
        twins = self._turns.setdefault(key, [])
        self._turns.move_to_end(key)
        turn = _recognised(twins, prompt, instructions)
        if turn is None:
            turn = self._new(prompt, instructions)
            twins.append(turn)
            del twins[:-TWINS_KEPT]
            if len(self._turns) > TURNS_KEPT:
                self._turns.popitem(last=False)
        return Performance(turn, prompt, _heard(prompt, instructions, turn), self._journal.append, self.taken)

    def taken(self, performance: "Performance", piece: str | None) -> None:
        """`piece` is said from now on, None: all is said. For whoever measures."""

    def _new(self, prompt: Prompt, instructions: str) -> _Turn:
        if _conversation(prompt) == PROBE.turns:
            return _Turn(number=-1, reply=_counting(self.script.replies[0]), instructions=instructions)
        self._asked += 1
        return _Turn(number=self._asked - 1, reply=self.choose(prompt), instructions=instructions)

    def choose(self, prompt: Prompt) -> Reply:
        """What is said to a turn that was not answered yet."""
        asked = next((turn.text.casefold() for turn in reversed(prompt.turns) if turn.role == "user"), "")
        for reply in self.script.replies:
            if reply.when is not None and reply.when.casefold() in asked:
                return reply
        in_order = [reply for reply in self.script.replies if reply.when is None]
        self._in_order += 1
        return in_order[(self._in_order - 1) % len(in_order)]


def _counting(reply: Reply) -> Reply:
    """The answer to the question whether prefixes are continued: truthful for `reply`, and not one of the script."""
    said = f"{PROBE.prefix} four, five, six, seven, eight, nine, ten."
    return Reply(script="counting", sentences=(Sentence(t=said),), prefix_support=reply.prefix_support)


def _conversation(prompt: Prompt) -> tuple[Turn, ...]:
    return tuple(turn for turn in prompt.turns if turn.role != "system")


def _key(prompt: Prompt) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for turn in _conversation(prompt):
        digest.update(f"{turn.role}\0{turn.text}\0".encode(errors="surrogatepass"))
    return digest.digest()


def _instructions(prompt: Prompt) -> str:
    later = (turn.text for turn in prompt.turns if turn.role == "system")
    return "\n\n".join(filter(None, (prompt.system, *later)))


def _refused(prompt: Prompt) -> bool:
    """Whether something of the reply was refused. Where it was only not liked, this is a turn of its own."""
    return prompt.critique is not None and prompt.critique.category != FEEDBACK


def _grown(instructions: str, turn: _Turn) -> bool:
    return len(instructions) > len(turn.instructions) and instructions.startswith(turn.instructions)


def _heard(prompt: Prompt, instructions: str, turn: _Turn) -> str:
    """What the model is told of its own reply: the prefix, or what was added to its instructions."""
    return prompt.prefix or (instructions[len(turn.instructions) :] if _grown(instructions, turn) else "")


def _recognised(twins: Sequence[_Turn], prompt: Prompt, instructions: str) -> _Turn | None:
    """The turn that `prompt` is about, if it is not new: the one whose reply it tells most of.

    Among equals, one that is not answered yet, then the one that was called least.
    """
    again = _refused(prompt) or bool(prompt.prefix)
    known = [twin for twin in twins if not twin.running and (again or twin.failed or _grown(instructions, twin))]
    if len(known) < 2:
        return known[0] if known else None

    def likeness(twin: _Turn) -> tuple[int, bool, int, int]:
        told, _ = resume(twin.reply, _heard(prompt, instructions, twin))
        return told, not twin.done, -twin.calls, -twin.number

    return max(known, key=likeness)


def _forms(sentence: Sentence, repair: Repair | None) -> list[str]:
    """The ways a sentence may have been said, white space as in `resume`."""
    said = (sentence.t,) if repair is None else (sentence.t, repair.ok, repair.bad)
    return sorted((" ".join(form.split()) for form in said), key=len, reverse=True)


def resume(reply: Reply, heard: str) -> tuple[int, str]:
    """Where `reply` goes on after `heard`: number of the sentence, and its rest where it was said in part.

    Repaired forms of a sentence count as the sentence; any white space counts as one space; words before the first
    sentence are somebody else's.
    """
    heard = " ".join(heard.split())
    position = 0
    for number, sentence in enumerate(reply.sentences):
        forms = _forms(sentence, sentence.repair or reply.repair)
        if number == 0:
            position = min((start for start in map(heard.find, forms) if start >= 0), default=0)
        rest = heard[position:].lstrip()
        whole = next((form for form in forms if rest.startswith(form)), None)
        if whole is None:
            return number, next((form[len(rest) :] for form in forms if rest and form.startswith(rest)), "")
        position = len(heard) - len(rest) + len(whole)
    return len(reply.sentences), ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lines:
    """What is to be said in one call."""

    sentences: tuple[Sentence, ...]
    text: str
    ends: tuple[int, ...]
    """Where each of `sentences` ends in `text`."""


def _lines(reply: Reply, prompt: Prompt, heard: str, *, repeated: bool, dice: Random) -> _Lines:
    """The sentences after `heard`, the first of them said anew where it was criticised."""
    number, rest = resume(reply, heard)
    sentences = list(reply.sentences)
    repair = (sentences[number].repair or reply.repair) if number < len(sentences) else None
    if repair is not None:
        gold = sentences[number].gold
        if _refused(prompt) or (repeated and gold is not None):
            good = dice.random() < repair.p_ok
            rest = ""
            sentences[number] = Sentence(t=repair.ok) if good else Sentence(t=repair.bad, gold=gold)
    if not reply.prefix_support:
        return _joined(sentences, "", rest="")
    return _joined(sentences[number:], prompt.prefix, rest=rest)


def _joined(sentences: Sequence[Sentence], before: str, *, rest: str) -> _Lines:
    """`sentences` as they follow `before`; of the first only `rest`, if there is any."""
    text, ends = "", []
    for sentence in sentences:
        so_far = text or before
        if rest:
            words, rest = rest.lstrip() if so_far[-1:].isspace() else rest, ""
        else:
            apart = not so_far or so_far[-1].isspace() or sentence.t[0].isspace()
            words = sentence.t if apart else f" {sentence.t}"
        text += words
        ends.append(len(text))
    return _Lines(sentences=tuple(sentences), text=text, ends=tuple(ends))


def _bounded(text: str, prompt: Prompt, finish: Finish | None) -> tuple[str, Finish | None]:
    """`text` up to the first stop string and within `max_tokens`, and why it ends there."""
    stops = [text.index(stop) for stop in prompt.stop if stop and stop in text]
    if stops:
        text, finish = text[: min(stops)], Finish.STOP
    counted = tokens(text)
    if len(counted) > prompt.max_tokens:
        return "".join(counted[: prompt.max_tokens]), Finish.LENGTH
    return text, finish


Taken = Callable[["Performance", str | None], None]


class Performance:
    """One call being answered: take what is said piece by piece, then end it. Used by one task."""

    def __init__(self, turn: _Turn, prompt: Prompt, heard: str, record: Callable[[Call], None], taken: Taken) -> None:
        reply = self.reply = turn.reply
        self._turn, self._prompt, self._record, self._tell = turn, prompt, record, taken
        self._attempt = turn.calls
        turn.calls += 1
        turn.running, turn.failed = True, False
        self._dice = Random(f"{reply.seed}/{turn.number}/{self._attempt}")  # noqa: S311 (repeatable, not secret)
        self._chunking = Chunking.parse(reply.chunk)
        lines = _lines(reply, prompt, heard, repeated=bool(self._attempt and heard), dice=self._dice)
        self._sentences = lines.sentences
        text, self.finish = _bounded(lines.text, prompt, Finish(reply.finish) if reply.finish else None)
        self.fault = reply.fault if reply.fault and turn.strikes < (reply.fault.times or turn.strikes + 1) else None
        """What goes wrong once everything is said."""
        self.meant = text
        """Everything it would say without its fault."""
        self.text = text[: _place(self.fault, lines.ends)] if self.fault else text
        """Everything it says unless it is closed early."""
        self._tokens = list(accumulate(map(len, tokens(self.text)), initial=0))[:-1]
        self._pieces = tuple(self._chunking.split(self.text, self._dice))
        self._taken = self._said = 0
        self._ended = False
        self._overshoot = 0

    @property
    def said(self) -> int:
        """Characters of `text` so far."""
        return self._said

    @property
    def wait(self) -> timedelta:
        """How long the next piece, or the end, takes."""
        ahead = self._said + (len(self._pieces[self._taken]) if self._taken < len(self._pieces) else 0)
        first = self.reply.ttft_ms / 1000 if self._taken == 0 else 0.0
        speaking = (self._generated(ahead) - self._generated(self._said)) / self.reply.tps if self.reply.tps else 0.0
        return timedelta(seconds=first + speaking)

    def take(self) -> str | None:
        """The next piece; None where nothing is left but `fault` or `finish`."""
        if self._taken == len(self._pieces):
            self._tell(self, None)
            return None
        piece = self._pieces[self._taken]
        self._taken += 1
        self._said += len(piece)
        self._tell(self, piece)
        return piece

    def wire(self, data: bytes) -> Iterable[bytes]:
        """`data` in the pieces in which it is to be written: cut only where the script counts in bytes."""
        return self._chunking.cut(data, self._dice) if self._chunking.unit is Unit.BYTES else (data,)

    @property
    def label(self) -> str:
        """Names the call: turn and attempt."""
        return f"{self._turn.number}-{self._attempt}"

    @property
    def usage(self) -> Usage:
        """Tokens so far."""
        prompt = self._prompt
        heard = [prompt.system, prompt.prefix, *(turn.text for turn in prompt.turns)]
        if prompt.critique is not None:
            heard += [prompt.critique.category, prompt.critique.rule]
        return Usage(
            tokens_in=sum(len(tokens(text)) for text in heard),
            tokens_out=self._generated(self._said) + self._overshoot,
            tokens_overshoot=self._overshoot,
            calls=1,
        )

    def strike(self) -> None:
        """The fault happens now."""
        self._turn.strikes += 1
        self._turn.failed = True

    def end(self, finish: Finish | None) -> None:
        """Write the journal, once. CANCELLED: the call was closed early; None: it failed."""
        if self._ended:
            return
        self._ended, self._turn.running = True, False
        if finish is Finish.CANCELLED:
            left = len(self._tokens) - self._generated(self._said)
            self._overshoot = min(self.reply.cancel_lag_tokens, left)
        else:
            self._turn.done = finish is not None
            self._turn.failed = finish is None
        self._record(self._call(finish))

    def _call(self, finish: Finish | None) -> Call:
        return Call(
            reply=self.reply.script,
            turn=self._turn.number,
            attempt=self._attempt,
            prompt=self._prompt,
            sentences=self._sentences,
            said=self.text[: self._said],
            finish=finish,
            fault=self.fault.kind if self.fault and self._turn.failed else None,
            tokens_out=self._generated(self._said) + self._overshoot,
            tokens_overshoot=self._overshoot,
        )

    def _generated(self, end: int) -> int:
        """Tokens that were begun in the first `end` characters."""
        return bisect_left(self._tokens, end)


def _place(fault: Fault, ends: Sequence[int]) -> int | None:
    """After how many characters `fault` strikes; None where that is after the last."""
    if fault.after_sentences:
        return ends[fault.after_sentences - 1] if fault.after_sentences <= len(ends) else None
    return fault.after_chars or 0
