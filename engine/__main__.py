"""`python -m engine "a red house on green hills --ar 3:2" -o house.png`: paint from the shell, without Discord."""

from __future__ import annotations

import argparse
import os
import sys
import threading
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

from engine.commission import Asked
from engine.errors import DataError, EngineError, ModelError, PromptError
from engine.shell import run
from engine.worker import DEVICE_THREAD

EPILOG = """\
The prompt language is that of the bot: text, then parameters such as --ar 3:2 --seed 7; quote it as a whole.
The recipe is embedded in the file: --replay repaints it and says whether the picture is the same, bit for bit.
Exit codes: 0 painted, 1 it failed, 2 what was asked is wrong, 3 the model is not there or cannot be used.
"""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="python -m engine",
        description="Paints a picture from a prompt, with any model of the catalogue.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("prompt", nargs="?", default="", help="what to paint, with its parameters, in quotes")
    made.add_argument("-o", "--output", type=Path, metavar="FILE", help="a .png, .webp or .jpg (default: picture.png)")
    made.add_argument("--grid", action="store_true", help="paint four, side by side in one file")
    made.add_argument("--model", default="pocket", metavar="NAME", help="unless the prompt names one (default: pocket)")
    made.add_argument("--image", type=Path, metavar="FILE", help="a picture to start from")
    made.add_argument("--mask", type=Path, metavar="FILE", help="white where that picture may change")
    made.add_argument("--strength", type=float, default=0.6, help="how far it may change, 0 to 1 (default: 0.6)")
    made.add_argument("--exact", action="store_true", help="share no forward, so that a replay is the same bit for bit")
    made.add_argument("--json", action="store_true", help="say on standard output what was painted, as one JSON line")
    made.add_argument("--quote", action="store_true", help="say what it would cost, and paint nothing")
    made.add_argument("--replay", type=Path, metavar="FILE", help="repaint the recipe that a picture carries")
    made.add_argument("--vary", type=Path, metavar="FILE", help="paint pictures like the one in a file (--grid: four)")
    made.add_argument("--strong", action="store_true", help="with --vary: go farther from it")
    made.add_argument("--upscale", type=Path, metavar="FILE", help="make the picture in a file four times as large")
    made.add_argument("--creative", action="store_true", help="with --upscale: paint it over lightly, for more detail")
    made.add_argument("--cell", type=int, metavar="N", help="which of a grid --vary, --upscale or --image means")
    made.add_argument("--list-models", action="store_true", help="list the catalogue, and which of it is here")
    made.add_argument("--pull", metavar="NAME", help="fetch a model beforehand: its size and licence first")
    made.add_argument("--yes", action="store_true", help="with --pull: do not ask")
    made.add_argument("--models", type=Path, metavar="DIR", help="where fetched models are (default: the hub's cache)")
    made.add_argument("--adapters", type=Path, metavar="DIR", help="a folder of LoRAs, for --style NAME")
    made.add_argument(
        "--catalog", type=Path, action="append", default=[], metavar="FILE", help="one of your own, in TOML"
    )
    made.add_argument("--device", metavar="NAME", help="cpu, cuda, cuda:1, mps (default: the best there is)")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    made = parser()
    # What a shell hands over whole is the prompt, even where it begins with dashes.
    given = made.parse_args(arguments)
    wrong = _misfit(given)
    if wrong:
        made.print_usage(sys.stderr)
        print(wrong, file=sys.stderr)
        return 2
    _tolerate_any_letter()
    try:
        code = run(Asked(**vars(given)))
        if sys.stdout is not None:
            sys.stdout.flush()  # here, where it is known what a reader who has left means
        return code
    except (PromptError, DataError) as error:
        print(error, file=sys.stderr)
        return 2
    except ModelError as error:
        print(error, file=sys.stderr)
        return 3
    except EngineError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever read what was printed has seen enough
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # the interpreter flushes what is left once more at its end
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return 0
    except KeyboardInterrupt:
        print("Stopped; nothing was written.", file=sys.stderr)
        return 130


def _misfit(given: argparse.Namespace) -> str:
    """What of the words does not go together; empty if all does."""
    wants = (given.prompt, given.replay, given.vary, given.upscale, given.list_models, given.pull)
    if sum(map(bool, wants)) != 1:
        return "Say one thing to do: a prompt, --replay, --vary, --upscale, --list-models or --pull."
    if given.strong and not given.vary:
        return "--strong says how --vary varies; name a picture with --vary."
    if given.creative and not given.upscale:
        return "--creative says how --upscale enlarges; name a picture with --upscale."
    if given.grid and (given.upscale or given.replay):
        return "--grid is for a prompt or --vary; leave it out here."
    if given.cell is not None and not (given.vary or given.upscale or given.image):
        return "--cell says which picture of a grid is meant; name its file with --vary, --upscale or --image."
    return ""


def _tolerate_any_letter() -> None:
    """A file's name may have letters that a terminal has not: no reason to lose what is said of the picture."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def leave(code: int) -> NoReturn:
    """A model that still loads, or a step that hangs, keeps its thread; ended in the usual way, the interpreter would
    abort over it and the exit code be lost."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # as it is where a shell has closed it
            stream.flush()
    if any(thread.name == DEVICE_THREAD for thread in threading.enumerate()):
        os._exit(code)
    sys.exit(code)


if __name__ == "__main__":
    leave(main())
