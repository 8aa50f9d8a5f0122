"""Copies the browser libraries that npm locked, so that no page ever asks a third party.

Each file is copied (or bundled, where a library has no module of its own) with the licences of
everything inside it, and written down in a manifest with its hash; a test compares. Versions
change in `tools/vendor/package.json` alone.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NPM = ROOT / "tools" / "vendor"
MODULES = NPM / "node_modules"
SOURCE_MAP = re.compile(rb"\n?//# sourceMappingURL=\S*\s*$")
FONT = "@fontsource-variable/atkinson-hyperlegible-next"


@dataclass(frozen=True)
class Vendored:
    """One file that browsers get: from which package, under which name, with whose code inside."""

    package: str
    source: str
    target: str
    bundle: bool = False
    contains: list[str] = field(default_factory=list)


STATIC = [
    Vendored(
        "socket.io-client",
        "dist/socket.io.esm.min.js",
        "socket.io.js",
        contains=[
            "socket.io-parser",
            "engine.io-client",
            "engine.io-parser",
            "@socket.io/component-emitter",
        ],
    ),
    Vendored("idiomorph", "dist/idiomorph.esm.js", "idiomorph.js", bundle=True),
    Vendored("d3-cloud", "index.js", "d3-cloud.js", bundle=True, contains=["d3-dispatch"]),
    Vendored(
        FONT,
        "files/atkinson-hyperlegible-next-latin-wght-normal.woff2",
        "atkinson-hyperlegible-next-latin.woff2",
    ),
    Vendored(
        FONT,
        "files/atkinson-hyperlegible-next-latin-ext-wght-normal.woff2",
        "atkinson-hyperlegible-next-latin-ext.woff2",
    ),
]
TESTS = [Vendored("axe-core", "axe.min.js", "axe.min.js")]


def read_package(name: str) -> dict[str, str]:
    package: dict[str, str] = json.loads((MODULES / name / "package.json").read_text("utf-8"))
    return package


def bundle(item: Vendored) -> bytes:
    """One minified module; `export default` makes a CommonJS library importable by browsers."""
    command = [
        str(MODULES / ".bin" / "esbuild"),
        str(MODULES / item.package / item.source),
        "--bundle",
        "--minify",
        "--format=esm",
        "--target=es2020",
        "--legal-comments=inline",
        "--log-level=warning",
    ]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


def find_licence(name: str) -> Path:
    candidates = [
        path
        for path in sorted((MODULES / name).iterdir())
        if path.name.lower().split(".")[0] in {"license", "licence", "copying"}
    ]
    if not candidates:
        raise SystemExit(f"{name} brings no licence file; find out why before vendoring it")
    return candidates[0]


def copy_all(items: list[Vendored], folder: Path) -> None:
    licences = folder / "licences"
    licences.mkdir(parents=True, exist_ok=True)
    manifest = {}
    kept = {folder / "manifest.json"}
    for item in items:
        source = MODULES / item.package / item.source
        content = bundle(item) if item.bundle else source.read_bytes()
        if item.target.endswith(".js"):
            content = SOURCE_MAP.sub(b"", content).rstrip() + b"\n"
        (folder / item.target).write_bytes(content)
        kept.add(folder / item.target)

        names = [item.package, *item.contains]
        files = []
        for name in names:
            target = licences / (name.removeprefix("@").replace("/", "-") + ".txt")
            target.write_bytes(find_licence(name).read_bytes())
            kept.add(target)
            files.append(f"licences/{target.name}")
        package = read_package(item.package)
        manifest[item.target] = {
            "package": item.package,
            "version": package["version"],
            "licence": package["license"],
            "licence_files": files,
            "contains": {name: read_package(name)["version"] for name in item.contains},
            "sha256": hashlib.sha256(content).hexdigest(),
        }
    text = json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    for path in folder.rglob("*"):
        if path.is_file() and path not in kept:
            path.unlink()
    print(f"{folder.relative_to(ROOT)}: {', '.join(sorted(manifest))}")


def write_licence() -> None:
    """The project's own licence, from the same list of texts that everybody else compares with."""
    path = MODULES / "spdx-license-list" / "licenses" / "EUPL-1.2.json"
    text: str = json.loads(path.read_text("utf-8"))["licenseText"]
    (ROOT / "LICENSE").write_text(text.rstrip() + "\n", encoding="utf-8")


def main() -> None:
    if shutil.which("npm") is None:
        raise SystemExit("npm is not installed; on Debian or Ubuntu: apt install npm")
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(install, cwd=NPM, check=True)
    copy_all(STATIC, ROOT / "static" / "vendor")
    copy_all(TESTS, ROOT / "tests" / "vendor")
    write_licence()


if __name__ == "__main__":
    main()
