"""`python -m benchmarks [NAME] [flags]`: runs every benchmark of this package, or one by name with its own flags.

Each module that lies directly in the package is one, with a `main(arguments) -> exit code`; folders hold their parts.
One that cannot run everywhere says with `why_left_out()` why it is not run here with the others.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys

import benchmarks


def names() -> list[str]:
    found = pkgutil.iter_modules(benchmarks.__path__)
    return sorted(one.name for one in found if not one.ispkg and not one.name.startswith("_"))


def run(name: str, arguments: list[str]) -> int:
    print(f"== {name} ==", flush=True)
    code: int = importlib.import_module(f"benchmarks.{name}").main(arguments)
    return code


def run_all() -> int:
    """The worst exit code of all that can run here."""
    codes = [0]
    for name in names():
        why_left_out = getattr(importlib.import_module(f"benchmarks.{name}"), "why_left_out", None)
        reason = why_left_out() if why_left_out is not None else None
        if reason is None:
            codes.append(run(name, []))
        else:
            print(f"== {name} ==\nLeft out: {reason}", flush=True)
    return max(codes)


def main(arguments: list[str]) -> int:
    known = names()
    if not arguments:
        return run_all()
    name, *rest = arguments
    if name not in known:
        print(f"There is no benchmark {name!r}; choose from {', '.join(known)}.", file=sys.stderr)
        return 2
    return run(name, rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
