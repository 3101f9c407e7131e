"""LibreOffice without a window: saves workbooks anew, makes pages of documents."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
needs_office = pytest.mark.skipif(SOFFICE is None, reason="there is no LibreOffice here")


def convert(folder: Path, files: dict[str, bytes], to: str) -> dict[str, bytes]:
    """Return the files as LibreOffice saves them in another format, by the same names."""
    source, target = folder / "source", folder / to.partition(":")[0]
    for path in (source, target):
        path.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (source / name).write_bytes(content)
    done = subprocess.run(
        [
            SOFFICE or "soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless", "--norestore", "--convert-to", to, "--outdir", str(target),
            *(str(source / name) for name in files),
        ],
        capture_output=True, text=True, check=True, timeout=240,
    )  # fmt: skip
    ending = to.partition(":")[0]
    found = {name: target / f"{Path(name).stem}.{ending}" for name in files}
    missing = [name for name, path in found.items() if not path.exists()]
    assert not missing, (missing, done.stdout, done.stderr)
    return {name: path.read_bytes() for name, path in found.items()}
