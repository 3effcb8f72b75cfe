"""`python -m engine`: pictures, quotes and lists from the shell, with a clear word and exit code where it cannot be."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from engine.__main__ import main
from engine.paint.encode import encode_png, read_recipes

SWATCH = ["--model", "swatch", "--device", "none"]
Say = pytest.CaptureFixture[str]


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def test_a_prompt_becomes_a_file_that_carries_its_recipe(tmp_path: Path, capsys: Say) -> None:
    target = tmp_path / "house.png"
    assert main(["a red house --ar 3:2 --seed 7", "-o", str(target), *SWATCH]) == 0
    (recipe,) = read_recipes(target.read_bytes())
    assert (recipe.seed, recipe.width > recipe.height) == (7, True)
    assert "house.png" in capsys.readouterr().out


@pytest.mark.parametrize("end", [".png", ".webp", ".jpg"])
def test_a_grid_of_four_is_one_file_of_any_kind(tmp_path: Path, end: str) -> None:
    target = tmp_path / f"grid{end}"
    assert main(["a red house --seed 7", "-o", str(target), "--grid", *SWATCH]) == 0
    assert len(read_recipes(target.read_bytes())) == 4
    assert pixels(target).shape == (512, 512, 3)


def test_a_film_lies_beside_the_picture_and_what_is_for_members_is_told(tmp_path: Path, capsys: Say) -> None:
    target = tmp_path / "house.png"
    assert main(["a house --steps 3 --video --turbo --repeat 2", "-o", str(target), *SWATCH]) == 0
    said = capsys.readouterr()
    assert "house-film.webp: the film." in said.out
    assert "--repeat 2 has no effect: this command paints once" in said.err
    assert "--turbo has no effect" in said.err
    with Image.open(tmp_path / "house-film.webp") as film:
        assert len(list(ImageSequence.Iterator(film))) == 3
    assert main(["a house --steps 1 --video", "-o", str(target), *SWATCH]) == 0
    assert "There is no film" in capsys.readouterr().out


def test_json_says_what_was_painted(tmp_path: Path, capsys: Say) -> None:
    assert main(["a red house --seed 7", "-o", str(tmp_path / "a.png"), "--json", *SWATCH]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["recipes"][0]["seed"] == 7
    assert said["seconds"] >= 0
    assert said["file"].endswith("a.png")


def test_a_model_that_paints_is_replayed_bit_for_bit(tmp_path: Path, own_catalog: Path, capsys: Say) -> None:
    more = ["--catalog", str(own_catalog), "--device", "cpu"]
    target, again = tmp_path / "house.png", tmp_path / "again.png"
    assert main(["a red house --steps 3", "-o", str(target), "--model", "mine", "--exact", *more]) == 0
    assert main(["--replay", str(target), "-o", str(again), *more]) == 0
    assert "The same picture, bit for bit." in capsys.readouterr().out
    assert np.array_equal(pixels(target), pixels(again))


def test_a_replay_that_differs_says_by_how_much_and_why(tmp_path: Path, capsys: Say) -> None:
    target = tmp_path / "card.png"
    main(["a red house --seed 7", "-o", str(target), *SWATCH])
    changed = pixels(target).copy()
    changed[0, 0] ^= 8
    target.write_bytes(encode_png(changed, *read_recipes(target.read_bytes())))
    assert main(["--replay", str(target), "-o", str(tmp_path / "b.png"), "--device", "none"]) == 0
    assert "values differ by up to 8 of 255" in capsys.readouterr().out


def test_a_replay_into_the_file_of_the_original_compares_with_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Say
) -> None:
    """Both go by picture.png, where no other name is said."""
    monkeypatch.chdir(tmp_path)
    assert main(["a red house --seed 7", *SWATCH]) == 0
    original = Path("picture.png")
    (recipe,) = read_recipes(original.read_bytes())
    original.write_bytes(encode_png(255 - pixels(original), recipe))
    assert main(["--replay", "picture.png", "--device", "none"]) == 0
    assert "values differ by up to" in capsys.readouterr().out
    assert main(["--replay", "picture.png", "--device", "none"]) == 0
    assert "The same picture, bit for bit." in capsys.readouterr().out


def test_a_replay_with_other_files_says_that_it_is_they(
    tmp_path: Path, own_catalog: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch, capsys: Say
) -> None:
    import torch
    from safetensors.torch import load_file, save_file

    from engine.paint import enlarging
    from engine.pocket.upscaler import make_upscaler

    torch.manual_seed(2)
    for name in ("one", "two"):
        save_file(make_upscaler(width=4, depth=1).state_dict(), tmp_path / f"{name}.safetensors")
    copy = tmp_path / "copy"
    shutil.copytree(tiny, copy)
    own_catalog.write_text(own_catalog.read_text().replace(str(tiny), str(copy)))
    more = ["--catalog", str(own_catalog), "--device", "cpu"]
    house, large = tmp_path / "house.png", tmp_path / "large.png"
    monkeypatch.setattr(enlarging, "SHIPPED", tmp_path / "one.safetensors")
    assert main(["a red house --steps 3", "-o", str(house), "--model", "mine", "--exact", *more]) == 0
    assert main(["--upscale", str(house), "-o", str(large), *more]) == 0
    (recipe,) = read_recipes(large.read_bytes())
    assert str(dict(recipe.extras)["net"]).startswith("sha256:")
    assert recipe.environment is not None
    assert (recipe.environment.device, dict(recipe.environment.packages).keys() >= {"torch"}) == ("cpu", True)
    replay = ["--replay", str(large), "--image", str(house), "-o", str(tmp_path / "b.png"), *more]
    capsys.readouterr()
    assert main(replay) == 0
    assert "The same picture, bit for bit." in capsys.readouterr().out
    monkeypatch.setattr(enlarging, "SHIPPED", tmp_path / "two.safetensors")
    assert main(replay) == 0
    assert "another net enlarged the original" in capsys.readouterr().out
    weights = next((copy / "unet").glob("*.safetensors"))
    changed = {name: tensor * 1.5 for name, tensor in load_file(weights).items()}
    save_file(changed, weights, metadata={"format": "pt"})
    assert main(["--replay", str(house), "-o", str(tmp_path / "c.png"), *more]) == 0
    assert "the files of mine are others than those that painted the original" in capsys.readouterr().out


def test_a_colour_card_says_what_drew_it(tmp_path: Path) -> None:
    target = tmp_path / "card.png"
    assert main(["a red house", "-o", str(target), *SWATCH]) == 0
    (recipe,) = read_recipes(target.read_bytes())
    assert recipe.environment is not None
    assert [name for name, _ in recipe.environment.packages] == ["pillow"]


@pytest.mark.alone
def test_whoever_stops_it_does_not_wait_for_the_picture(own_catalog: Path, tmp_path: Path) -> None:
    """Its step ends, its fifty steps do not."""
    own_catalog.write_text(own_catalog.read_text().replace("32x32", "512x512"))
    words = ["a red house --steps 50", "--grid", "--model", "mine", "--catalog", str(own_catalog), "--device", "cpu"]
    command = [sys.executable, "-m", "engine", *words, "-o", str(tmp_path / "a.png")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        try:
            assert running.stderr is not None
            running.stderr.readline()  # which device it is: the picture is begun
            running.send_signal(signal.SIGINT)
            began = time.monotonic()
            said = running.communicate(timeout=40)[1]
            assert time.monotonic() - began < 8
        finally:
            running.kill()
    assert (running.returncode, said.strip()) == (130, "Stopped; nothing was written.")


def test_a_picture_to_start_from_is_named_by_file_and_needed_again_for_a_replay(tmp_path: Path, capsys: Say) -> None:
    start, target = tmp_path / "start.png", tmp_path / "out.png"
    Image.new("RGB", (9, 9), "teal").save(start)
    assert main(["a house", "--image", str(start), "-o", str(target), *SWATCH]) == 0
    (recipe,) = read_recipes(target.read_bytes())
    assert recipe.sources[0].sha256 == hashlib.sha256(start.read_bytes()).hexdigest()
    assert main(["--replay", str(target), "-o", str(tmp_path / "b.png"), "--device", "none"]) == 2
    assert "starts from a picture that was not given" in capsys.readouterr().err
    again = ["--replay", str(target), "--image", str(start), "-o", str(tmp_path / "b.png"), "--device", "none"]
    assert main(again) == 0


def test_a_file_is_varied_by_its_own_recipe(tmp_path: Path) -> None:
    card, more, far = tmp_path / "card.png", tmp_path / "more.png", tmp_path / "far.webp"
    main(["a red house --seed 7", "-o", str(card), *SWATCH])
    assert main(["--vary", str(card), "-o", str(more), "--grid", "--device", "none"]) == 0
    assert main(["--vary", str(card), "--strong", "-o", str(far), "--device", "none"]) == 0
    cells, (strong,) = read_recipes(more.read_bytes()), read_recipes(far.read_bytes())
    digest = hashlib.sha256(card.read_bytes()).hexdigest()
    assert {cell.sources[0].sha256 for cell in (*cells, strong)} == {digest}
    assert [cell.sources[0].strength for cell in (*cells, strong)] == [0.35] * 4 + [0.7]
    replay = ["--replay", str(more), "--image", str(card), "-o", str(tmp_path / "b.png"), "--device", "none"]
    assert main(replay) == 0
    assert np.array_equal(pixels(more), pixels(tmp_path / "b.png"))


def test_a_file_is_enlarged_subtly_or_creatively(tmp_path: Path, capsys: Say) -> None:
    card = tmp_path / "card.png"
    main(["a red house --seed 7", "-o", str(card), *SWATCH])
    for name, more in (("a.png", []), ("b.png", ["--creative"])):
        assert main(["--upscale", str(card), *more, "-o", str(tmp_path / name), "--device", "none"]) == 0
        assert "Upscale became a smooth enlargement" in capsys.readouterr().err
    first, second = pixels(tmp_path / "a.png"), pixels(tmp_path / "b.png")
    assert first.shape == second.shape == (1024, 1024, 3)
    assert not np.array_equal(first, second)
    assert main(["--upscale", str(tmp_path / "a.png"), "-o", str(tmp_path / "c.png"), "--device", "none"]) == 0
    assert main(["--upscale", str(tmp_path / "c.png"), "--device", "none"]) == 2
    assert "cannot get larger than it is" in capsys.readouterr().err


def test_a_cell_of_a_grid_is_meant_by_its_number(tmp_path: Path, capsys: Say) -> None:
    grid, child = tmp_path / "grid.png", tmp_path / "child.png"
    main(["a red house --seed 7", "-o", str(grid), "--grid", *SWATCH])
    assert main(["--vary", str(grid), "-o", str(child), "--device", "none"]) == 2
    assert "holds a grid of 4 pictures. Say which with --cell 1 to --cell 4." in capsys.readouterr().err
    assert main(["--upscale", str(grid), "--cell", "5", "-o", str(child), "--device", "none"]) == 2
    assert "has no cell 5" in capsys.readouterr().err
    assert main(["--upscale", str(grid), "--cell", "3", "-o", str(child), "--device", "none"]) == 0
    (recipe,) = read_recipes(child.read_bytes())
    assert recipe.seed == read_recipes(grid.read_bytes())[2].seed
    small = Image.fromarray(pixels(child)).resize((256, 256), Image.Resampling.BOX)
    assert np.abs(np.asarray(small).astype(int) - pixels(grid)[256:, :256]).mean() < 3
    replay = ["--replay", str(child), "--image", str(grid), "--cell", "3", "-o", str(tmp_path / "b.png")]
    assert main([*replay, "--device", "none"]) == 0
    assert "The same picture, bit for bit." in capsys.readouterr().out


def test_a_model_varies_and_repaints_what_it_painted(
    tmp_path: Path, own_catalog: Path, monkeypatch: pytest.MonkeyPatch, capsys: Say
) -> None:
    import torch
    from safetensors.torch import save_file

    from engine.paint import enlarging
    from engine.pocket.upscaler import make_upscaler

    torch.manual_seed(2)
    save_file(make_upscaler(width=4, depth=1).state_dict(), tmp_path / "net.safetensors")
    monkeypatch.setattr(enlarging, "SHIPPED", tmp_path / "net.safetensors")
    more = ["--catalog", str(own_catalog), "--device", "cpu", "--exact"]
    house = tmp_path / "house.png"
    assert main(["a red house --steps 3", "-o", str(house), "--model", "mine", *more]) == 0
    for name, words in (("vary", ["--vary"]), ("subtle", ["--upscale"]), ("creative", ["--creative", "--upscale"])):
        made, again = tmp_path / f"{name}.png", tmp_path / f"{name}2.png"
        assert main([*words, str(house), "-o", str(made), *more]) == 0
        assert pixels(made).shape == ((32, 32, 3) if name == "vary" else (128, 128, 3))
        assert main(["--replay", str(made), "--image", str(house), "-o", str(again), *more]) == 0
        assert "The same picture, bit for bit." in capsys.readouterr().out
    assert not np.array_equal(pixels(tmp_path / "subtle.png"), pixels(tmp_path / "creative.png"))


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["a --ar 40:1 --nope"], 2, "There is no parameter --nope"),
        (["a", "-o", "a.bmp"], 1, "cannot be written; end its name in .png"),
        ([], 2, "Say one thing to do"),
        (["a", "--list-models"], 2, "Say one thing to do"),
        (["a", "--model", "nope"], 1, "There is no model named nope"),
        (["a", "--model", "sdxl", "--device", "cpu"], 3, "--pull sdxl"),
        (["a", "-o", "."], 1, ". cannot be written; end its name in .png"),
        (["a", "-o", "missing/a.png"], 1, "missing/a.png cannot be written: there is no folder missing; make it"),
        (["a", "--model", "sdxl", "--device", "none"], 3, "No device was wanted, and Stable Diffusion XL 1.0 is"),
        (["a", "--model", "swatch", "--mask", __file__, "--device", "none"], 2, "a mask and no picture that it"),
        (["a", "--adapters", "missing"], 1, "--adapters missing is no folder"),
        (["a", "--device", "cuda:99"], 1, "There is no device cuda:99"),
        (["--replay", "missing.png"], 1, "cannot be read"),
        (["--vary", "missing.png"], 1, "cannot be read"),
        (["--vary", __file__], 2, "picture: cannot be read. Use a PNG, WebP or JPEG file."),
        (["--vary", "a.png", "--upscale", "a.png"], 2, "Say one thing to do"),
        (["a", "--strong"], 2, "name a picture with --vary"),
        (["--vary", "a.png", "--creative"], 2, "name a picture with --upscale"),
        (["--upscale", "a.png", "--grid"], 2, "--grid is for a prompt or --vary"),
        (["a", "--cell", "1"], 2, "name its file with --vary, --upscale or --image"),
        (["a", "--image", __file__, "--strength", "5", "--model", "swatch"], 2, "Use 0 to 1."),
        (["a", "--image", __file__, "--strength", "nan", "--model", "swatch"], 2, "is nan. Use a finite number."),
        (["a", "--image", __file__, "--strength", "inf", "--model", "swatch"], 2, "is inf. Use a finite number."),
        (["a", "--image", "missing.png"], 1, "cannot be read"),
        (["--pull", "pocket"], 3, "There is nothing to fetch"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_with_its_own_exit_code(
    arguments: list[str], code: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Say
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == code
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_list_names_every_model_that_is_offered(capsys: Say) -> None:
    assert main(["--list-models"]) == 0
    said = capsys.readouterr().out
    assert "sdxl" in said
    assert "no commercial use" in said
    assert "Swatch" not in said
    assert "--pull pocket" not in said, "what ships cannot be fetched"
    assert main(["--list-models", "--json"]) == 0
    assert {"name", "title", "licence", "here"} <= json.loads(capsys.readouterr().out)[0].keys()


def test_a_quote_paints_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Say) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["a red house", "--quote", "--json", *SWATCH]) == 0
    assert json.loads(capsys.readouterr().out)["gpu_ms"] > 0
    assert list(tmp_path.iterdir()) == []


def test_whoever_stops_reading_stops_it_without_a_word() -> None:
    program = f"{sys.executable} -m engine --list-models | head -1"
    said = subprocess.run(["bash", "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert said.stdout.startswith("pocket")
    assert said.stderr == ""


@pytest.mark.parametrize("words", [["--list-models"], ["a", *SWATCH]])
def test_what_a_reader_who_has_left_does_not_hear_is_no_failure(words: list[str], tmp_path: Path) -> None:
    """As with `| true`, and without PYTHONUNBUFFERED: the words leave at the end, all at once."""
    reader, writer = os.pipe()
    os.close(reader)
    ended = start(words, tmp_path, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (ended.returncode, "Traceback" in ended.stderr, "Exception" in ended.stderr) == (0, False, False)


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_picture_is_painted_whatever_the_shell_has_closed(closed: str, tmp_path: Path) -> None:
    command = ["bash", "-c", f'exec "$0" -m engine "a house" --model swatch --device none {closed}', sys.executable]
    ended = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, timeout=60, check=False)
    assert (ended.returncode, b"Traceback" in ended.stderr) == (0, False)
    assert len(read_recipes((tmp_path / "picture.png").read_bytes())) == 1


def test_a_name_that_the_terminal_cannot_write_costs_no_picture(tmp_path: Path) -> None:
    words = ["a hoüse", *SWATCH, "-o", "hoüse.png"]
    ended = start(words, tmp_path, PYTHONIOENCODING="ascii", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert (ended.returncode, ended.stdout.partition(":")[0]) == (0, "ho\\xfcse.png")
    assert (tmp_path / "hoüse.png").exists()


def test_a_prompt_in_another_encoding_than_the_terminals_is_refused(capsys: Say) -> None:
    assert main(["a caf\udce9 at night", *SWATCH]) == 1
    assert "a letter that cannot be read after `a caf`; write it as UTF-8." in capsys.readouterr().err


def environment(**more: str) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"} | more


def start(words: list[str], folder: Path, *, stdout: int, stderr: int, **more: str) -> subprocess.CompletedProcess[str]:
    command, env = [sys.executable, "-m", "engine", *words], environment(**more)
    return subprocess.run(
        command, cwd=folder, env=env, stdout=stdout, stderr=stderr, text=True, timeout=60, check=False
    )
