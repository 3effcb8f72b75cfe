"""Where a model's files lie is looked up, never guessed, and never fetched."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import ModelError
from engine.models.catalog import Place
from engine.models.hashes import Hashes
from engine.models.places import Places, default_hub
from tests.engine.models.conftest import catalog_of, entry_for

COMMIT = "d" * 40


@pytest.fixture
def hub(tiny: Path, tmp_path: Path) -> Path:
    """The tiny model as if it had been fetched."""
    root = tmp_path / "models--ada--art"
    shutil.copytree(tiny, root / "snapshots" / COMMIT)
    (root / "refs").mkdir()
    (root / "refs" / "main").write_text(COMMIT)
    return tmp_path


@pytest.mark.parametrize("revision", [COMMIT, ""])
def test_a_fetched_repository_is_pinned_by_its_commit(tiny: Path, hub: Path, revision: str) -> None:
    entry = replace(entry_for(tiny), place=Place.REPOSITORY, source="ada/art", revision=revision)
    found = Places(catalog_of(entry), hub, Hashes()).find(entry)
    assert found.folder == hub / "models--ada--art" / "snapshots" / COMMIT
    assert found.pin.revision == COMMIT
    assert found.index.pipeline == "StableDiffusionPipeline"


@pytest.mark.parametrize("source", ["ada/other", "ada/art"])
def test_what_was_not_fetched_is_named_with_the_command_that_fetches_it(tiny: Path, hub: Path, source: str) -> None:
    entry = replace(entry_for(tiny), place=Place.REPOSITORY, source=source, revision="e" * 40)
    with pytest.raises(ModelError, match=r"mine is not on this machine, .* `python -m engine --pull mine`"):
        Places(catalog_of(entry), hub, Hashes()).find(entry)


def test_a_folder_that_is_gone_is_named(tiny: Path, tmp_path: Path) -> None:
    entry = replace(entry_for(tiny), source=str(tmp_path / "gone"))
    with pytest.raises(ModelError, match=r"It belongs into .*gone"):
        Places(catalog_of(entry), None, Hashes()).find(entry)


def test_whether_a_model_is_here_is_seen_by_names_alone(
    tiny: Path, hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes = Hashes()
    monkeypatch.setattr(Hashes, "file", None)
    local = shutil.copytree(tiny, tmp_path / "local")
    folder = entry_for(local, "folder")
    fetched = replace(entry_for(tiny, "fetched"), place=Place.REPOSITORY, source="ada/art", revision=COMMIT)
    file = replace(folder, name="file", place=Place.FILE, source=str(tiny / "model_index.json"), like="folder")
    absent = replace(fetched, name="absent", revision="e" * 40)
    places = Places(catalog_of(folder, fetched, file, absent), hub, hashes)
    assert [places.has(entry) for entry in (folder, fetched, file, absent)] == [True, True, True, False]
    (local / "unet" / "diffusion_pytorch_model.safetensors").unlink()
    assert [places.has(entry) for entry in (folder, file)] == [False, True]
    shutil.rmtree(local / "tokenizer")
    assert not places.has(file)


def test_without_a_folder_of_its_own_the_hubs_cache_is_looked_at() -> None:
    assert default_hub().name == "hub"
