#!/usr/bin/env python3
"""Fails if a Markdown file names a path of this repository that does not exist.

Looked at: link targets, and words in backticks that begin with a folder of the repository
("triad/format/SPEC.md", "recipes/*.toml"). A word with a capital placeholder (NAME) or one of
<>$|{} is an example, not a path; runs/ and build/ are made by commands and are not looked for.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
CODE = re.compile(r"`([^`\n]+)`")
EXAMPLE = re.compile(r"[<>$|{}]|NAME|\.\.\.")


def markdown_files():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for line in listed.stdout.splitlines() if (path := ROOT / line).exists()]


def tracked_folders():
    return {path.name for path in ROOT.iterdir()
            if path.is_dir() and path.name not in (".git", "build", "runs")}


def exists(base, path):
    return any(base.glob(path)) if "*" in path else (base / path).exists()


def missing(path):
    folders = tracked_folders()
    for number, line in enumerate(path.read_text().splitlines(), 1):
        where = f"{path.relative_to(ROOT)}:{number}"
        for target in LINK.findall(line):
            if not re.match(r"[a-z]+:", target) and not exists(path.parent, target):
                yield f"{where}: no file {target}"
        for code in CODE.findall(line):
            for word in code.split():
                word = word.rstrip(".,;:")
                if "/" in word and word.split("/")[0] in folders and not EXAMPLE.search(word):
                    if not exists(ROOT, word):
                        yield f"{where}: no file {word}"


def main():
    errors = [error for path in markdown_files() for error in missing(path)]
    sys.exit("\n".join(errors) or 0)


if __name__ == "__main__":
    main()
