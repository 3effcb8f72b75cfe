"""What the program says of itself: readable text or one JSON object a line, with every token taken out of it, wherever
it stood: in a message, an argument, a field or a traceback. Prompts of private jobs are for their callers to leave out.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, TextIO

from bot.frame.settings import LogFormat, LogLevel

HIDDEN: Final = "[hidden]"
_PATTERNS: Final = (
    # A bot's token: its first part is the bot's id in base64, and digits begin with M, N or O there.
    (re.compile(r"\b[MNO][\w-]{17,}\.[\w-]{4,}\.[\w-]{12,}", re.ASCII), HIDDEN),
    (re.compile(r"\b(Bot|Bearer)\s+[\w.~+/=-]{16,}", re.ASCII), rf"\1 {HIDDEN}"),
    (re.compile(r"(/(?:webhooks|interactions)/\d+/)[^/\s?#\"'\\]+"), rf"\1{HIDDEN}"),
    (re.compile(r"\baW50ZXJhY3Rpb246[\w=-]+", re.ASCII), HIDDEN),  # "interaction:" in base64
    (re.compile(r"""((?:token|secret)\\*["']?\s*[:=]\s*\\*["'])[^"'\\]+""", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"""([?&]\w*(?:token|secret)=)[^&\s"'\\]+""", re.IGNORECASE), rf"\1{HIDDEN}"),
    (re.compile(r"\bhf_[A-Za-z0-9]{16,}"), HIDDEN),
)
_SHORTEST_SECRET: Final = 8  # a shorter one would be found everywhere
_OWN_FIELDS: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# At "debug" these write whole bodies, with the prompts of private jobs in them; at "info" every reconnection.
_TALKATIVE: Final = ("discord", "aiohttp")
_INDISCREET: Final = ("sqlalchemy", "aiosqlite", "alembic")  # at INFO they log every row that is written


class Redactor:
    """Takes out what looks like a token, and `secrets` as they are."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({secret for secret in secrets if len(secret) >= _SHORTEST_SECRET}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        for pattern, instead in _PATTERNS:
            text = pattern.sub(instead, text)
        return text


class _Formatter(logging.Formatter):
    """Works on the finished text, so nothing goes round it; and leaves the record as it is for other handlers."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__()
        self._redact = redact

    def _fields(self, record: logging.LogRecord) -> dict[str, str | int | float | bool | None]:
        """What was given as `extra`, such as job and member."""
        given = {name: value for name, value in vars(record).items() if name not in _OWN_FIELDS}
        return {
            name: value if isinstance(value, int | float | bool | None) else self._redact(str(value))
            for name, value in given.items()
        }

    def _message(self, record: logging.LogRecord) -> str:
        try:
            return self._redact(record.getMessage())
        except (
            TypeError,
            ValueError,
            LookupError,
        ):  # logging itself would print such a record as it is, past the redactor
            return self._redact(f"{record.msg} {record.args}")

    def _trace(self, record: logging.LogRecord) -> str:
        parts = []
        if record.exc_info and record.exc_info[0] is not None:
            parts.append("".join(traceback.format_exception(*record.exc_info)).rstrip("\n"))
        if record.stack_info:
            parts.append(record.stack_info)
        return self._redact("\n".join(parts))


class TextFormatter(_Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{name}={value}" for name, value in self._fields(record).items())
        line = f"{_time(record, ' ')} {record.levelname:<7} {record.name}: {self._message(record)}"
        trace = self._trace(record)
        return line + (f" [{fields}]" if fields else "") + (f"\n{trace}" if trace else "")


class JsonFormatter(_Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, str | int | float | bool | None] = {
            "time": _time(record, "T"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._message(record),
        }
        for name, value in self._fields(record).items():
            line.setdefault(name, value)
        if trace := self._trace(record):
            line["trace"] = trace
        return json.dumps(line, ensure_ascii=False)


def set_up_logs(
    level: LogLevel, form: LogFormat, secrets: Collection[str] = (), stream: TextIO | None = None
) -> logging.Handler:
    """One handler for the whole program, in place of those that were there; also for warnings and a last traceback."""
    redact = Redactor(secrets)
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter(redact) if form is LogFormat.JSON else TextFormatter(redact))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name in _TALKATIVE:
        least = logging.INFO if root.level == logging.DEBUG else logging.WARNING
        logging.getLogger(name).setLevel(max(root.level, least))
    for name in _INDISCREET:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    return handler


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("bot").critical("The program ends on an error.", exc_info=(kind, error, trace))


def _time(record: logging.LogRecord, between: str) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(between, timespec="milliseconds").removesuffix("+00:00") + "Z"
