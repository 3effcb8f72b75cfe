"""What ships is what is judged where nothing else is said."""

import json

import pytest

from engine.pocket import evaluate


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    monkeypatch.setattr("sys.argv", ["evaluate", *arguments])
    evaluate.main()


def test_a_model_of_the_catalogue_is_judged_by_its_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(evaluate, "GRIDS", 1)
    run(monkeypatch, "pocket", "--questions", "3", "--side", "64", "--steps", "1")
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert 0 <= report["all verdicts"] <= 1
    assert {"place", "style", "diversity in a grid", "seconds_per_picture"} <= set(report)


@pytest.mark.parametrize(
    ("name", "problem"),
    [("pocet", "pocet"), ("swatch", "paints no scenes"), ("sdxl", "sdxl")],
)
def test_a_model_that_is_not_here_is_told(
    name: str, problem: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, name, "--questions", "1")
    assert ended.value.code == 2
    assert problem in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--sheet", "sheet"], "--sheet sheet is no name of a picture; end it in .png"),
        (["--sheet", "/dev/null/a.png"], "/dev/null cannot be made"),
        (["--styles", "/dev/null/styles"], "/dev/null/styles cannot be made"),
        (["--compbench", "missing"], "--compbench missing holds no prompts"),
        (["--encoders", "missing"], "--encoders missing holds no encoders"),
        (["--checker", "missing"], "--checker missing is no file"),
        (["--questions", "0"], "--questions 0 asks nothing"),
    ],
)
def test_what_cannot_be_read_or_saved_is_told_before_anything_is_painted(
    words: list[str], problem: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(evaluate, "open_painter", lambda *_: pytest.fail("A painter was opened."))
    with pytest.raises(SystemExit) as ended:
        run(monkeypatch, "pocket", *words)
    assert ended.value.code == 2
    assert problem in capsys.readouterr().err


def test_the_checker_that_ships_is_right_about_renderings_and_takes_no_wrong_ones(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "--renderings", "--questions", "100")
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert report["all verdicts"] >= 0.98
    assert report["wrong_accepted"] <= 0.03
