"""What a pipeline needs of a folder is read off its names, and broken files are named before they are loaded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import ModelError
from engine.models.weights import Choice, Part, choose_weights, needed_files, read_header, read_index

PLAIN = "diffusion_pytorch_model.safetensors"
HALF = "diffusion_pytorch_model.fp16.safetensors"
INDEX = json.dumps(
    {
        "_class_name": "StableDiffusionXLPipeline",
        "_diffusers_version": "0.19.0",
        "unet": ["diffusers", "UNet2DConditionModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "safety_checker": [None, None],
        "feature_extractor": ["transformers", "CLIPImageProcessor"],
        "force_zeros_for_empty_prompt": True,
    }
)


def make_safetensors(path: Path, tensors: dict[str, tuple[str, list[int], int]]) -> Path:
    entries, at = {}, 0
    for name, (kind, shape, size) in tensors.items():
        entries[name] = {"dtype": kind, "shape": shape, "data_offsets": [at, at + size]}
        at += size
    header = json.dumps(entries).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + b"\0" * at)
    return path


def test_an_index_names_parts_and_options_and_leaves_judging_out() -> None:
    index = read_index(INDEX, "xl")
    assert index.pipeline == "StableDiffusionXLPipeline"
    assert index.parts == (
        Part("unet", "diffusers", "UNet2DConditionModel"),
        Part("tokenizer", "transformers", "CLIPTokenizer"),
    )
    assert index.options == {"force_zeros_for_empty_prompt": True, "requires_safety_checker": False}


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", '{"_class_name": ["mine", "Mine"]}', '{"_class_name": "A", "../b": 1}']
)
def test_an_index_that_cannot_be_used_is_refused(text: str) -> None:
    with pytest.raises(ModelError, match="xl"):
        read_index(text, "xl")


def test_the_smallest_or_the_most_exact_whole_set_is_chosen() -> None:
    sizes = {PLAIN: 100, HALF: 50, "diffusion_pytorch_model.non_ema.safetensors": 10, "other.safetensors": 1}
    assert choose_weights(sizes, small=True) == Choice("fp16", (HALF,), 50)
    assert choose_weights(sizes, small=False) == Choice("", (PLAIN,), 100)
    assert choose_weights({"config.json": 3}, small=True) is None


@pytest.mark.parametrize(
    "pattern", ["model-0000{}-of-00002.safetensors", "model.fp16-0000{}-of-00002.safetensors",
                "model-0000{}-of-00002.fp16.safetensors"],
)  # fmt: skip
def test_pieces_count_only_together(pattern: str) -> None:
    pieces = {pattern.format(number): 10 for number in (1, 2)}
    choice = choose_weights(pieces, small=True)
    assert choice is not None
    assert (choice.files, choice.size) == (tuple(pieces), 20)
    assert choose_weights({pattern.format(1): 10}, small=True) is None


def test_of_a_repository_only_what_painting_reads_is_needed() -> None:
    sizes = {
        f"unet/{PLAIN}": 100,
        f"unet/{HALF}": 50,
        "unet/config.json": 1,
        "unet/old/config.json": 1,
        "tokenizer/vocab.json": 2,
        "tokenizer/merges.txt": 2,
        "safety_checker/model.safetensors": 70,
        "model_index.json": 1,
        "picture.png": 9,
    }
    needed = needed_files(sizes, read_index(INDEX, "xl"), "xl")
    assert sorted(needed) == sorted(
        ["model_index.json", f"unet/{HALF}", "unet/config.json", "tokenizer/vocab.json", "tokenizer/merges.txt"]
    )


def test_a_part_of_pickles_alone_is_refused_by_name() -> None:
    sizes = {"unet/diffusion_pytorch_model.bin": 100, "unet/config.json": 1}
    with pytest.raises(
        ModelError, match=r"The unet of xl is only there as diffusion_pytorch_model\.bin, a pickle\. Have"
    ):
        needed_files(sizes, read_index(INDEX, "xl"), "xl")


def test_a_header_tells_what_its_tensors_will_take(tmp_path: Path) -> None:
    path = make_safetensors(tmp_path / "a.safetensors", {"w": ("F32", [2, 3], 24), "n": ("I64", [1], 8)})
    header = read_header(path, "xl")
    assert header.bytes_as(2) == 2 * 6 + 8
    assert header.bytes_as(4, "w") == 24


def test_a_file_that_is_cut_off_or_no_such_file_is_named(tmp_path: Path) -> None:
    path = make_safetensors(tmp_path / "a.safetensors", {"w": ("F32", [2, 3], 24)})
    whole = path.read_bytes()
    for content in (whole[:-1], whole + b"\0", whole[:20], b"", b"\xff" * 99, b"\x02" + b"\0" * 7 + b"[]"):
        path.write_bytes(content)
        with pytest.raises(ModelError, match=r"a\.safetensors of xl .*Fetch it again"):
            read_header(path, "xl")
    with pytest.raises(ModelError, match="cannot be read: No such file"):
        read_header(tmp_path / "b.safetensors", "xl")
    with pytest.raises(ModelError, match=r"c\.ckpt is a pickle"):
        read_header(tmp_path / "c.ckpt", "xl")
