"""A model is fetched beforehand, on known terms, and no byte of it twice."""

from __future__ import annotations

import os
import pty
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import DownloadError, ModelError
from engine.models.catalog import Catalog, Entry, Place
from engine.models.device import Device
from engine.models.download import make_plan, pull
from engine.models.hub import Hub
from engine.models.shelf import Shelf
from tests.engine.models.conftest import catalog_of, entry_for
from tests.engine.models.small_hub import COMMIT, Shelved, SmallHub, serve

UNET = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture
def small(tiny: Path) -> Iterator[SmallHub]:
    shelved = Shelved.of(tiny)
    shelved.files["v1-full.safetensors"] = b"not needed"
    shelved.files["unet/diffusion_pytorch_model.bin"] = b"a pickle"
    shelved.files["README.md"] = b"words"
    with serve(SmallHub({"ada/art": shelved})) as hub:
        yield hub


@pytest.fixture
def entry(tiny: Path) -> Entry:
    return replace(entry_for(tiny, "art"), place=Place.REPOSITORY, source="ada/art", revision=COMMIT)


def ignore(_: float, __: str) -> None:
    pass


def test_a_pulled_model_loads_and_is_pinned_by_its_commit(
    small: SmallHub, entry: Entry, tmp_path: Path, cpu: Device
) -> None:
    shelf = Shelf(catalog_of(entry), cpu, hub=tmp_path)
    with pytest.raises(ModelError, match="python -m engine --pull art"):
        shelf.load("art", ignore)
    hub = Hub(tmp_path, small.endpoint)
    told: list[float] = []
    pull(make_plan(entry, catalog_of(entry), hub), hub, lambda fraction, _: told.append(fraction))
    assert told == sorted(told)
    assert told[-1] == 1
    model = shelf.load("art", ignore)
    assert model.pin.revision == COMMIT
    assert model.pin.source == "ada/art"


def test_only_what_painting_reads_is_fetched(small: SmallHub, entry: Entry, tmp_path: Path) -> None:
    hub = Hub(tmp_path, small.endpoint)
    plan = make_plan(entry, catalog_of(entry), hub)
    paths = {each.file.path for each in plan.wanted}
    assert UNET in paths
    assert "tokenizer/tokenizer.json" in paths
    assert not paths & {"v1-full.safetensors", "unet/diffusion_pytorch_model.bin", "README.md"}


def test_a_plan_tells_size_licence_and_what_is_here_already(small: SmallHub, entry: Entry, tmp_path: Path) -> None:
    hub = Hub(tmp_path, small.endpoint)
    gated = replace(entry, gated=True)
    plan = make_plan(gated, catalog_of(gated), hub)
    assert plan.size == sum(each.file.size for each in plan.wanted)
    said = str(plan)
    assert f"{len(plan.wanted)} files, 0.01 GB" in said
    assert "Apache-2.0, may be used commercially" in said
    assert "HF_TOKEN" in said
    assert plan.missing_bytes < plan.size  # its index was read for the plan
    pull(plan, hub, ignore)
    again = make_plan(entry, catalog_of(entry), hub)
    assert again.missing_bytes == 0
    sent = dict(small.sent)
    pull(again, hub, ignore)
    assert small.sent == sent


def test_a_full_disk_is_told_before_a_byte_is_fetched(
    small: SmallHub, entry: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = Hub(tmp_path / "not yet made", small.endpoint)
    plan = make_plan(entry, catalog_of(entry), hub)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10**9))
    with pytest.raises(DownloadError, match=r"1\.1 GB to spare, and .* has 1\.00 GB free\. Free some space"):
        pull(plan, hub, ignore)
    assert UNET not in small.sent


def test_a_model_of_pickles_alone_is_refused_by_their_name(small: SmallHub, entry: Entry, tmp_path: Path) -> None:
    del small.repositories["ada/art"].files[UNET]
    with pytest.raises(ModelError, match=r"only there as diffusion_pytorch_model\.bin, a pickle"):
        make_plan(entry, catalog_of(entry), Hub(tmp_path, small.endpoint))


def test_a_repository_without_an_index_is_refused(small: SmallHub, entry: Entry, tmp_path: Path) -> None:
    del small.repositories["ada/art"].files["model_index.json"]
    with pytest.raises(DownloadError, match=r"ada/art has no model_index\.json"):
        make_plan(entry, catalog_of(entry), Hub(tmp_path, small.endpoint))


def test_one_checkpoint_of_a_repository_comes_with_what_it_is_read_with(
    small: SmallHub, entry: Entry, tmp_path: Path, cpu: Device
) -> None:
    """As SDXL-Lightning lies on the hub: a denoiser alone."""
    small.repositories["eve/fast"] = Shelved({"fast.safetensors": small.repositories["ada/art"].files[UNET]})
    fast = replace(entry, name="fast", source="eve/fast", file="fast.safetensors", like="art")
    catalog = Catalog.of([entry, fast])
    hub = Hub(tmp_path, small.endpoint)
    pull(make_plan(fast, catalog, hub), hub, ignore)
    model = Shelf(catalog, cpu, hub=tmp_path).load("fast", ignore)
    assert model.pin.source == "eve/fast"
    assert set(model.components) >= {"unet", "vae", "text_encoder"}


