"""Installs what the tests need besides Python packages, or says plainly what is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NEEDS = {
    "chromium": ("chromium", "browser tests"),
    "postgresql": ("initdb", "the PostgreSQL half of the integration tests"),
    "softhsm2": ("softhsm2-util", "signing with a key in a device"),
}


def present(program: str) -> bool:
    """Tell whether a program is on this machine."""
    if program == "initdb" and any(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        return True
    return any(shutil.which(name) for name in (program, f"{program}-browser"))


def main() -> None:
    """Install what is missing where that is possible."""
    missing = [package for package, (program, _) in NEEDS.items() if not present(program)]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], env=environ, check=False)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
        subprocess.run(install, env=environ, check=False, stdout=subprocess.DEVNULL)
        if "chromium" in missing:
            # Not everywhere: each phone that a test opens costs a third with it.
            lighter = [*install[:5], "chromium-headless-shell"]
            subprocess.run(lighter, env=environ, check=False, capture_output=True)
    for package, (program, use) in NEEDS.items():
        if not present(program):
            sys.stdout.write(f"NOT INSTALLED: {package}; skipped: {use}\n")


if __name__ == "__main__":
    main()
