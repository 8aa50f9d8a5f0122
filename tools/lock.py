"""Writes the hash-pinned lockfiles, so that every machine installs the very same bytes.

    make lock                      keeps the versions that are locked and still fit
    make lock LOCK_ARGS=--upgrade  takes the newest that fit

The locks name packages, versions and hashes and never an address: whoever installs decides where
packages come from. pip-tools runs in a throw-away environment, since it is no part of the product.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {"run": ["build"], "dev": ["build", "dev"]}
HEADER = """\
# Written by `make lock` from pyproject.toml; do not edit by hand.
# Install with: pip install --require-hashes -r requirements/{name}.txt
"""


def compile_lock(python: Path, name: str, groups: list[str], arguments: list[str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [line for group in groups for line in project["dependency-groups"][group]]
    extra = python.parent / f"{name}.in"
    extra.write_text("\n".join(wanted) + "\n", encoding="utf-8")
    target = ROOT / "requirements" / f"{name}.txt"
    # Local indexes and wheel folders would put this machine's builds into the hashes.
    environment = {
        key: value
        for key, value in os.environ.items()
        if key not in {"PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL", "PIP_CONSTRAINT"}
    }
    environment["PIP_CONFIG_FILE"] = os.devnull
    constraint = [] if name == "run" else ["--constraint=requirements/run.txt"]
    command = [
        str(python),
        "-m",
        "piptools",
        "compile",
        "--quiet",
        "--generate-hashes",
        "--strip-extras",
        "--allow-unsafe",
        "--no-header",
        "--no-emit-index-url",
        "--no-emit-find-links",
        "--no-emit-trusted-host",
        "--no-emit-options",
        "--no-annotate",
        f"--output-file={target.relative_to(ROOT)}",
        *constraint,
        *arguments,
        "pyproject.toml",
        str(extra),
    ]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    body = target.read_text(encoding="utf-8")
    lines = [line for line in body.splitlines() if not line.startswith("#")]
    text = HEADER.format(name=name) + "\n".join(lines).strip() + "\n"
    if "://" in text:
        raise SystemExit(f"{target.name} holds an address; it must not")
    target.write_text(text, encoding="utf-8")


def main(arguments: list[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="hemicycle-lock-") as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", "pip-tools>=7.5"], check=True
        )
        for name, groups in LOCKS.items():
            print(f"locking requirements/{name}.txt …", flush=True)
            compile_lock(python, name, groups, arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
