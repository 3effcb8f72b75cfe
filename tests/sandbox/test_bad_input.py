"""Whatever comes in over HTTP: a clear answer each, no fault of the server's own, and it serves on.

Every route is in it by construction: the tables that the server itself is built from are gone through.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import sandbox
from sandbox.cdn import Cdn
from sandbox.control import stage
from sandbox.control import world as world_control
from sandbox.rest import bodies
from sandbox.rest.table import all_routes
from sandbox.rules.clock import Clock
from sandbox.sim.faults import FaultScript
from sandbox.sim.journal import Journal
from sandbox.world.actors import person_token
from sandbox.world.state import State
from sandbox.world.storage import MemoryStorage
from tests.sandbox.hostile import Hostile, hostile

Json = dict[str, Any]
_PARAMETER = re.compile(r"\{(\w+)(?::[^}]*)?\}")
JSON_HEADERS = {"Content-Type": "application/json"}

# The words that the forms look for, so that what is made at random gets past the first question.
WORDS = sorted(
    {
        word
        for folder in ("rules/checks", "rest", "control", "sim")
        for path in (Path(sandbox.__file__).parent / folder).glob("*.py")
        for word in re.findall(r'"([a-z_]{2,30})"', path.read_text())
    }
)


def _served() -> list[tuple[str, str]]:
    """Every route of the server, as method and path with its parameters in braces."""
    state = State(MemoryStorage(), Clock())
    control = [
        *stage.routes(state, gateway=None, faults=FaultScript(), journal=Journal(), limits=None),  # type: ignore[arg-type]
        *world_control.routes(state),
        *Cdn(state).routes(),
    ]
    return [(route.method, "/api/v10" + route.template) for route in all_routes()] + [
        (route.method, route.path) for route in control
    ]


SERVED = _served()
TAKING_BODIES = [one for one in SERVED if one[0] in ("POST", "PUT", "PATCH")]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 70),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(
        ["", "\x00", "\ud800", "0", "-1", "18446744073709551616", "1" * 400, "data:image/png;base64,=", "a:1", "𝟘", "²"]
    ),
    st.sampled_from(WORDS),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=5),
    max_leaves=12,
)
forms = st.dictionaries(st.sampled_from(WORDS), values, max_size=8)
queries = st.dictionaries(st.sampled_from([*WORDS, "limit", "before", "after", "around"]), scalars, max_size=3)


@pytest.fixture(scope="module")
def victim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    with hostile(tmp_path_factory.mktemp("victim") / "state.db") as one:
        yield one


@pytest.fixture(autouse=True)
def _still_well(victim: Hostile) -> Iterator[None]:
    victim.inside(victim.restock())
    yield
    victim.inside(victim.restock())
    victim.must_be_well()


# -- who asks, and for what -------------------------------------------------------------------------------------------


def _tokens(victim: Hostile) -> list[str]:
    state = victim.box.state
    victim.inside(victim.restock())
    owner = next(g.owner_id for g in state.guilds.values() if state.find_member(g.id, victim.box.application_id))
    return [f"Bot {victim.box.bot_token}", person_token(state, owner), person_token(state, victim.people()[-1])]


def _ids(victim: Hostile, name: str) -> list[str]:
    """What stands for this parameter in the world as it is now."""
    state = victim.box.state
    shelves: dict[str, Any] = {
        "channel_id": state.channels,
        "guild_id": state.guilds,
        "user_id": state.users,
        "role_id": state.roles,
        "overwrite_id": state.roles,
        "application_id": state.applications,
        "command_id": state.commands,
        "emoji_id": state.emojis,
        "webhook_id": {**state.webhooks, **state.applications},
        "interaction_id": {one.id: one for one in list(state.interactions.values())},
        "webhook_token": dict(state.interactions),
        "interaction_token": dict(state.interactions),
        "message_id": {one: one for messages in list(state.messages.values()) for one in list(messages)},
        "emoji_name": {"👍": 1, "a:1": 1},
    }
    return [str(one) for one in list(shelves.get(name, ()))[-8:]] + ["@me", "@original", "0", "9" * 19, "x"]


def _path(victim: Hostile, template: str, draw: st.DataObject) -> str:
    def fill(match: re.Match[str]) -> str:
        known = _ids(victim, match[1])  # drawn by number, for the world is never twice the same
        return quote(known[draw.draw(st.integers(0, 12), match[1]) % len(known)], safe="")

    return _PARAMETER.sub(fill, template)


def _query(query: dict[str, Any]) -> str:
    # Without `wait`: an interaction's outcome may rightly take three seconds.
    named = [(name, str(value)) for name, value in query.items() if name != "wait"]
    return "&".join(f"{quote(name)}={quote(value, errors='replace')}" for name, value in named)


# -- bodies -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "template"), SERVED, ids=lambda one: one)
@settings(
    max_examples=12, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(data=st.data(), body=st.none() | forms | values, query=queries)
def test_any_json_of_any_shape_is_answered(
    victim: Hostile, method: str, template: str, data: st.DataObject, body: Any, query: dict[str, Any]
) -> None:
    path = _path(victim, template, data) + "?" + _query(query)
    token = _tokens(victim)[data.draw(st.integers(0, 2), "token")]
    sent = None if body is None else json.dumps(body).encode()
    answer = victim.ask(method, path, sent, {"Authorization": token, **JSON_HEADERS})
    answer.must_be_proper((method, path, body))


MALFORMED = [
    b"{",
    b"nul",
    b'{"a": NaN}',
    b'"\xff\xfe"',
    b'{"content": "\\ud800"}',
    b"\x00",
    b"\xef\xbb\xbf{}",
    b"[" * 100_000,
    b'{"embeds":' * 5_000 + b"1" + b"}" * 5_000,
    b"9" * 10_000,
    b'{"flags": 1e999}',
    b'{"name": ' + b"9" * 5_000 + b"}",
    b"[" + b"1," * 50_000 + b"1]",
    b'{"a": 1, "a": 2}',
    b'"text"',
    b"[]",
    b"[[]]",
    b"[null]",
    b"true",
    b"-0.0",
]


@pytest.mark.parametrize("body", MALFORMED, ids=lambda body: repr(body[:24]))
def test_malformed_json_is_refused_by_every_route(victim: Hostile, body: bytes) -> None:
    for method, template in TAKING_BODIES:
        path = _PARAMETER.sub(lambda match: quote(_ids(victim, match[1])[0], safe=""), template)
        for token in _tokens(victim)[:2]:
            answer = victim.ask(method, path, body, {"Authorization": token, **JSON_HEADERS})
            answer.must_be_proper((method, path, body[:40]))


def _part(head: str, data: bytes = b"x") -> bytes:
    return b"--B\r\n" + head.encode() + b"\r\n\r\n" + data + b"\r\n"


END = b"--B--\r\n"
FORM = 'Content-Disposition: form-data; name="{}"'
FILE = 'Content-Disposition: form-data; name="files[{}]"; filename="{}"'
MULTIPART = {
    "nothing": b"",
    "only the end": END,
    "cut off": _part(FORM.format("payload_json"), b"{}")[:-4],
    "another boundary": _part(FORM.format("payload_json"), b"{}").replace(b"--B", b"--C") + END,
    "no headers": b"--B\r\n\r\nx\r\n" + END,
    "no name": _part("Content-Disposition: form-data") + END,
    "a broken header": _part("Content-Disposition") + END,
    "payload is no JSON": _part(FORM.format("payload_json"), b"{") + END,
    "payload is a list": _part(FORM.format("payload_json"), b"[1]") + END,
    "payload twice": _part(FORM.format("payload_json"), b"{}") * 2 + END,
    "a file that is not announced": _part(FILE.format(7, "a.png")) + END,
    "a name with a path": _part(FILE.format(0, "../../etc/passwd")) + END,
    "a name with a zero": _part(FILE.format(0, "a\x00b")) + END,
    "an empty name": _part(FILE.format(0, "")) + END,
    "a long name": _part(FILE.format(0, "a" * 5000)) + END,
    "a number too large": _part(FILE.format(10**9, "a.png")) + END,
    "eleven files": b"".join(_part(FILE.format(n, "a.png")) for n in range(11)) + END,
    "a picture that is cut off": _part(FILE.format(0, "a.jpg"), b"\xff\xd8\xff\xc0\x00") + END,
    "a webp without a body": _part(FILE.format(0, "a.webp"), b"RIFF\0\0\0\0WEBPVP8X") + END,
    "a jpeg of loops": _part(FILE.format(0, "a.jpg"), b"\xff\xd8" + b"\xff\xe0\x00\x00" * 50) + END,
    "not the encoding it says": _part(FORM.format("payload_json") + "\r\nContent-Transfer-Encoding: base64", b"!")
    + END,
    "an unknown encoding": _part(FORM.format("payload_json") + "\r\nContent-Encoding: zstd-9", b"!") + END,
    "an unknown charset": _part(FORM.format("payload_json") + "\r\nContent-Type: text/plain; charset=x", b"{}") + END,
    "parts within parts": _part("Content-Type: multipart/mixed; boundary=C", b"--C\r\n\r\nx\r\n--C--") + END,
    "a hundred thousand bytes of header": _part("X: " + "a" * 100_000) + END,
    "many parts": _part(FORM.format("a")) * 20_000 + END,
}


@pytest.mark.parametrize(
    "path",
    [
        "/api/v10/channels/{channel}/messages?limit=--5",
        "/api/v10/channels/{channel}/messages?limit=²",
        "/api/v" + "9" * 5000 + "/users/@me",
        "/api/v٣/users/@me",
        "/oauth2/authorize?scope=identify&response_type=code&client_id=" + "9" * 5000,
    ],
)
def test_a_number_that_is_none_is_answered(victim: Hostile, path: str) -> None:
    token = _tokens(victim)[0]
    channel = next(one.id for one in victim.box.state.channels.values() if one.type == 0)
    asked = quote(path.format(channel=channel), safe="/?&=@:")
    answer = victim.ask("GET", asked, headers={"Authorization": token})
    assert 400 <= answer.status < 500 or answer.status == 501, answer


@pytest.mark.parametrize("what", MULTIPART)
def test_bad_multipart_is_answered(victim: Hostile, what: str) -> None:
    for kind in ("multipart/form-data; boundary=B", "multipart/form-data"):
        for method, template in TAKING_BODIES:
            path = _PARAMETER.sub(lambda match: quote(_ids(victim, match[1])[0], safe=""), template)
            headers = {"Authorization": _tokens(victim)[0], "Content-Type": kind}
            victim.ask(method, path, MULTIPART[what], headers).must_be_proper((method, path, what))


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": ""},
        {"Content-Type": "/"},
        {"Content-Type": "application/json; charset=no-such"},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=" + "b" * 100},
        {"Content-Type": "multipart/form-data; boundary=\xff"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
        {"Content-Type": "application/json", "Content-Encoding": "no-such"},
        {"Content-Type": "application/json", "X-Audit-Log-Reason": "%ff%00"},
        {"Authorization": "\xff"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer x"},
        {"Authorization": "Bot "},
        {"Authorization": "====.person.x"},
        {"Authorization": "MTIz" * 1500},
        {"Authorization": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5.person.x"},
        {"Last-Event-ID": "-1"},
        {"Range": "bytes=9-1"},
        {"If-Modified-Since": "yesterday"},
        {"If-None-Match": '"'},
        {"Expect": "100-continue"},
        {"Expect": "the moon"},
        {"Upgrade": "websocket", "Connection": "Upgrade"},
    ],
    ids=str,
)
def test_strange_headers_are_answered(victim: Hostile, headers: dict[str, str]) -> None:
    for method, template in [*SERVED, ("GET", "/"), ("GET", "/gateway"), ("GET", "/page/index.html")]:
        path = _PARAMETER.sub(lambda match: quote(_ids(victim, match[1])[0], safe=""), template)
        sent = {"Authorization": _tokens(victim)[0], **headers}
        victim.ask(method, path, b'{"content": "x"}', sent).must_be_proper((method, path, headers))
        if "Upgrade" in headers:  # what follows on such a connection is another protocol's
            victim.hang_up()


# -- sizes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/v10/users/@me/channels", "/_sim/people", "/_sim/faults"])
def test_a_body_is_refused_once_it_is_too_large(victim: Hostile, path: str) -> None:
    token = _tokens(victim)[0]
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nContent-Type: application/json\r\n"
    announced = victim.raw(f"{head}Content-Length: 99999999999\r\n\r\n".encode() + b" " * (9 << 20))
    assert announced is None or announced.status == 413
    chunked = victim.ask("POST", path, b" " * (9 << 20), {"Authorization": token, **JSON_HEADERS})
    assert chunked.status == 413
    bomb = gzip.compress(b" " * (64 << 20))
    headers = {"Authorization": token, "Content-Encoding": "gzip", **JSON_HEADERS}
    assert victim.ask("POST", path, bomb, headers).status == 400  # it is not unpacked


# -- paths ------------------------------------------------------------------------------------------------------------

TRICKS = [
    b"/../../etc/passwd",
    b"/%2e%2e/%2e%2e/etc/passwd",
    b"/..%2f..%2f..%2fetc%2fpasswd",
    b"/..\\..\\server.py",
    b"/../server.py",
    b"/%00",
    b"/%ff%fe",
    b"/\xff\xfe",
    b"/%",
    b"/%zz",
    b"//",
    b"/;/",
    b"/" + b"a" * 7000,
    b"/" + b"a/" * 3000,
    b"/1/2/3/4/5/6/7/8/9",
    b"?" + b"a=1&" * 1500,
    b"?limit=%00&before=%ff",
    b"#x",
    b" HTTP/1.1\r\nX: y",
]
ROOTS = [
    b"",
    b"/api",
    b"/api/v10",
    b"/api/v99999999999999999999",
    b"/api/vx",
    b"/page",
    b"/cdn",
    b"/cdn/attachments/1/2",
]
ROOTS += [
    b"/cdn/avatars/1",
    b"/cdn/emojis",
    b"/_sim",
    b"/_sim/faults",
    b"/gateway",
    b"/api/v10/channels",
    b"*",
    b"http://x",
]


@pytest.mark.parametrize("root", ROOTS)
def test_no_path_leads_out_or_astray(victim: Hostile, root: bytes) -> None:
    for trick in TRICKS:
        answer = victim.raw(b"GET " + root + trick + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        if answer is not None:
            answer.must_be_proper((root, trick))
            assert b"root:" not in answer.body
            assert b"import " not in answer.body[:3000]


@pytest.mark.parametrize(
    "request_",
    [
        b"\x00\x01\x02\x03\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"BREW /api/v10/users/@me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: [::1\r\nOrigin: http://[\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-Y: z\r\n" * 1000 + b"\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"POST /api/v10/users/@me/channels HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /_sim/people HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nx\r\n0\r\n\r\n",
        b"POST /_sim/people HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # a TLS client's first words
    ],
)
def test_what_is_no_http_is_refused(victim: Hostile, request_: bytes) -> None:
    with victim.plug() as plug:
        plug.sendall(request_)
        plug.shutdown(1)
        answer = plug.recv(1 << 16)
    assert answer == b"" or 400 <= int(answer[9:12]) < 500, answer


# -- clients that do not finish ---------------------------------------------------------------------------------------


def test_requests_that_never_end_do_not_keep_others_waiting(victim: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "LONGEST_SECONDS", 0.2)
    head = b"POST /_sim/people HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
    with victim.plug() as body, victim.plug() as headers, victim.plug() as silent:
        body.sendall(head)
        headers.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow")
        assert silent.fileno() > 0
        assert victim.ask("GET", "/_sim/people").status == 200
        assert b"408" in body.recv(1 << 16).split(b"\r\n")[0]


def test_who_hangs_up_in_the_middle_is_forgotten(victim: Hostile) -> None:
    token = _tokens(victim)[0].encode()
    for path in (b"/api/v10/users/@me/channels", b"/_sim/people"):
        head = b"POST " + path + b" HTTP/1.1\r\nHost: x\r\nAuthorization: " + token + b"\r\n"
        for rest in (b"", b"Content-Length: 100\r\n\r\n{", b"Transfer-Encoding: chunked\r\n\r\n5\r\n{"):
            with victim.plug() as plug:
                plug.sendall(head + rest)