def test_a_model_without_a_commit_is_what_was_pulled_last_once_all_of_it_is_here(
    small: SmallHub, entry: Entry, tmp_path: Path, cpu: Device
) -> None:
    newest = replace(entry, revision="")
    hub, catalog = Hub(tmp_path, small.endpoint), catalog_of(newest)
    pull(make_plan(newest, catalog, hub), hub, ignore)
    assert Shelf(catalog, cpu, hub=tmp_path).load("art", ignore).pin.revision == COMMIT
    small.repositories["ada/art"].commit = "d" * 40
    plan = make_plan(newest, catalog, hub)
    assert Shelf(catalog, cpu, hub=tmp_path).load("art", ignore).pin.revision == COMMIT
    pull(plan, hub, ignore)
    assert Shelf(catalog, cpu, hub=tmp_path).load("art", ignore).pin.revision == "d" * 40


def test_a_file_of_the_main_branch_is_found_beside_one_of_an_older_commit(
    small: SmallHub, entry: Entry, tmp_path: Path, cpu: Device
) -> None:
    files = {f"{name}.safetensors": small.repositories["ada/art"].files[UNET] for name in ("four", "eight")}
    small.repositories["eve/fast"] = Shelved(files)
    four = replace(entry, name="four", source="eve/fast", file="four.safetensors", like="art")
    eight = replace(four, name="eight", file="eight.safetensors", revision="")
    catalog, hub = Catalog.of([entry, four, eight]), Hub(tmp_path, small.endpoint)
    pull(make_plan(four, catalog, hub), hub, ignore)
    small.repositories["eve/fast"].commit = "d" * 40
    pull(make_plan(eight, catalog, hub), hub, ignore)
    shelf = Shelf(catalog, cpu, hub=tmp_path)
    assert [shelf.load(name, ignore).pin.revision for name in ("four", "eight")] == [COMMIT, "d" * 40]


def test_what_lies_on_this_machine_is_not_fetched(tiny: Path, tmp_path: Path) -> None:
    entry = entry_for(tiny)
    with pytest.raises(DownloadError, match="nothing to fetch"):
        make_plan(entry, catalog_of(entry), Hub(tmp_path, "http://127.0.0.1:9"))


_PULL = """
import sys
from dataclasses import replace
from pathlib import Path
from engine.models.catalog import Catalog, Place
from engine.models.catalog_toml import load_catalog
from engine.models.download import make_plan, pull
from engine.models.hub import Hub
entry = replace(load_catalog().find("pocket"), name="art", place=Place.REPOSITORY, source="ada/art")
hub = Hub(Path(sys.argv[1]))
pull(make_plan(entry, Catalog.of([entry]), hub), hub, lambda fraction, said: print(said, flush=True))
"""


def test_a_killed_pull_goes_on_in_the_next_with_the_environments_hub_and_token(small: SmallHub, tmp_path: Path) -> None:
    whole = small.repositories["ada/art"].files[UNET]
    small.repositories["ada/art"].files[UNET] = whole + b"\0" * (3_000_000 - len(whole) % 1000)
    size = len(small.repositories["ada/art"].files[UNET])
    small.stall_after[UNET] = size - 100_000
    shelved = small.repositories["ada/art"]
    shelved.gated, shelved.token = True, "mine"
    environment = os.environ | {"HF_ENDPOINT": small.endpoint, "HF_TOKEN": "mine", "HF_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-c", _PULL, str(tmp_path)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        kept = (line for line in first.stdout if UNET in line)
        assert [next(kept) for _ in range(3)]  # megabytes, on the disk
        first.send_signal(signal.SIGKILL)
    small.go_on.set()
    subprocess.run(command, env=environment, check=True, timeout=40)
    assert "Bearer mine" in small.tokens
    assert small.sent[UNET] <= size - 100_000 + size - 3 * 2**20
    assert list(tmp_path.rglob("*.part")) == []


@pytest.mark.alone
def test_whoever_stops_a_pull_does_not_wait_for_the_rest_of_it(small: SmallHub, tmp_path: Path) -> None:
    size = len(small.repositories["ada/art"].files[UNET])
    small.repositories["ada/art"].files[UNET] += b"\0" * (3_000_000 - size % 1000)
    small.stall_after[UNET] = 2_500_000
    catalog = tmp_path / "own.toml"
    catalog.write_text(f'[models.art]\nlike = "sd1.5"\nrepository = "ada/art"\nrevision = "{COMMIT}"\n')
    words = ["--pull", "art", "--yes", "--catalog", str(catalog), "--models", str(tmp_path / "hub")]
    env = os.environ | {"HF_ENDPOINT": small.endpoint, "HF_HOME": str(tmp_path / "home")}
    ours, theirs = pty.openpty()  # a bar on a terminal says how far it is
    with subprocess.Popen([sys.executable, "-m", "engine", *words], env=env, stderr=theirs) as running:
        os.close(theirs)
        try:
            said = b""
            while b"Fetching unet/diffusion" not in said:
                said += os.read(ours, 4096)
            running.send_signal(signal.SIGINT)
            assert running.wait(20) == 130
            said += os.read(ours, 4096)
        finally:
            running.kill()
            os.close(ours)
    assert b"Stopped; what has come is kept: pull again" in said
    assert [path.stat().st_size >= 2**20 for path in tmp_path.rglob("*.part")] == [True]
