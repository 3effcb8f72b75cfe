"""`python -m benchmarks [NAME] [flags]`: runs every benchmark of this package, or one by name with its own flags.

Each module that lies directly in the package is one, with a `main(arguments) -> exit code`; folders hold their parts.
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


def main(arguments: list[str]) -> int:
    known = names()
    if not arguments:
        return max([run(name, []) for name in known], default=0)
    name, *rest = arguments
    if name not in known:
        print(f"There is no benchmark {name!r}; choose from {', '.join(known)}.", file=sys.stderr)
        return 2
    return run(name, rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
