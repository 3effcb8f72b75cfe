from pathlib import Path

import pytest
import torch
from diffusers import (
    AutoPipelineForImage2Image,
    AutoPipelineForInpainting,
    AutoPipelineForText2Image,
    DPMSolverMultistepScheduler,
    EulerDiscreteScheduler,
    T2IAdapter,
)
from PIL import Image

from engine.pocket.parts import (
    make_autoencoder,
    make_pipeline,
    make_text_encoder,
    make_tokenizer,
    make_unet,
    split_words,
)

WORDS = ["a", "red", "house", "on", "green", "hills", "8", "bit"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with the true parts and narrow insides, as training saves it."""
    torch.manual_seed(0)
    tokenizer = make_tokenizer(WORDS)
    pipe = make_pipeline(tokenizer, make_text_encoder(len(tokenizer)), make_unet((32, 32, 32)), make_autoencoder())
    path = tmp_path_factory.mktemp("pocket")
    pipe.save_pretrained(path)
    return path


def quiet(pipe: object) -> object:
    pipe.set_progress_bar_config(disable=True)  # type: ignore[attr-defined]
    return pipe


def test_stock_pipelines_load_the_folder_for_text_image_and_inpainting(folder: Path) -> None:
    source, mask = Image.new("RGB", (96, 64), "red"), Image.new("L", (96, 64), 255)
    common = {"prompt": "a red house", "num_inference_steps": 2, "output_type": "pil"}
    text = quiet(AutoPipelineForText2Image.from_pretrained(folder))
    assert text(**common, width=96, height=64).images[0].size == (96, 64)  # type: ignore[operator]
    image = quiet(AutoPipelineForImage2Image.from_pretrained(folder))
    assert image(**common, image=source, strength=0.9).images[0].size == (96, 64)  # type: ignore[operator]
    inpaint = quiet(AutoPipelineForInpainting.from_pretrained(folder))
    painted = inpaint(**common, image=source, mask_image=mask, width=96, height=64)  # type: ignore[operator]
    assert painted.images[0].size == (96, 64)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # diffusers 0.42.1 under numpy 2
@pytest.mark.parametrize("scheduler", [EulerDiscreteScheduler, DPMSolverMultistepScheduler])
def test_other_schedulers_take_its_configuration(folder: Path, scheduler: type) -> None:
    pipe = AutoPipelineForText2Image.from_pretrained(folder)
    pipe.scheduler = scheduler.from_config(pipe.scheduler.config)  # type: ignore[attr-defined]
    quiet(pipe)
    pixels = pipe("a house", width=64, height=64, num_inference_steps=3, output_type="np").images
    assert (pixels == pixels).all()


def test_the_unet_takes_the_features_of_a_t2i_adapter() -> None:
    unet = make_unet((32, 32, 32)).eval()
    adapter = T2IAdapter(in_channels=3, channels=[32, 32, 32], num_res_blocks=1, downscale_factor=8)
    features = adapter(torch.rand(1, 3, 64, 64))
    words = torch.rand(1, 6, 256)
    out = unet(torch.rand(1, 4, 8, 8), 5, words, down_intrablock_additional_residuals=list(features))
    assert out.sample.shape == (1, 4, 8, 8)


def test_the_true_parts_leave_room_for_the_companions_in_48_megabytes() -> None:
    tokenizer = make_tokenizer([chr(97 + i) + chr(97 + j) for i in range(26) for j in range(18)])
    parts = (make_unet(), make_text_encoder(len(tokenizer)), make_autoencoder())
    half = sum(2 * p.numel() for part in parts for p in part.parameters())
    assert half < 45_500_000


def test_words_are_split_as_the_tokenizer_splits_them() -> None:
    tokenizer = make_tokenizer(WORDS)
    prompt = "A red, RED house!  8-bit"
    assert [w if w in tokenizer.get_vocab() else "<|unk|>" for w in split_words(prompt)] == tokenizer.tokenize(prompt)
