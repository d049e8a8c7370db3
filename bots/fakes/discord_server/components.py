"""Buttons, selects, text and what holds them: which may stand where, how much of it, and the ids Discord gives them.

Not emulated: pictures and files are not fetched, default values are not looked up, emoji are not checked.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bots.fakes.discord_server.refusals import form, required, too_long
from bots.fakes.discord_server.world import Json, Message

ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SELECTS: Final = frozenset((3, 5, 6, 7, 8))
SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18
FILE_UPLOAD, RADIO, CHECKBOXES, CHECKBOX = 19, 21, 22, 23

_INPUTS: Final = SELECTS | {TEXT_INPUT, FILE_UPLOAD, RADIO, CHECKBOXES, CHECKBOX}
_LINK, _PREMIUM = 5, 6

_WITHIN: Final[Mapping[int, frozenset[int]]] = {
    ROW: SELECTS | {BUTTON},
    SECTION: frozenset((TEXT,)),
    CONTAINER: frozenset((ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR)),
}
_ON_TOP: Final = frozenset((ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER))
Place = tuple[str | int, ...]


def walk(top: Sequence[Json], place: Place = ("components",)) -> Iterator[tuple[Place, Json]]:
    """Every component with where it stands, outer before inner, as read."""
    for number, component in enumerate(top):
        here = (*place, number)
        yield here, component
        yield from walk(component.get("components") or [], (*here, "components"))
        for name in ("accessory", "component"):
            if component.get(name):
                yield (*here, name), component[name]


def interactive(component: Json) -> bool:
    """Whether a person can use it, so that the application hears of it."""
    return component["type"] in SELECTS or (component["type"] == BUTTON and component["style"] not in (_LINK, _PREMIUM))


def checked(top: list[Json], *, whole: bool) -> list[Json]:
    """Of a message; `whole` when they are all of it (components V2). Copies with ids. Raises Refusal."""
    if not whole and len(top) > 5:
        raise too_long(("components",), 5)
    every = list(walk(top))
    if len(every) > 40:
        code = "MESSAGE_COMPONENTS_TOTAL_COMPONENTS_EXCEEDED"
        raise form(("components",), code, "The number of components must not exceed 40.")
    _nested(top, _ON_TOP if whole else frozenset((ROW,)), ("components",))
    for place, component in every:
        _one(place, component)
    _ids_differ(every)
    if sum(len(component["content"]) for _, component in every if component["type"] == TEXT) > 4000:
        code = "COMPONENT_MAX_TOTAL_TEXT_DISPLAY_LENGTH_EXCEEDED"
        raise form(("components",), code, "The total length of text displays must not exceed 4000.")
    return _numbered(top)


def checked_modal(top: list[Json]) -> list[Json]:
    """Of a modal. Copies with ids. Raises Refusal."""
    if not top:
        raise required(("data", "components"))
    every = list(walk(top, ("data", "components")))
    _nested(top, frozenset((ROW, TEXT, LABEL)), ("data", "components"), within={ROW: frozenset((TEXT_INPUT,))})
    for place, component in every:
        if component["type"] == LABEL:
            _measured(place, component, "label", 45, needed=True)
            _measured(place, component, "description", 100)
            if (component.get("component") or {}).get("type") not in _INPUTS:
                raise form((*place, "component"), "BASE_TYPE_CHOICES", "Not something that is filled in.")
        if component["type"] == TEXT_INPUT:
            _measured(place, component, "custom_id", 100, needed=True)
            _measured(place, component, "label", 45)
            _measured(place, component, "placeholder", 100)
    _ids_differ(every)
    return _numbered(top)


def find(top: Sequence[Json], custom_id: str) -> Json | None:
    """The component of that id."""
    return next((component for _, component in walk(top) if component.get("custom_id") == custom_id), None)


def text_of(message: Message) -> str:
    """Everything there is to read in a message, top to bottom: content, embeds, text displays."""
    parts: list[str | None] = [message.content]
    for embed in message.embeds:
        fields = [text for item in embed.get("fields") or () for text in (item["name"], item["value"])]
        parts += [embed.get("title"), embed.get("description"), *fields]
    return "\n".join(part for part in (*parts, *texts(message.components)) if part)


def texts(top: Sequence[Json]) -> list[str]:
    """Every text display, top to bottom."""
    return [component["content"] for _, component in walk(top) if component["type"] == TEXT]


def _nested(
    children: Sequence[Json], allowed: frozenset[int], place: Place, *, within: Mapping[int, frozenset[int]] = _WITHIN
) -> None:
    for number, child in enumerate(children):
        here = (*place, number)
        if child.get("type") not in allowed:
            of = ", ".join(map(str, sorted(allowed)))
            raise form((*here, "type"), "UNION_TYPE_CHOICES", f"Value of field 'type' must be one of ({of}).")
        if child["type"] in within:
            inner: list[Json] = child.get("components") or []
            _nested(inner, within[child["type"]], (*here, "components"), within=within)
            _counted(child, inner, (*here, "components"))


def _counted(parent: Json, inner: Sequence[Json], place: Place) -> None:
    if not inner:
        raise required(place)
    if parent["type"] == ROW:
        width = sum(1 if child["type"] == BUTTON else 5 for child in inner)
        if width > 5:
            raise form(place, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "Component layout width exceeded.")
    if parent["type"] == SECTION:
        if len(inner) > 3:
            raise too_long(place, 3)
        if (parent.get("accessory") or {}).get("type") not in (BUTTON, THUMBNAIL):
            raise required((*place[:-1], "accessory"))


def _one(place: Place, component: Json) -> None:
    kind = component["type"]
    if interactive(component):
        _measured(place, component, "custom_id", 100, needed=True)
    if kind == BUTTON:
        labelled = component.get("emoji") or component["style"] == _PREMIUM
        _measured(place, component, "label", 80, needed=not labelled)
        if component["style"] == _LINK:
            _measured(place, component, "url", 512, needed=True)
    elif kind in SELECTS:
        _measured(place, component, "placeholder", 150)
        _choices(place, component)
    elif kind == TEXT:
        _measured(place, component, "content", 4000, needed=True)
    elif kind == THUMBNAIL:
        _measured(place, component.get("media") or {}, "url", 2048, needed=True)
    elif kind == GALLERY and not 1 <= len(component.get("items") or []) <= 10:
        raise form((*place, "items"), "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 10 in length.")


def _choices(place: Place, select: Json) -> None:
    options: list[Json] = select.get("options") or []
    if select["type"] == STRING_SELECT and not options:
        raise required((*place, "options"))
    if len(options) > 25:
        raise too_long((*place, "options"), 25)
    for number, option in enumerate(options):
        for name in ("label", "value", "description"):
            _measured((*place, "options", number), option, name, 100, needed=name != "description")


def _measured(place: Place, component: Json, name: str, limit: int, *, needed: bool = False) -> None:
    value = component.get(name)
    if not value:
        if needed:
            raise required((*place, name))
        return
    if len(value) > limit:
        raise too_long((*place, name), limit)


def _ids_differ(every: Sequence[tuple[Place, Json]]) -> None:
    seen: set[str] = set()
    for place, component in every:
        custom_id = component.get("custom_id")
        if custom_id is not None and custom_id in seen:
            code = "COMPONENT_CUSTOM_ID_DUPLICATED"
            raise form((*place, "custom_id"), code, "Component custom id cannot be duplicated")
        seen |= {custom_id} if custom_id is not None else set()


def _numbered(top: Sequence[Json]) -> list[Json]:
    """Copies; those without an id get the next one that is free, as read."""
    taken = {component["id"] for _, component in walk(top) if component.get("id")}
    free = (number for number in range(1, 1000) if number not in taken)

    def copy(component: Json) -> Json:
        own = {**component, "id": component.get("id") or next(free)}
        if component.get("components"):
            own["components"] = [copy(child) for child in component["components"]]
        for name in ("accessory", "component"):
            if component.get(name):
                own[name] = copy(component[name])
        return own

    return [copy(component) for component in top]
