"""The fault script: what is ordered happens so often, in that order, and wrong orders are refused with a remedy."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.sim.faults import EventFault, FaultFormError, FaultScript, HttpFault

SEND = ("POST", "/channels/1/messages")


def script(*forms: object) -> FaultScript:
    made = FaultScript()
    for form in forms:
        made.add(form)
    return made


def statuses(
    made: FaultScript, times: int, method: str = "POST", path: str = "/channels/1/messages"
) -> list[int | None]:
    taken = [made.take_http(method, path) for _ in range(times)]
    return [fault.status if fault else None for fault in taken]


def test_a_fault_fires_once_unless_told_otherwise() -> None:
    assert statuses(script({"kind": "http", "status": 500}), 3) == [500, None, None]
    assert statuses(script({"kind": "http", "status": 500, "times": 2}), 3) == [500, 500, None]
    assert statuses(script({"kind": "http", "status": 500, "times": None}), 3) == [500, 500, 500]


def test_faults_are_used_up_in_the_order_in_which_they_were_ordered() -> None:
    made = script({"kind": "http", "status": 500}, {"kind": "http", "status": 502}, {"kind": "http", "status": 503})
    assert statuses(made, 4) == [500, 502, 503, None]


def test_skipped_requests_pass() -> None:
    assert statuses(script({"kind": "http", "status": 500, "skip": 2}), 4) == [None, None, 500, None]


def test_every_field_of_an_http_fault_arrives() -> None:
    form = {
        "kind": "http", "method": "POST", "path": "/channels/*/messages", "times": 1, "skip": 0, "status": 429,
        "stored": True, "drop": False, "delay_seconds": 0.5, "retry_after": 1.5, "global": True,
    }  # fmt: skip
    made = script(form)
    assert made.as_json() == [{**form, "id": "1", "fired": 0}]
    fault = made.take_http(*SEND)
    assert isinstance(fault, HttpFault)
    assert (fault.stored, fault.delay_seconds, fault.retry_after, fault.is_global) == (True, 0.5, 1.5, True)
    assert made.as_json() == [{**form, "id": "1", "fired": 1, "times": 0}]


@pytest.mark.parametrize(
    ("pattern", "path", "is_met"),
    [
        ("/channels/*/messages", "/channels/1/messages", True),
        ("/channels/*/messages", "/channels/1/messages/2", False),
        ("/channels/*/messages", "/channels//messages", False),
        ("/channels/*/messages", "/channels/1/2/messages", False),
        ("/channels/**", "/channels/1/messages/2", True),
        ("/channels/**", "/channels", True),
        ("/channels/**", "/channelsX", False),
        ("/**/@original", "/webhooks/1/token/messages/@original", True),
        ("/**", "/gateway/bot", True),
        ("/users/@me", "/users/@me", True),
        ("/a.c", "/abc", False),
    ],
)
def test_paths_are_matched_by_segments(pattern: str, path: str, is_met: bool) -> None:
    made = script({"kind": "http", "path": pattern, "status": 500})
    assert (made.take_http("GET", path) is not None) == is_met


def test_the_method_narrows() -> None:
    made = script({"kind": "http", "method": "PATCH", "status": 500})
    assert statuses(made, 1) == [None]
    assert statuses(made, 1, method="PATCH") == [500]


def test_silence_and_doubled_and_late_events() -> None:
    made = script(
        {"kind": "silence"},
        {"kind": "duplicate", "event": "INTERACTION_CREATE"},
        {"kind": "event_delay", "event": "*", "seconds": 0.2},
    )
    assert [made.take_silence(), made.take_silence()] == [True, False]
    assert not made.take_duplicate("MESSAGE_CREATE")
    assert [made.take_duplicate("INTERACTION_CREATE") for _ in range(2)] == [True, False]
    assert [made.event_delay_seconds("MESSAGE_CREATE") for _ in range(3)] == [0.2, 0.2, 0.2]
    assert [fault["fired"] for fault in made.as_json()] == [1, 1, 3]


def test_a_delay_with_times_ends() -> None:
    made = script({"kind": "event_delay", "event": "MESSAGE_CREATE", "seconds": 2, "times": 1})
    assert made.event_delay_seconds("TYPING_START") == 0.0
    assert [made.event_delay_seconds("MESSAGE_CREATE") for _ in range(2)] == [2.0, 0.0]


def test_faults_can_be_removed_and_cleared() -> None:
    made = script({"kind": "http", "status": 500}, {"kind": "http", "status": 502}, {"kind": "silence"})
    assert made.remove(1)
    assert not made.remove(1)
    assert statuses(made, 1) == [502]
    made.clear()
    assert made.as_json() == []
    assert not made.take_silence()


def test_spent_faults_do_not_pile_up() -> None:
    made = FaultScript()
    for _ in range(500):
        made.add({"kind": "silence"})
        made.take_silence()
    assert len(made.as_json()) <= 101


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ([], "A fault is a JSON object"),
        ({}, "kind None is unknown; use http, silence, duplicate or event_delay"),
        ({"kind": "htp"}, "kind 'htp' is unknown; use http,"),
        ({"kind": ["http"]}, "is unknown; use http,"),
        ({"kind": "http"}, "needs a status .*, drop: true, or delay_seconds"),
        ({"kind": "http", "status": 200}, "status is 200; use a whole number from 400 to 599"),
        ({"kind": "http", "status": "500"}, "status is '500'; use a whole number"),
        ({"kind": "http", "status": 500, "drop": True}, "there is no status to send; leave one of the two out"),
        ({"kind": "http", "status": 500, "stored": 1}, "stored is 1; use true or false"),
        ({"kind": "http", "status": 500, "method": "post"}, "method is 'post'; use one of"),
        ({"kind": "http", "status": 500, "path": "channels"}, "path is 'channels'; use the path after /api/v10"),
        ({"kind": "http", "status": 500, "path": "/a*b"}, r"path is '/a\*b'; use the path after /api/v10"),
        ({"kind": "http", "status": 500, "path": "/**/**/**"}, "twice at most"),
        ({"kind": "http", "status": 500, "path": 5}, "path is 5; use"),
        ({"kind": "http", "status": 500, "times": 0}, "times is 0; use a whole number from 1"),
        ({"kind": "http", "status": 500, "times": True}, "times is True; use a whole number from 1"),
        ({"kind": "http", "status": 500, "skip": -1}, "skip is -1; use a whole number from 0"),
        ({"kind": "http", "status": 500, "delay_seconds": -1}, "delay_seconds is -1; use seconds from 0 to 3600"),
        ({"kind": "http", "status": 500, "delay_seconds": float("nan")}, "delay_seconds is nan; use seconds"),
        ({"kind": "http", "status": 500, "retry_after": 2}, "retry_after and global belong to status 429"),
        ({"kind": "http", "status": 429, "global": "yes"}, "global is 'yes'; use true or false"),
        ({"kind": "http", "status": 500, "colour": "red"}, "has no field 'colour'; it has delay_seconds, drop"),
        ({"kind": "silence", "event": "*"}, "A fault of kind silence has no field 'event'; it has kind, times"),
        ({"kind": "duplicate", "event": "interaction"}, r"event is 'interaction'; use \* or INTERACTION_CREATE"),
        ({"kind": "duplicate", "seconds": 1}, "has no field 'seconds'"),
        ({"kind": "event_delay", "seconds": "1"}, "seconds is '1'; use seconds from 0 to 3600"),
    ],
)
def test_a_wrong_order_is_refused_with_its_remedy(form: object, sentence: str) -> None:
    made = FaultScript()
    with pytest.raises(FaultFormError, match=sentence):
        made.add(form)
    assert made.as_json() == []


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
FIELDS = st.sampled_from(["kind", "method", "path", "times", "skip", "status", "stored", "drop", "event", "seconds"])


@given(st.dictionaries(FIELDS, ANYTHING | st.sampled_from(["http", "silence", "duplicate", "event_delay"]), max_size=6))
def test_no_order_whatsoever_breaks_the_script(form: dict[str, Any]) -> None:
    made = FaultScript()
    with contextlib.suppress(FaultFormError):
        fault = made.add(form)
        made.take_http(*SEND)
        assert isinstance(fault, HttpFault | EventFault) or made.take_silence()
    assert len(made.as_json()) <= 1
