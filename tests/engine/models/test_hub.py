"""Bytes arrive whole or not at all, and never twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from engine.errors import DownloadError
from engine.models.hub import Hub, RemoteFile, Repository
from tests.engine.models.small_hub import COMMIT, Shelved, SmallHub, serve

BIG = bytes(range(256)) * 12_000  # three blocks
FILE = "unet/model.safetensors"


@pytest.fixture
def small() -> Iterator[SmallHub]:
    with serve(SmallHub({"ada/art": Shelved({FILE: BIG, "unet/config.json": b"{}"})})) as hub:
        yield hub


def look(small: SmallHub, folder: Path, token: str = "") -> tuple[Hub, Repository]:
    hub = Hub(folder, small.endpoint, token or None)
    return hub, hub.look("ada/art", "", "art")


def ignore(_: int) -> None:
    pass


def test_a_file_lies_where_the_hubs_own_tools_look_for_it(small: SmallHub, tmp_path: Path) -> None:
    from huggingface_hub import hf_hub_download

    hub, repository = look(small, tmp_path)
    for file in repository.files.values():
        hub.fetch(repository, file, ignore, "art")
    found = hf_hub_download("ada/art", FILE, cache_dir=tmp_path, local_files_only=True)
    assert Path(found).read_bytes() == BIG
    assert COMMIT in found


def test_what_broke_off_goes_on_where_it_ended(small: SmallHub, tmp_path: Path) -> None:
    small.break_after[FILE] = 1_500_000
    hub, repository = look(small, tmp_path)
    file = repository.files[FILE]
    with pytest.raises(DownloadError, match="goes on") as told:
        hub.fetch(repository, file, ignore, "art")
    assert told.value.again
    assert not hub.place(repository, file).exists()
    assert 0 < hub.missing_bytes(repository, file) < len(BIG)
    received: list[int] = []
    assert hub.fetch(repository, file, received.append, "art").read_bytes() == BIG
    assert sum(received) <= len(BIG) - 1_048_576
    assert small.sent[FILE] <= len(BIG) + 1_048_576  # at most the block that was in the air
    hub.fetch(repository, file, received.append, "art")
    assert hub.missing_bytes(repository, file) == 0


def test_two_pulls_at_once_do_not_write_into_one_file(small: SmallHub, tmp_path: Path) -> None:
    """As of two models that share their parts, in two terminals."""
    hub, repository = look(small, tmp_path)
    file = repository.files[FILE]
    told: list[DownloadError] = []

    def begin_another(_: int) -> None:
        with pytest.raises(DownloadError, match="is just being fetched by another pull") as refused:
            Hub(tmp_path, small.endpoint).fetch(repository, file, ignore, "art")
        told.append(refused.value)

    assert hub.fetch(repository, file, begin_another, "art").read_bytes() == BIG
    assert all(error.again for error in told)
    assert told


def test_a_hub_that_cannot_go_on_sends_it_all_again(small: SmallHub, tmp_path: Path) -> None:
    small.break_after[FILE] = 1_500_000
    small.ignores_ranges = True
    hub, repository = look(small, tmp_path)
    with pytest.raises(DownloadError):
        hub.fetch(repository, repository.files[FILE], ignore, "art")
    assert hub.fetch(repository, repository.files[FILE], ignore, "art").read_bytes() == BIG


@pytest.mark.parametrize("path", [FILE, "unet/config.json"])
def test_bytes_that_are_not_what_the_hub_said_are_thrown_away(small: SmallHub, tmp_path: Path, path: str) -> None:
    small.repositories["ada/art"].says[path] = "f" * (64 if path == FILE else 40)
    hub, repository = look(small, tmp_path)
    with pytest.raises(DownloadError, match="hash is another"):
        hub.fetch(repository, repository.files[path], ignore, "art")
    assert [found for found in tmp_path.rglob("*") if found.is_file() and found.suffix != ".lock"] == []


def test_a_gated_model_says_how_to_accept_its_licence(small: SmallHub, tmp_path: Path) -> None:
    shelved = small.repositories["ada/art"]
    shelved.gated, shelved.token = True, "right"
    for token in ("", "wrong"):
        hub, repository = look(small, tmp_path, token)
        with pytest.raises(DownloadError, match=f"Accept it at {small.endpoint}/ada/art, and set HF_TOKEN"):
            hub.fetch(repository, repository.files[FILE], ignore, "art")
    hub, repository = look(small, tmp_path, "right")
    assert hub.fetch(repository, repository.files[FILE], ignore, "art").read_bytes() == BIG


def test_each_refusal_of_a_hub_is_a_sentence(small: SmallHub, tmp_path: Path) -> None:
    hub = Hub(tmp_path, small.endpoint)
    with pytest.raises(DownloadError, match="no ada/none"):
        hub.look("ada/none", "", "art")
    with pytest.raises(DownloadError, match="no longer has the commit"):
        hub.look("ada/art", "b" * 40, "art")
    for status, again in ((403, False), (429, True), (503, True)):
        small.status = status
        with pytest.raises(DownloadError, match=str(status)) as told:
            hub.look("ada/art", "", "art")
        assert told.value.again is again
    small.status = 200
    with pytest.raises(DownloadError, match="does not answer as a hub of models does"):
        Hub(tmp_path, f"{small.endpoint}/pages").look("ada/art", "", "art")


def test_an_endpoint_that_serves_something_else_is_told(tmp_path: Path) -> None:
    class Stranger(BaseHTTPRequestHandler):
        said = b""

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(self.said)))
            self.end_headers()
            self.wfile.write(self.said)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Stranger) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
        try:
            for Stranger.said in (b"{}", b"[]", b"null", b'{"id": "ada/art", "siblings": [{}]}'):
                with pytest.raises(DownloadError, match="does not answer as a hub of models does"):
                    Hub(tmp_path, f"http://127.0.0.1:{server.server_port}").look("ada/art", "", "art")
        finally:
            server.shutdown()


def test_a_hub_that_is_not_there_is_named(tmp_path: Path) -> None:
    with serve(SmallHub()) as gone:
        pass
    with pytest.raises(DownloadError, match=f"{gone.endpoint} cannot be reached") as told:
        Hub(tmp_path, gone.endpoint).look("ada/art", "", "art")
    assert told.value.again


def test_a_hash_that_is_a_path_is_refused(small: SmallHub, tmp_path: Path) -> None:
    small.repositories["ada/art"].says[FILE] = "../../../evil"
    with pytest.raises(DownloadError, match="hash is missing or none"):
        look(small, tmp_path)


def test_a_folder_that_cannot_be_written_to_is_told(small: SmallHub, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    hub, repository = look(small, tmp_path / "file")
    with pytest.raises(DownloadError, match="cannot be kept: Not a directory"):
        hub.fetch(repository, RemoteFile("unet/config.json", 2, "a" * 40, False), ignore, "art")
