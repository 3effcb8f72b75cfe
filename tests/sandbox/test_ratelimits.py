"""Rate limits: who obeys the headers is never refused, who does not is refused as Discord would."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.rest.ratelimits import RateLimits, Verdict, refusal
from sandbox.rules.clock import Clock
from sandbox.world.actors import Actor, ActorKind

BOT = Actor(ActorKind.BOT, 7, 7)
OTHER_BOT = Actor(ActorKind.BOT, 8, 8)
PERSON = Actor(ActorKind.PERSON, 9)

SEND = "POST /channels/{channel_id}/messages"
REACT = "PUT /channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me"
WEBHOOK = "POST /webhooks/{webhook_id}/{webhook_token}"
CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"


class StoppedClock(Clock):
    """Moves only when it is moved, so that a slow machine cannot close a window."""

    def now_ms(self) -> int:
        return 1_700_000_000_000 + self.offset_ms


def limits() -> tuple[RateLimits, StoppedClock]:
    clock = StoppedClock()
    return RateLimits(clock), clock


def admitted(times: int, check: Callable[[], Verdict]) -> int:
    return sum(check().allowed for _ in range(times))


def test_five_messages_in_five_seconds_pass_and_the_sixth_is_told_when_to_come_back() -> None:
    buckets, clock = limits()
    assert admitted(5, lambda: buckets.check(BOT, SEND, "1")) == 5
    clock.advance(1.5)
    verdict = buckets.check(BOT, SEND, "1")
    assert verdict.status == 429
    assert verdict.body == {"message": "You are being rate limited.", "retry_after": 3.5, "global": False}
    assert verdict.headers["Retry-After"] == "4"
    assert verdict.headers["X-RateLimit-Scope"] == "user"
    assert "X-RateLimit-Global" not in verdict.headers
    clock.advance(3.5)
    assert buckets.check(BOT, SEND, "1").allowed


def test_headers_count_down() -> None:
    buckets, clock = limits()
    assert buckets.check(BOT, SEND, "1").headers == {
        "X-RateLimit-Limit": "5",
        "X-RateLimit-Remaining": "4",
        "X-RateLimit-Reset": "1700000005.000",
        "X-RateLimit-Reset-After": "5.000",
        "X-RateLimit-Bucket": buckets.check(BOT, SEND, "2").headers["X-RateLimit-Bucket"],
    }
    clock.advance(2)
    second = buckets.check(BOT, SEND, "1").headers
    assert (second["X-RateLimit-Remaining"], second["X-RateLimit-Reset-After"]) == ("3", "3.000")


def test_a_refusal_names_the_server_so_that_discord_py_waits() -> None:
    buckets, _ = limits()
    admitted(5, lambda: buckets.check(BOT, SEND, "1"))
    assert buckets.check(BOT, SEND, "1").headers["Via"] == "1.1 sandbox"


def test_channels_and_bots_have_windows_of_their_own_under_one_bucket_name() -> None:
    buckets, _ = limits()
    admitted(5, lambda: buckets.check(BOT, SEND, "1"))
    assert not buckets.check(BOT, SEND, "1").allowed
    assert buckets.check(BOT, SEND, "2").allowed
    assert buckets.check(OTHER_BOT, SEND, "1").allowed


def test_routes_have_buckets_of_their_own_however_their_parameters_are_called() -> None:
    buckets, _ = limits()

    def bucket(route: str) -> str:
        return buckets.check(BOT, route, "1").headers["X-RateLimit-Bucket"]

    assert bucket("GET /channels/{channel_id}") == bucket("GET /channels/{channel.id}")
    assert bucket("GET /channels/{channel_id}") != bucket("DELETE /channels/{channel_id}")


def test_reactions_pass_every_quarter_second_though_the_headers_say_one() -> None:
    buckets, clock = limits()
    first = buckets.check(BOT, REACT, "1")
    assert first.headers["X-RateLimit-Reset-After"] == "1.000"
    refused = buckets.check(BOT, REACT, "1")
    assert refused.body is not None
    assert refused.body["retry_after"] == 0.25
    clock.advance(0.25)
    assert buckets.check(BOT, REACT, "1").allowed


def test_fifty_requests_a_second_are_a_bots_share() -> None:
    buckets, clock = limits()
    channel = iter(range(1000))
    assert admitted(60, lambda: buckets.check(BOT, SEND, str(next(channel)))) == 50
    refused = buckets.check(BOT, SEND, "77")
    assert refused.body is not None
    assert refused.body["global"] is True
    assert refused.headers["X-RateLimit-Global"] == "true"
    assert refused.headers["X-RateLimit-Scope"] == "global"
    assert buckets.check(OTHER_BOT, SEND, "77").allowed
    clock.advance(1)
    assert buckets.check(BOT, SEND, "77").allowed


@pytest.mark.parametrize("route", [CALLBACK, WEBHOOK])
def test_interactions_and_webhooks_are_outside_the_global_limit(route: str) -> None:
    buckets, _ = limits()
    token = iter(range(1000))
    assert admitted(200, lambda: buckets.check(BOT, route, f"1/{next(token)}")) == 200
    assert buckets.check(BOT, SEND, "1").allowed


def test_an_interaction_token_has_five_requests_in_two_seconds_whoever_sends_them() -> None:
    buckets, clock = limits()
    assert admitted(4, lambda: buckets.check(None, WEBHOOK, "1/token")) == 4
    assert buckets.check(BOT, WEBHOOK, "1/token").allowed
    assert not buckets.check(None, WEBHOOK, "1/token").allowed
    assert buckets.check(None, WEBHOOK, "1/another").allowed
    clock.advance(2)
    assert buckets.check(None, WEBHOOK, "1/token").allowed


def test_a_channel_takes_thirty_webhook_messages_a_minute_and_no_header_says_so() -> None:
    buckets, clock = limits()
    token = iter(range(1000))

    def send(channel_id: int) -> Verdict:
        return buckets.check(None, WEBHOOK, f"1/{next(token)}", channel_id=channel_id)

    assert admitted(40, lambda: send(5)) == 30
    refused = send(5)
    assert refused.is_shared
    assert "X-RateLimit-Remaining" not in refused.headers
    assert send(6).allowed
    clock.advance(60)
    assert send(5).allowed


def test_a_channel_is_renamed_twice_in_ten_minutes() -> None:
    buckets, clock = limits()
    assert admitted(5, lambda: buckets.check_rename(BOT, 1)) == 2
    assert buckets.check_rename(BOT, 2).allowed
    assert admitted(5, lambda: buckets.check_rename(PERSON, 1)) == 5
    clock.advance(600)
    assert buckets.check_rename(BOT, 1).allowed


def test_persons_are_not_limited() -> None:
    buckets, _ = limits()
    assert admitted(500, lambda: buckets.check(PERSON, SEND, "1")) == 500
    assert buckets.check(PERSON, SEND, "1").headers == {}


def test_limits_can_be_turned_off() -> None:
    buckets, _ = limits()
    buckets.enabled = False
    assert admitted(500, lambda: buckets.check(BOT, SEND, "1")) == 500
    assert admitted(500, lambda: buckets.check_rename(BOT, 1)) == 500


def test_ten_thousand_invalid_requests_are_answered_by_cloudflare() -> None:
    buckets, clock = limits()
    for n in range(10_000):
        buckets.note_answer(BOT, "10.0.0.1", (401, 403, 429)[n % 3])
    refused = buckets.check(BOT, SEND, "1", address="10.0.0.1")
    assert (refused.status, refused.body, refused.text) == (429, None, "error code: 1015")
    assert "Via" not in refused.headers
    assert refused.headers["Retry-After"] == "600"
    assert buckets.check(BOT, SEND, "1", address="10.0.0.2").allowed
    clock.advance(600)
    assert buckets.check(BOT, SEND, "1", address="10.0.0.1").allowed


def test_shared_refusals_other_errors_and_persons_do_not_count_as_invalid() -> None:
    buckets, _ = limits()
    for _ in range(10_001):
        buckets.note_answer(BOT, "10.0.0.1", 429, is_shared=True)
        buckets.note_answer(BOT, "10.0.0.1", 404)
        buckets.note_answer(PERSON, "10.0.0.1", 403)
    assert buckets.check(BOT, SEND, "1", address="10.0.0.1").allowed


def test_closed_windows_are_forgotten() -> None:
    buckets, clock = limits()
    for n in range(50_000):
        buckets.check(None, CALLBACK, f"{n}/token")
        if n % 100 == 0:
            clock.advance(1)
    assert len(buckets._windows) <= 1001


def test_a_clock_that_is_moved_back_leaves_nobody_waiting() -> None:
    buckets, clock = limits()
    admitted(5, lambda: buckets.check(BOT, SEND, "1"))
    clock.advance(-86_400)
    assert buckets.check(BOT, SEND, "1").allowed


def test_the_drawer_sees_open_windows_without_tokens() -> None:
    buckets, clock = limits()
    admitted(5, lambda: buckets.check(BOT, SEND, "1"))
    buckets.check(None, WEBHOOK, "1/abcdefghijklmnop")
    fullest, *rest = buckets.snapshot()
    assert (fullest["owner"], fullest["route"], fullest["remaining"]) == ("bot:7:7", "POST /channels/{}/messages", 0)
    assert "1/abcdefgh…" in [row["major"] for row in rest]
    clock.advance(700)
    assert buckets.snapshot() == []


def test_scripted_refusals_look_the_same() -> None:
    verdict = refusal(1.5, scope="global")
    assert verdict.body == {"message": "You are being rate limited.", "retry_after": 1.5, "global": True}
    assert verdict.headers["X-RateLimit-Global"] == "true"


PAUSES = st.lists(st.sampled_from([0.0, 0.001, 0.3, 1.0, 2.4, 4.999, 5.0, 7.0]), max_size=120)


@given(PAUSES)
def test_no_window_admits_more_than_its_limit(pauses: list[float]) -> None:
    buckets, clock = limits()
    passed = []
    for seconds in pauses:
        clock.advance(seconds)
        if buckets.check(BOT, SEND, "1").allowed:
            passed.append(clock.now_ms())
    while passed:  # a window opens with the first request that passes, and five seconds later the next one may
        in_window = [moment for moment in passed if moment < passed[0] + 5000]
        assert len(in_window) <= 5
        passed = passed[len(in_window) :]


@given(PAUSES)
def test_who_obeys_the_headers_is_never_refused(pauses: list[float]) -> None:
    buckets, clock = limits()
    for seconds in pauses:
        clock.advance(seconds)
        verdict = buckets.check(BOT, SEND, "1")
        assert verdict.allowed
        if verdict.headers["X-RateLimit-Remaining"] == "0":
            clock.advance(float(verdict.headers["X-RateLimit-Reset-After"]))


@given(PAUSES)
def test_who_waits_as_long_as_a_refusal_says_is_admitted(pauses: list[float]) -> None:
    buckets, clock = limits()
    for seconds in pauses:
        clock.advance(seconds)
        verdict = buckets.check(BOT, SEND, "1")
        if not verdict.allowed:
            assert verdict.body is not None
            clock.advance(verdict.body["retry_after"])
            assert buckets.check(BOT, SEND, "1").allowed
