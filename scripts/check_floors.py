#!/usr/bin/env python3
"""Fails if a file includes what its floor may not see.

A file under triad/<floor> may include its own floor, base, and the floors that its own
triad_floor(...) line in CMakeLists.txt names. Only triad/train includes libtorch: through its torch.h,
but for c10d (torch/csrc/distributed), which only the files that talk to other processes pay for.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TORCH = re.compile(r'#include [<"](torch|ATen|c10|caffe2)/')
FLOOR = re.compile(r'#include "triad/(\w+)/')


def read_floors():
    """{floor: the floors it may include}, from the triad_floor lines, transitively."""
    text = (ROOT / "CMakeLists.txt").read_text()
    found = re.findall(r"^\s*triad_floor\((\w+)(?:\s+NEEDS\s+([\w\s]+))?\)", text, re.M)
    needs = {name: {name, "base", *lower.split()} for name, lower in found}
    for name in needs:  # the lines stand in order, ground floor first
        needs[name] |= {deep for lower in needs[name] for deep in needs.get(lower, ())}
    return needs


def sources(folder):
    return sorted(path for path in (ROOT / folder).rglob("*") if path.suffix in (".h", ".cc"))


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith("#include"):
            yield f"{path.relative_to(ROOT)}:{number}", line


def check_floor(floor, allowed):
    for path in sources(f"triad/{floor}"):
        for where, line in includes(path):
            hit = FLOOR.match(line)
            if hit and hit[1] not in allowed:
                yield f"{where}: {floor} must not include {hit[1]}"


def may_include_torch(path, line):
    folder = ROOT / "triad/train"
    return path == folder / "torch.h" or (
        folder in path.parents and "<torch/csrc/distributed/" in line)


def check_torch():
    for folder in ("triad", "tools", "tests", "benchmarks"):
        for path in sources(folder):
            for where, line in includes(path):
                if TORCH.match(line) and not may_include_torch(path, line):
                    yield f"{where}: only triad/train/torch.h includes libtorch"


def check_folders(needs):
    for folder in sorted((ROOT / "triad").iterdir()):
        if folder.is_dir() and sources(f"triad/{folder.name}") and folder.name not in needs:
            yield f"triad/{folder.name}: no triad_floor({folder.name} ...) in CMakeLists.txt"


def main():
    needs = read_floors()
    errors = [*check_folders(needs), *check_torch()]
    for floor, allowed in needs.items():
        errors += check_floor(floor, allowed)
    sys.exit("\n".join(errors) or 0)


if __name__ == "__main__":
    main()
