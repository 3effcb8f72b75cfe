"""Each stage takes two small steps; what they leave is packed and painted with."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from diffusers import AutoPipelineForText2Image
from safetensors.torch import load_file
from transformers import AutoModel

from engine.pocket import evaluate, train
from engine.pocket.evaluation.checker import find, load_checker
from engine.pocket.training import guided, latents, upscaler
from engine.pocket.training.autoencoder import AutoencoderStage
from engine.pocket.training.checker import CheckerStage
from engine.pocket.training.decoder import DecoderStage
from engine.pocket.training.encoders import EncodersStage, recall
from engine.pocket.training.eye import EyeStage
from engine.pocket.training.guided import GuidedStage
from engine.pocket.training.labels import targets
from engine.pocket.training.lessons import Phase
from engine.pocket.training.loop import Pace, Stage, run
from engine.pocket.training.packing import STAGES, pack, unpack
from engine.pocket.training.painter import PainterStage, SketchStage, noise_levels
from engine.pocket.training.practice import PracticeStage
from engine.pocket.training.upscaler import UpscalerStage
from engine.pocket.upscaler import load_upscaler
from engine.pocket.world import FIRST, WHOLE, Style, cast

CPU = torch.device("cpu")
NEVER = Pace(warm=1, show_every=1 << 40)
SHORT = Phase(8, FIRST, "first", ((64, 32, 1.0),), 8)
PARTS = ("encoder", "decoder")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("training")
    patch = pytest.MonkeyPatch()
    patch.setattr(latents, "CHUNK", 8)
    patch.setattr(upscaler, "FULL_SIDE", 128)
    run(AutoencoderStage(CPU, 4, 8, side=32), folder, NEVER)
    patch.setattr(guided, "PHASES", [SHORT])
    stages: list[Callable[[], Stage]] = [
        lambda: SketchStage(CPU, folder, 4, phases=[SHORT]),
        lambda: EyeStage(CPU, folder, 4, 8, phase=Phase(8, FIRST, "square", ((64, 64, 1.0),), 8)),
        lambda: PainterStage(CPU, folder, 4, phases=[SHORT]),
        lambda: PracticeStage(CPU, folder, 4, 8, phases=[SHORT]),
        lambda: GuidedStage(CPU, folder, 4, 8),
        lambda: DecoderStage(CPU, folder, 4, 8, side=32),
        lambda: EncodersStage(CPU, folder, 4, 8, gallery=20),
        lambda: UpscalerStage(CPU, folder, 2, 8, side=64),
        lambda: CheckerStage(CPU, 4, 8),
    ]
    for make in stages:
        assert run(make(), folder, NEVER).samples == 8
    patch.undo()
    return folder


@pytest.fixture(scope="module")
def packed(trained: Path) -> Path:
    out = trained / "out" / "weights"
    assert pack(trained, out) == dict.fromkeys(STAGES, 8)
    return out


def test_what_ships_fits_into_48_megabytes_and_shards_into_15(packed: Path) -> None:
    sizes = [path.stat().st_size for path in packed.rglob("*") if path.is_file()]
    assert sum(sizes) <= 48_000_000
    assert max(sizes) <= 15_000_000


def test_the_packed_folder_paints_and_guides_without_custom_classes(packed: Path) -> None:
    pipe = AutoPipelineForText2Image.from_pretrained(packed, dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    common = {"width": 64, "height": 96, "num_inference_steps": 1, "output_type": "np"}
    paint = [
        pipe("a red cat", **common, guidance_scale=g, generator=torch.Generator().manual_seed(1)).images
        for g in (1.0, 5.0)
    ]
    assert paint[0].shape == (1, 96, 64, 3)
    assert (paint[0] != paint[1]).any()


def test_the_packed_folder_tells_how_to_preview_its_latents(packed: Path) -> None:
    preview = json.loads((packed / "preview.json").read_text())
    assert [len(row) for row in preview["factors"]] == [3] * 4
    assert len(preview["bias"]) == 3


def test_a_card_tells_what_each_stage_has_seen(packed: Path) -> None:
    card = (packed / "README.md").read_text()
    assert "autoencoder 8, sketch 8, eye 8, painter 8, practice 8, guided 8, decoder 8, encoders 8" in card
    assert "license: apache-2.0" in card


def test_training_goes_on_from_what_ships(packed: Path, trained: Path, tmp_path: Path) -> None:
    folder, again = tmp_path / "training", tmp_path / "again" / "weights"
    unpack(packed, folder)
    assert pack(folder, again) == dict.fromkeys(STAGES, 8)
    for path in (file for file in packed.rglob("*.safetensors")):
        other = load_file(again / path.relative_to(packed))
        assert all(torch.equal(other[name], kept) for name, kept in load_file(path).items()), path
    assert (again / "README.md").read_text() == (packed / "README.md").read_text()
    shutil.copy(trained / "eye.pt", folder)
    stages: list[Stage] = [DecoderStage(CPU, folder, 4, 12, side=32), PracticeStage(CPU, folder, 4, 8, phases=[SHORT])]
    assert [run(stage, folder, NEVER).samples for stage in stages] == [12, 8]


def test_the_companions_load(packed: Path) -> None:
    assert AutoModel.from_pretrained(packed / "encoders").config.projection_dim == 128
    assert load_upscaler(packed / "upscaler" / "model.safetensors")(torch.zeros(1, 3, 8, 8)).shape[-1] == 32
    assert len(find(load_checker(packed.parent / "checker.safetensors"), torch.rand(2, 3, 96, 64))) == 2


def test_evaluation_prints_a_table_and_one_line_of_json(
    packed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (packed.parent / "color_train.txt").write_text("a red car and a blue cat\na quixotic notion\n")
    checker = str(packed.parent / "checker.safetensors")
    options = ["--questions", "4", "--side", "64", "--steps", "1", "--encoders", str(packed / "encoders")]
    arguments = [str(packed), "--checker", checker, "--compbench", str(packed.parent), *options]
    monkeypatch.setattr(evaluate, "Style", [Style.FLAT])
    arguments += ["--styles", str(packed.parent / "styles")]
    monkeypatch.setattr("sys.argv", ["evaluate", *arguments])
    evaluate.main()
    lines = capsys.readouterr().out.splitlines()
    report = json.loads(lines[-1])
    assert len(lines) == len(report) + 1
    assert report["compbench coverage"] == 0.5
    assert (packed.parent / "styles" / "flat.png").exists()
    assert {"place", "style", "flat known again", "frechet distance", "inception score", "seconds_per_picture"} <= set(
        report
    )


def test_the_checker_is_measured_on_renderings_with_their_own_prompts_and_with_wrong_ones(
    packed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    checker = str(packed.parent / "checker.safetensors")
    monkeypatch.setattr("sys.argv", ["evaluate", "--renderings", "--checker", checker, "--questions", "6"])
    evaluate.main()
    assert 0 <= json.loads(capsys.readouterr().out.splitlines()[-1])["wrong_accepted"] <= 1


def test_the_decoder_stage_leaves_the_encoder_as_it_was(trained: Path) -> None:
    kept = torch.load(trained / "autoencoder.pt", weights_only=True)["average"]["autoencoder"]
    after = torch.load(trained / "decoder.pt", weights_only=True)["average"]["autoencoder"]
    moved = {part: max((kept[k] - after[k]).abs().max().item() for k in kept if k.startswith(part)) for part in PARTS}
    assert moved["encoder"] < 1e-6 < moved["decoder"]


def test_noise_levels_cover_the_whole_schedule() -> None:
    torch.manual_seed(3)
    levels = torch.cat([noise_levels(64) for _ in range(50)])
    assert levels.min() < 10
    assert levels.max() > 990
    assert levels.float().mean() == pytest.approx(540, abs=40)


def test_the_checker_is_told_each_things_middle_kind_and_color() -> None:
    scenes = [scene for scene in (cast(n, WHOLE) for n in range(60)) if len(scene.things) == 2][:5]
    heat, kind, color = targets(scenes, 32)
    for i, scene in enumerate(scenes):
        y, x = int(scene.things[0].y * 32), int(scene.things[0].x * 32)
        assert heat[i, y, x] > 0.5
        assert kind[i, y, x] >= 0
        assert color[i, y, x] >= 0


def test_recall_counts_own_columns_among_the_first() -> None:
    likeness = torch.tensor([[3.0, 2.0, 1.0], [3.0, 2.0, 1.0], [3.0, 2.0, 1.0]])
    assert recall(likeness, 1) == pytest.approx(1 / 3)
    assert recall(likeness, 2) == pytest.approx(2 / 3)


def test_what_cannot_be_unpacked_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = [(tmp_path, "name a new folder"), (tmp_path / "new", "unpack a folder that --pack wrote")]
    (tmp_path / "training.json").write_text('{"samples": {}, "last": {}}')
    for folder, remedy in cases:
        packed = tmp_path if folder == tmp_path else tmp_path / "nowhere"
        monkeypatch.setattr("sys.argv", ["train", str(folder), "--unpack", str(packed)])
        with pytest.raises(SystemExit):
            train.main()
        assert remedy in capsys.readouterr().err
    assert not (tmp_path / "new").exists()
