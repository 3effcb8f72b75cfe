"""An operator's own catalogue: what may be left out, and how mistakes are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import CatalogError
from engine.models.catalog import Commercial, Family, Place
from engine.models.catalog_toml import load_catalog


def write(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, text: str) -> list[str]:
    with pytest.raises(CatalogError) as caught:
        load_catalog(write(folder, text))
    return str(caught.value).splitlines()


def test_single_file_needs_only_a_model_that_it_is_like(tmp_path: Path) -> None:
    (tmp_path / "dream.safetensors").touch()
    own = write(tmp_path, '[models.dream]\nlike = "sdxl"\nfile = "dream.safetensors"\naliases = ["dreamy"]\nsteps = 20')
    entry = load_catalog(own).find("dreamy")
    assert (entry.place, entry.source) == (Place.FILE, str(tmp_path / "dream.safetensors"))
    assert (entry.family, entry.like, entry.steps, entry.guidance) == (Family.SDXL, "sdxl", 20, 7.0)
    assert (entry.licence.name, entry.licence.commercial) == ("unknown", Commercial.NO)
    assert entry.revision == ""


def test_folder_that_diffusers_saved_can_be_added(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "model_index.json").touch()
    own = write(tmp_path, '[models.mine]\nlike = "flux-dev"\nfolder = "mine"\nlicence = "my own"\ncommercial = "yes"')
    entry = load_catalog(own).find("mine")
    assert (entry.place, entry.licence.name, entry.licence.commercial) == (Place.FOLDER, "my own", Commercial.YES)


def test_own_model_may_be_like_another_own_one_and_replace_one_that_ships(tmp_path: Path) -> None:
    own = write(
        tmp_path,
        '[models.a]\nlike = "sdxl"\nrepository = "me/a"\nsteps = 9\n[models.sdxl]\nlike = "a"\nrepository = "me/b"',
    )
    catalog = load_catalog(own)
    assert (catalog.find("sdxl").steps, catalog.find("sdxl").source) == (9, "me/b")


@pytest.mark.parametrize(
    "text",
    [
        '[models."sd1.5"]\nlike = "sd1.5"\nfile = "dream.safetensors"',
        '[models.dream]\nlike = "sd1.5"\nfile = "dream.safetensors"\n'
        '[models."sd1.5"]\nlike = "dream"\nrepository = "me/b"\nfile = "b.safetensors"',
    ],
)
def test_a_single_file_cannot_take_the_place_of_the_model_whose_configuration_it_needs(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "dream.safetensors").touch()
    told = "\n".join(refused(tmp_path, text))
    assert "models.sd1.5.like: leads back to sd1.5, which is replaced by a file that has no configuration." in told
    assert "Give that file a name of its own" in told


def test_every_fault_is_told_at_once_with_its_line_and_its_remedy(tmp_path: Path) -> None:
    lines = refused(
        tmp_path,
        """
[models.one]
like = "sdxl"
repository = "me/one"
steps = "many"
colour = "red"
sizes = ["big"]

[models.two]
family = "sdxl"
repository = "me/two"

[models.three]
like = "nothing"
repository = "me"

[models.four]
like = "sdxl"

[other]
""",
    )
    assert lines[0] == "own.toml: other: is not known here. Write each model under [models.NAME]."
    assert "own.toml, line 5: models.one.steps: is 'many'. Use a whole number above zero." in lines
    assert any(line.startswith("own.toml, line 6: models.one.colour: is not known. Remove it") for line in lines)
    assert "own.toml, line 7: models.one.sizes: is ['big']. Use sizes such as \"1024x1024\"." in lines
    assert sum(line.startswith("own.toml, line 9: models.two: lacks ") for line in lines) == 17
    told = "\n".join(lines)
    assert "line 14: models.three.like: is nothing, which is no model above this one." in told
    assert "line 15: models.three.repository: is 'me'. Use a name such as \"owner/model\"." in told
    assert "line 17: models.four: says nowhere where its weights are. Give one of: shipped" in told


LIKE = '[models.x]\nlike = "sdxl"\nrepository = "me/x"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("models = 7", "own.toml: models: is no table."),
        ("[models]\nx = 7", "models.x: is no table. Write [models.x]."),
        ("[models.", "own.toml: is not TOML"),
        ('[models."A b"]\nlike = "sdxl"\nrepository = "me/x"', "has a name that cannot be typed."),
        ('[models.x]\nlike = "sdxl"\nfile = "x.ckpt"', "Use a .safetensors file; other kinds can run code when"),
        ('[models.x]\nlike = "sdxl"\nfile = "gone.safetensors"', "gone.safetensors, which is no file. Check the path."),
        ('[models.x]\nlike = "sdxl"\nfolder = "gone"', "which holds no model_index.json. Name a folder that diffusers"),
        (
            '[models.x]\nfile = "x.safetensors"',
            'is read with another model\'s configuration. Say which, such as like = "sdxl"',
        ),
        (LIKE + 'folder = "y"', "says more than once where its weights are."),
        (LIKE + 'scheduler = "flow"', "models.x.scheduler: is not among schedulers. Use one of: ddim"),
        (LIKE + "steps = 151", "models.x.steps: is more than most_steps. Use at most 150."),
        (LIKE + "guidance = 31", "models.x.guidance: is more than most_guidance. Use at most 30.0."),
        (LIKE + "multiple = 48", "models.x.sizes: 1024x1024 is not in steps of 48. Change it, or multiple."),
        (LIKE + "longest = 1000", "models.x.sizes: 1024x1024 is longer than longest."),
        (LIKE + 'commercial = "limited"', "models.x.commercial: is limited. Say in terms what the conditions are."),
        (LIKE + 'aliases = ["flux"]', "models.x.aliases: calls itself flux, as flux-dev does."),
        (LIKE + 'aliases = ["sdxl"]', "calls itself sdxl, as sdxl does. Give that name to one of them."),
        (LIKE + 'revision = "main"', "models.x.revision: is 'main'. Use a commit of 40 digits."),
        (LIKE + "tasks = []", "models.x.tasks: is []. Use a list with at least one item."),
        (LIKE + 'guiding = "maybe"', "models.x.guiding: is 'maybe'. Use one of double, built-in, none."),
        (LIKE + 'gated = "yes"', "models.x.gated: is 'yes'. Use true or false."),
    ],
)
def test_mistake_is_told_with_what_to_do(tmp_path: Path, text: str, told: str) -> None:
    assert told in "\n".join(refused(tmp_path, text))


def test_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"gone\.toml: cannot be read \(No such file or directory\)"):
        load_catalog(tmp_path / "gone.toml")
