"""A hub of models on this machine: repositories from memory, served as the real one serves them, with its faults."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

COMMIT = "c0ffee" + "0" * 34


@dataclass(slots=True)
class Shelved:
    """One repository. `says` overrides what its listing claims of a file's hash."""

    files: dict[str, bytes]
    token: str = ""
    gated: bool = False
    says: dict[str, str] = field(default_factory=dict)
    commit: str = COMMIT

    @classmethod
    def of(cls, folder: Path) -> Shelved:
        paths = (path for path in folder.rglob("*") if path.is_file())
        return cls({path.relative_to(folder).as_posix(): path.read_bytes() for path in paths})


@dataclass(slots=True)
class SmallHub:
    """`sent` counts the bytes of each file that went out; `break_after` cuts the line within a file, once."""

    repositories: dict[str, Shelved] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    break_after: dict[str, int] = field(default_factory=dict)
    stall_after: dict[str, int] = field(default_factory=dict)
    go_on: threading.Event = field(default_factory=threading.Event)
    ignores_ranges: bool = False
    status: int = 200
    endpoint: str = ""


@contextmanager
def serve(hub: SmallHub) -> Iterator[SmallHub]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    hub.endpoint = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield hub
    finally:
        hub.go_on.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    hub: SmallHub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.hub.tokens.add(self.headers.get("Authorization", ""))
        path = self.path.partition("?")[0].strip("/")
        if self.hub.status != 200:
            self.refuse(self.hub.status, "")
        elif path.startswith("api/models/"):
            self.describe(path.removeprefix("api/models/"))
        elif path.startswith("bytes/"):
            owner, name, file = path.removeprefix("bytes/").split("/", 2)
            self.send_file(f"{owner}/{name}", file)
        elif "/resolve/" in path:
            self.resolve(path)
        elif path.startswith("pages/"):
            self.answer(200, b"<html>Welcome</html>", {"Content-Type": "text/html"})
        else:
            self.refuse(404, "")

    def describe(self, path: str) -> None:
        source, _, revision = path.partition("/revision/")
        found = self.hub.repositories.get(source)
        if found is None:
            self.refuse(404, "RepoNotFound")
        elif revision not in ("", COMMIT, found.commit):
            self.refuse(404, "RevisionNotFound")
        else:
            body = json.dumps(_describe(source, found, revision or found.commit)).encode()
            self.answer(200, body, {"Content-Type": "application/json"})

    def resolve(self, path: str) -> None:
        """Large files lie elsewhere, as on the real hub."""
        source, _, rest = path.partition("/resolve/")
        file = rest.partition("/")[2]
        found = self.hub.repositories[source]
        if found.gated and self.headers.get("Authorization") != f"Bearer {found.token}":
            self.refuse(401 if not self.headers.get("Authorization") else 403, "GatedRepo")
        elif file.endswith(".safetensors"):
            self.answer(302, b"", {"Location": f"{self.hub.endpoint}/bytes/{source}/{file}", "X-Repo-Commit": COMMIT})
        else:
            self.send_file(source, file)

    def send_file(self, source: str, file: str) -> None:
        content = self.hub.repositories[source].files[file]
        asked = self.headers.get("Range", "")
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and not self.hub.ignores_ranges else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        cut = self.hub.break_after.pop(file, None)
        stall = self.hub.stall_after.pop(file, None)
        part = content[start : start + cut] if cut is not None else content[start:]
        first = part if stall is None else part[:stall]
        self.wfile.write(first)
        self.hub.sent[file] = self.hub.sent.get(file, 0) + len(first)
        if stall is not None:
            self.hub.go_on.wait(20)
        self.close_connection = cut is not None or stall is not None

    def refuse(self, status: int, code: str) -> None:
        self.answer(status, b"", {"X-Error-Code": code} if code else {})

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _describe(source: str, found: Shelved, commit: str) -> dict[str, Any]:
    siblings = []
    for path, content in found.files.items():
        sibling: dict[str, Any] = {"rfilename": path, "size": len(content)}
        if path.endswith(".safetensors"):
            digest = found.says.get(path, hashlib.sha256(content).hexdigest())
            sibling |= {"blobId": "0" * 40, "lfs": {"sha256": digest, "size": len(content), "pointerSize": 130}}
        else:
            blob = hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()
            sibling["blobId"] = found.says.get(path, blob)
        siblings.append(sibling)
    return {"id": source, "modelId": source, "sha": commit, "gated": found.gated, "siblings": siblings}
