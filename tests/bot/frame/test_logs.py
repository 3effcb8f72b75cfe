"""Logs can be read by people and programs, and hold no token."""

from __future__ import annotations

import io
import json
import logging
import sys
import warnings
from collections.abc import Callable, Iterator

import pytest

from bot.frame.logs import HIDDEN, Redactor, set_up_logs
from bot.frame.settings import LogFormat, LogLevel
from sandbox.server import Sandbox

BOT_TOKEN = "MTE5OTk5OTk5OTk5OTk5OTk5.GaBcDe.canaryCanaryCanary_Canary-Canary012345"
INTERACTION_TOKEN = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OmNhbmFyeWNhbmFyeQ"
WEBHOOK_TOKEN = "canary-webhook_token-0123456789abcdefghijklmnopqrstuvwxyz"
HUB_TOKEN = "hf_canaryCanaryCanaryCanaryCanary"
PLAIN_SECRET = "a canary, of no known form"
CANARIES = ("canary", "Canary", INTERACTION_TOKEN, "Y2FuYXJ5")
LEAKS = [
    f"logging in with {BOT_TOKEN}",
    f"Authorization: Bot {BOT_TOKEN}",
    "{'Authorization': 'Bearer canaryCanaryCanary0123456789'}",
    f"POST https://discord.com/api/v10/webhooks/123456789012345678/{WEBHOOK_TOKEN}?wait=true has returned 200",
    f"PATCH /webhooks/123456789012345678/{INTERACTION_TOKEN}/messages/@original",
    f"https://discord.com/api/v10/interactions/1234/{WEBHOOK_TOKEN}/callback",
    f'{{"type": 2, "token": "{WEBHOOK_TOKEN}", "id": "1"}}',
    f"{{'d': {{'token': '{WEBHOOK_TOKEN}'}}}}",
    f"Interaction(token='{WEBHOOK_TOKEN}')",
    json.dumps({"body": json.dumps({"client_secret": WEBHOOK_TOKEN})}),
    f"GET /callback?access_token={WEBHOOK_TOKEN}&state=1",
    f"the bare {INTERACTION_TOKEN} alone",
    f"HF_TOKEN is {HUB_TOKEN}",
    f"it is {PLAIN_SECRET} that is known",
]


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Logging belongs to the whole process."""
    root, hook = logging.getLogger(), sys.excepthook
    before = (root.level, list(root.handlers))
    talkative = [logging.getLogger(name) for name in ("discord", "aiohttp", "sqlalchemy", "aiosqlite", "alembic")]
    levels = [logger.level for logger in talkative]
    yield
    logging.captureWarnings(False)
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    sys.excepthook = hook
    for logger, level in zip(talkative, levels, strict=True):
        logger.setLevel(level)


def listening(form: LogFormat = LogFormat.TEXT, level: LogLevel = LogLevel.INFO) -> io.StringIO:
    stream = io.StringIO()
    set_up_logs(level, form, [PLAIN_SECRET], stream)
    return stream


def assert_clean(text: str) -> None:
    assert HIDDEN in text
    assert not [canary for canary in CANARIES if canary in text], text


@pytest.mark.parametrize("leak", LEAKS)
@pytest.mark.parametrize("form", LogFormat)
@pytest.mark.parametrize("name", ["", "discord.http", "aiohttp.client", "bot.delivery"])
def test_token_is_taken_out_wherever_it_stands(leak: str, form: LogFormat, name: str) -> None:
    logger = logging.getLogger(name)
    writers: list[Callable[[], None]] = [
        lambda: logger.warning(leak.replace("%", "%%")),
        lambda: logger.warning("%s came", leak),
        lambda: logger.warning("%(body)s came", {"body": leak}),
        lambda: logger.warning("as a field", extra={"url": leak}),
        lambda: logger.warning("as an object", extra={"body": {"inner": [leak]}}),
        lambda: logger.warning("wrongly %d", leak),
        lambda: logger.warning("%(nothing)s", {"body": leak}),
    ]
    for write in writers:
        stream = listening(form)
        write()
        assert_clean(stream.getvalue())


@pytest.mark.parametrize("form", LogFormat)
def test_token_is_taken_out_of_tracebacks_and_their_causes(form: LogFormat) -> None:
    stream = listening(form)
    try:
        try:
            raise KeyError(f"/webhooks/1/{WEBHOOK_TOKEN}")
        except KeyError as error:
            error.add_note(f"with {BOT_TOKEN}")
            raise RuntimeError(f"token='{WEBHOOK_TOKEN}'") from error
    except RuntimeError:
        logging.getLogger("discord.client").exception("It broke.", stack_info=True)
    assert_clean(stream.getvalue())
    assert "RuntimeError" in stream.getvalue()


async def test_token_of_a_sandbox_is_taken_out_as_well(box: Sandbox) -> None:
    assert Redactor()(f"with {box.bot_token}") == f"with {HIDDEN}"


def test_ordinary_lines_are_left_as_they_are() -> None:
    redact = Redactor(["short"])
    for line in (
        "engine.models.loading.load_everything_that_there_is",
        "The token is missing; set DISCORD_TOKEN.",
        "GET /api/v10/channels/123456789012345678/messages",
        "POST /interactions has no id; Bot is ready in short",
        "job 0123456789ab took 1.5 s",
    ):
        assert redact(line) == line


def test_json_lines_say_when_who_what_and_about_whom() -> None:
    stream = listening(LogFormat.JSON)
    logging.getLogger("bot.intake").info(
        "A job\nis %s", "stored", extra={"job": "0123456789ab", "member": 7, "message_": "x"}
    )
    (line,) = stream.getvalue().splitlines()
    said = json.loads(line)
    assert said.pop("time").endswith("Z")
    assert said == {
        "level": "info",
        "logger": "bot.intake",
        "message": "A job\nis stored",
        "job": "0123456789ab",
        "member": 7,
        "message_": "x",
    }


def test_json_line_of_an_error_holds_its_trace_in_one_line() -> None:
    stream = listening(LogFormat.JSON)
    try:
        raise ValueError("why")
    except ValueError:
        logging.getLogger("bot").exception("It broke.")
    (line,) = stream.getvalue().splitlines()
    assert json.loads(line)["trace"].endswith("ValueError: why")


def test_text_lines_show_their_fields_at_the_end() -> None:
    stream = listening()
    logging.getLogger("bot.intake").info("A job is stored", extra={"job": "0123456789ab", "member": 7})
    time, rest = stream.getvalue()[:24], stream.getvalue()[24:]
    assert time[10] == " "
    assert time.endswith("Z")
    assert rest == " INFO    bot.intake: A job is stored [job=0123456789ab member=7]\n"


def test_level_holds_and_libraries_stay_quiet_even_at_debug() -> None:
    stream = listening(level=LogLevel.DEBUG)
    logging.getLogger("bot").debug("ours")
    logging.getLogger("discord.http").debug("a private prompt")
    assert "ours" in stream.getvalue()
    assert "prompt" not in stream.getvalue()
    quiet = listening(level=LogLevel.ERROR)
    logging.getLogger("discord.http").warning("slow")
    assert quiet.getvalue() == ""


def test_setting_up_twice_writes_every_line_once() -> None:
    listening()
    stream = listening()
    logging.getLogger("bot").info("once")
    assert stream.getvalue().count("once") == 1


def test_warnings_and_the_last_traceback_are_logged_without_tokens() -> None:
    stream = listening()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(f"careful with {BOT_TOKEN}", UserWarning, stacklevel=1)
        error = RuntimeError(f"the end of {BOT_TOKEN}")
        sys.excepthook(type(error), error, None)
        logging.captureWarnings(False)
    assert_clean(stream.getvalue())
    assert "careful" in stream.getvalue()
    assert "CRITICAL bot: The program ends on an error." in stream.getvalue()
