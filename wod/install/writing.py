"""Files of the installer on this machine: replaced in one step, for their owner only where that matters."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def replaced(path: Path, text: str, mode: int = 0o600) -> bool:
    """Make the file hold ``text``; whether it did not before."""
    if path.is_file() and path.read_text(encoding="utf-8") == text and path.stat().st_mode & 0o777 == mode:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            os.fchmod(file.fileno(), mode)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return True
