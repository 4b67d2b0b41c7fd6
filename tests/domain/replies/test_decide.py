"""What a reply does, by tables: the words, the appointment as it stands, and all that follows."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reminders.domain.common.asking import asked_by
from reminders.domain.replies.decide import decide
from reminders.domain.replies.deciding.choose import choose
from reminders.domain.replies.outcomes import Asked, Decision, RepliedAppointment, ReplyOutcome
from reminders.domain.replies.reading.interpret import Intent, Interpretation, read_answer
from reminders.domain.wording.questions import Asks
from reminders.models import Appointment, InboxItem
from tests.domain.tables import rows
from tests.factories import NOON

STATUSES = [str(status) for status in Appointment.Status]


def subject(status: str = "booked", *, starts: str = "2 days", **values: Any) -> RepliedAppointment:
    number, unit = starts.split()
    ahead = timedelta(**{unit: int(number)})
    return RepliedAppointment(1, status, NOON + ahead, "Europe/London", 4, **values)


def decided(text: str, *listed: RepliedAppointment, kind: str = "reminder") -> Decision:
    answer = read_answer(
        text, languages=["en"], names=[one.first_name for one in listed if one.first_name]
    )
    asked = Asked(asked_by("", kind, listed=len(listed)))
    return decide(answer, listed, asked=asked, said_at=NOON, now=NOON)


@pytest.mark.parametrize("row", rows("decisions"))
def test_a_reply_does_what_the_table_says(row: dict[str, str]) -> None:
    found = decided(
        row["says"], subject(row["status"], starts=row["starts"], moved=row["told"] == "moved")
    )

    assert {
        "outcome": str(found.outcome),
        "becomes": "".join(found.statuses.values()),
        "cards": " ".join(found.cards),
        "answer": found.purpose,
    } == {name: row[name] for name in ("outcome", "becomes", "cards", "answer")}


FAMILY = (
    RepliedAppointment(
        1, "booked", NOON + timedelta(days=1), "UTC", 4, first_name="Ann", name="Ann Lee"
    ),
    RepliedAppointment(
        2, "booked", NOON + timedelta(days=1), "UTC", 4, first_name="Ben", name="Ben Lee"
    ),
    RepliedAppointment(
        3, "confirmed", NOON + timedelta(days=1), "UTC", 4, first_name="Cléo", name="Cléo Lee"
    ),
)


@pytest.mark.parametrize(
    ("intent", "picks", "chosen"),
    [
        ("yes", (), [1, 2, 3]),
        ("no", (), None),
        ("reschedule", (), None),
        ("no_more", (), [1, 2, 3]),
        ("yes", (2,), [2]),
        ("no", (2, 1), [2, 1]),
        ("yes", ("ben",), [2]),
        ("yes", ("BEN LEE",), [2]),
        ("yes", ("cleo",), [3]),
        ("yes", ("Lee",), None),
        ("yes", ("Dan",), None),
        ("yes", (2, "Dan"), None),
        ("yes", (0,), None),
        ("yes", (4,), None),
    ],
)
def test_picks_from_a_list_are_certain_or_nothing(
    intent: str, picks: tuple[int | str, ...], chosen: list[int] | None
) -> None:
    found = choose(Interpretation(Intent(intent), picks=picks), FAMILY)

    assert (None if found is None else [one.id for one in found]) == chosen


def test_two_people_of_one_name_can_not_be_picked_by_it() -> None:
    twins = [
        RepliedAppointment(n, "booked", NOON, "UTC", 4, first_name="Ann", name="Ann Lee")
        for n in (1, 2)
    ]

    assert choose(Interpretation(Intent.YES, picks=("Ann",)), twins) is None


def test_a_number_that_contradicts_the_answer_picks_nothing_where_there_is_no_list() -> None:
    assert choose(Interpretation(Intent.NO, picks=(1,)), FAMILY[:1]) is None
    assert choose(Interpretation(Intent.YES, picks=(1,)), FAMILY[:1]) == [FAMILY[0]]
    assert choose(Interpretation(Intent.NO, picks=(1,)), FAMILY) == [FAMILY[0]]


def test_a_family_of_which_one_visit_was_moved_is_confirmed_but_for_that_one() -> None:
    moved = RepliedAppointment(4, "booked", NOON + timedelta(days=1), "UTC", 4, moved=True)

    found = decided("Y", FAMILY[0], moved)

    assert found.statuses == {1: "confirmed"}
    assert (found.purpose, found.about, found.cards) == (
        "confirmed",
        (1,),
        {InboxItem.Kind.UNCLEAR: 4},
    )


@pytest.mark.parametrize("kind", ["staff", "test", ""])
@pytest.mark.parametrize("text", ["Y", "N", "reschedule", "no more reminders", "what?"])
def test_only_texts_that_ask_are_acted_on(kind: str, text: str) -> None:
    found = decided(text, subject(), kind=kind)

    assert (found.statuses, found.no_more, found.outcome) == ({}, (), ReplyOutcome.UNCLEAR)


@settings(deadline=None)
@given(
    intent=st.sampled_from(Intent),
    also=st.frozensets(
        st.sampled_from(
            ["card", "may_cancel", "suggest_opt_out", "no_more", "polite", "today", "tomorrow"]
        )
    ),
    picks=st.lists(
        st.one_of(st.integers(0, 4), st.sampled_from(["Ann", "Ben", "Lee", ""])), max_size=3
    ),
    statuses=st.lists(st.sampled_from(STATUSES), max_size=3),
    hours=st.integers(-48, 48),
    moved=st.booleans(),
    asks=st.sampled_from([*Asks, None]),
    family=st.booleans(),
    others=st.booleans(),
    states=st.booleans(),
    late_by=st.integers(0, 72),
)
def test_every_reply_shows_somewhere_and_changes_only_what_is_to_come(
    intent: Intent,
    also: frozenset[str],
    picks: list[int | str],
    statuses: list[str],
    hours: int,
    moved: bool,
    asks: Asks | None,
    family: bool,
    others: bool,
    states: bool,
    late_by: int,
) -> None:
    listed = [
        RepliedAppointment(
            n,
            status,
            NOON + timedelta(hours=hours),
            "UTC",
            4,
            moved,
            first_name=name,
            name=f"{name} Lee",
        )
        for n, (status, name) in enumerate(
            zip(statuses, ("Ann", "Ben", "Cléo"), strict=False), start=1
        )
    ]
    answer = Interpretation(intent, also, tuple(picks), states=states)
    asked = Asked(asks, listed if family else (), others)

    found = decide(answer, listed, asked=asked, said_at=NOON - timedelta(hours=late_by), now=NOON)

    by_id = {one.id: one for one in listed}
    for pk, status in found.statuses.items():
        before = by_id[pk]
        assert status != before.status
        assert (before.moved, before.starts_at > NOON) == (False, True)
        assert before.status in ("booked", "confirmed", "declined")
    if asks in (None, Asks.STAFF) or (asks is Asks.AUTOMATIC and not states and not picks):
        assert found.statuses == {}
    seen = found.statuses or found.cards or found.purpose or found.stop or found.start
    already = (ReplyOutcome.ALREADY_CONFIRMED, ReplyOutcome.ALREADY_DECLINED)
    assert seen or found.outcome in (ReplyOutcome.THANKS, ReplyOutcome.PASSED, *already)
    assert not ((found.stop or found.pause) and found.purpose)
    assert not found.pause or InboxItem.Kind.OPT_OUT in found.cards
    assert set(found.about) <= by_id.keys()
