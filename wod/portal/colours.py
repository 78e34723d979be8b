"""The pages' colours: from one accent, whatever it is, such shades of it that text stays readable (WCAG 2.2, AA)."""

from __future__ import annotations

import re

from wod.errors import BadInput

HEX = re.compile(r"#[0-9a-fA-F]{6}")
READABLE = 4.6
"""AA wants 4.5 for text; a little more, for rounding."""
BASE = {
    "light": {
        "bg": "#faf9f6", "card": "#ffffff", "ink": "#1c2430", "soft": "#525c6a", "line": "#e4e0d8", "edge": "#78818f",
        "bad": "#a8201a", "warn": "#7a4b00", "badbg": "#fdeeec", "warnbg": "#fdf4e0", "taken": "#5b6abf",
    },
    "dark": {
        "bg": "#11151b", "card": "#1a2028", "ink": "#e8ecf1", "soft": "#abb5c2", "line": "#2c3541", "edge": "#7c8796",
        "bad": "#ff9d94", "warn": "#f2c066", "badbg": "#3a1f1f", "warnbg": "#352a14", "taken": "#8c99ea",
    },
}  # fmt: skip
Rgb = tuple[float, float, float]


def palette(accent: str) -> dict[str, dict[str, str]]:
    """``{"light": {name: colour}, "dark": …}``. :class:`BadInput` for what is no colour."""
    if not HEX.fullmatch(accent):
        raise BadInput(f"the accent colour {accent!r} is not of the form #rrggbb, such as #0f766e")
    return {scheme: {**base, **_accents(accent, base)} for scheme, base in BASE.items()}


def _accents(accent: str, base: dict[str, str]) -> dict[str, str]:
    tint = mix(base["card"], accent, 0.1)
    shade = _readable(accent, (tint, base["card"], base["bg"]), base["ink"])
    on = max(("#ffffff", "#0b0f14"), key=lambda each: contrast(each, shade))
    return {"accent": shade, "on": on, "tint": tint}


def _readable(colour: str, backgrounds: tuple[str, ...], towards: str) -> str:
    """``colour``, moved towards the text's colour as far as it takes to be readable on each of them."""
    shades = (mix(colour, towards, step / 20) for step in range(21))
    return next((shade for shade in shades if _least(shade, backgrounds) >= READABLE), towards)


def _least(colour: str, backgrounds: tuple[str, ...]) -> float:
    return min(contrast(colour, each) for each in backgrounds)


def contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def mix(one: str, other: str, share: float) -> str:
    pairs = zip(_rgb(one), _rgb(other), strict=True)
    return "#" + "".join(f"{round((a + (b - a) * share) * 255):02x}" for a, b in pairs)


def _luminance(colour: str) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue
