"""`python -m engine.pocket.evaluate MODEL`: how well a model paints the world's prompts. Prints a table and one line of
JSON. `--renderings` measures the checker itself, on the world's own pictures.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from engine.errors import EngineError
from engine.pocket.encoders import joined, picture_features, text_features
from engine.pocket.evaluation.candidate import Manner, Paint, open_painter
from engine.pocket.evaluation.checker import Checker, find, load_checker
from engine.pocket.evaluation.measures import diversity, frechet_distance, inception_score
from engine.pocket.evaluation.prompts import Question, compbench_questions, held_out_questions, style_questions
from engine.pocket.evaluation.verdict import judge
from engine.pocket.training.pictures import save_sheet, to_tensor
from engine.pocket.world import KINDS, Style, render

HERE = Path(__file__).parent
SIDE = 256  # at which all pictures are judged, painted and rendered ones

GRIDS = 25  # of four pictures, whose likeness is looked at


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m engine.pocket.evaluate", description=__doc__)
    parser.add_argument("model", nargs="?", help="a model of the catalogue, or a folder that diffusers loads")
    parser.add_argument("--checker", type=Path, default=HERE / "checker.safetensors", help="the checker's weights")
    parser.add_argument(
        "--encoders",
        type=Path,
        default=HERE / "weights" / "encoders",
        help="a folder with encoders, for distances and diversity",
    )
    parser.add_argument("--compbench", type=Path, help="the folder of T2I-CompBench's prompts")
    parser.add_argument("--renderings", action="store_true", help="judge the world's own pictures: the checker's bar")
    parser.add_argument("--questions", type=int, default=500)
    parser.add_argument("--side", type=int, help="of its pictures; else as the model is used to")
    parser.add_argument("--steps", type=int, help="else as the model is used to")
    parser.add_argument("--guidance", type=float, help="else as the model is used to")
    parser.add_argument("--sheet", type=Path, help="where to save the first 64 pictures")
    parser.add_argument("--styles", type=Path, help="a folder for a sheet of 64 prompts of each style")
    options = parser.parse_args()
    if options.model is None and not options.renderings:
        parser.error("give a model's folder, or --renderings")
    if problem := unusable(options):
        parser.error(problem)
    checker = load_checker(options.checker)
    questions = held_out_questions(options.questions)
    if options.renderings:
        report = {"wrong_accepted": wrong_accepted(checker, questions)}
        pictures = drawn(questions)
    else:
        try:
            paint = open_painter(options.model, Manner(options.side, options.steps, options.guidance))
        except EngineError as error:
            parser.error(str(error))
        began = time.perf_counter()
        pictures = painted(paint, questions)
        report = {"seconds_per_picture": (time.perf_counter() - began) / len(questions)}
        if options.styles:
            report |= styles(paint, checker, options.styles)
        if options.compbench:
            report |= compbench(paint, checker, options.compbench)
        report |= distances(paint, pictures, questions, load_encoders(options.encoders))
    report = scores(checker, pictures, questions) | report
    if options.sheet:
        save_grid(pictures, options.sheet)
    for name, value in report.items():
        print(f"{name:24} {value:8.4f}")
    print(json.dumps({k: round(v, 5) for k, v in report.items()}))


def unusable(options: argparse.Namespace) -> str:
    """What is read or written only once many pictures are painted, and would take their figures along; empty if nothing
    is."""
    if options.questions < 1:
        return f"--questions {options.questions} asks nothing; use 1 or more"
    if not options.checker.is_file():
        return f"--checker {options.checker} is no file"
    if not (options.encoders / "config.json").is_file():
        return f"--encoders {options.encoders} holds no encoders"
    if options.compbench and not any(options.compbench.glob("*_train.txt")):
        return f"--compbench {options.compbench} holds no prompts (files that end in _train.txt)"
    if options.sheet and (options.sheet.is_dir() or options.sheet.suffix.lower() not in Image.registered_extensions()):
        return f"--sheet {options.sheet} is no name of a picture; end it in .png"
    try:
        for folder in (options.sheet and options.sheet.parent, options.styles):
            if folder:
                folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return f"{error.filename} cannot be made ({error.strerror}); name another folder"
    return ""


def save_grid(pictures: Tensor, path: Path) -> None:
    save_sheet([list(pictures[i : i + 8]) for i in range(0, min(64, len(pictures)), 8)], path)


def load_encoders(folder: Path) -> Any:
    from transformers import AutoModel, PreTrainedTokenizerFast

    return joined(AutoModel.from_pretrained(folder)).float().eval(), PreTrainedTokenizerFast.from_pretrained(folder)


def painted(paint: Paint, questions: Sequence[Question], batch: int = 4) -> Tensor:
    parts = []
    for start in range(0, len(questions), batch):
        part = questions[start : start + batch]
        pictures = paint([q.prompt for q in part], range(start, start + len(part)))
        parts.append(functional.interpolate(pictures, (SIDE, SIDE), mode="bilinear", antialias=True))
    return torch.cat(parts)


def drawn(questions: Sequence[Question]) -> Tensor:
    return torch.stack([to_tensor(render(q.scene, SIDE, SIDE)) for q in questions if q.scene is not None])


def scores(checker: Checker, pictures: Tensor, questions: Sequence[Question]) -> dict[str, float]:
    right: dict[str, list[bool]] = {}
    for start in range(0, len(questions), 50):
        findings = find(checker, pictures[start : start + 50])
        for question, seen in zip(questions[start : start + 50], findings, strict=True):
            for skill, verdict in judge(question.expectation, seen).items():
                right.setdefault(str(skill), []).append(verdict)
    verdicts = [verdict for skill in right.values() for verdict in skill]
    return {skill: sum(v) / len(v) for skill, v in right.items()} | {"all verdicts": sum(verdicts) / len(verdicts)}


def wrong_accepted(checker: Checker, questions: Sequence[Question]) -> float:
    """How often a rendering passes in every skill for the prompt of another."""
    findings = find(checker, drawn(questions))
    passed = 0
    for i in range(len(questions)):
        other = questions[(i + 1) % len(questions)]
        same = questions[i].expectation == other.expectation
        passed += not same and all(judge(other.expectation, findings[i]).values())
    return passed / len(questions)


def styles(paint: Paint, checker: Checker, folder: Path) -> dict[str, float]:
    """Saves a sheet of each style; how often it is known again."""
    known = {}
    for style in Style:
        questions = style_questions(style)
        pictures = painted(paint, questions)
        save_grid(pictures, folder / f"{style.replace(' ', '-')}.png")
        known[f"{style} known again"] = scores(checker, pictures, questions)["style"]
    return known


def compbench(paint: Paint, checker: Checker, folder: Path) -> dict[str, float]:
    questions, total = compbench_questions(folder)
    found = scores(checker, painted(paint, questions), questions)
    covered = {"compbench coverage": len(questions) / total}
    return covered | {f"compbench {skill}": value for skill, value in found.items()}


def distances(paint: Paint, pictures: Tensor, questions: Sequence[Question], pair: Any) -> dict[str, float]:
    encoders, tokenizer = pair

    def features(batch: Tensor) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        with torch.no_grad():
            parts = [picture_features(encoders, part) for part in torch.split(batch, 50)]
        return torch.cat(parts).double().numpy()

    own, true = features(pictures), features(drawn(questions))
    ids = tokenizer([f"a {kind}" for kind in KINDS], padding="max_length", return_tensors="pt").input_ids
    with torch.no_grad():
        names = text_features(encoders, ids).double().numpy()
        scale = encoders.logit_scale.exp().item()
    logits = scale * own @ names.T
    chances = np.exp(logits - logits.max(1, keepdims=True))
    grids = [features(paint([q.prompt] * 4, range(100, 104))) for q in questions[:GRIDS]]
    return {
        "frechet distance": frechet_distance(own, true),
        "inception score": inception_score(chances / chances.sum(1, keepdims=True)),
        "diversity in a grid": float(np.mean([diversity(grid) for grid in grids])),
        "diversity of all": diversity(own),
    }


if __name__ == "__main__":
    main()
