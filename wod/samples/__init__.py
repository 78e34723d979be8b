"""The built-in samples: a public content repository and a private one that goes over it, in the usual layout."""

from pathlib import Path

PUBLIC = Path(__file__).resolve().parent / "public"
PRIVATE = Path(__file__).resolve().parent / "private"
