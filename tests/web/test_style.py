"""The style sheet can be read on old WebViews, on small screens and by weak eyes."""

from __future__ import annotations

import re

from gateway.web.app import STYLE

CSS = STYLE.decode()
RULES = re.findall(r"([^{}/]+)\{([^}]*)\}", CSS)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.1)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_contrast_is_enough() -> None:
    """Wherever a rule says colour and ground, they differ by 4.5:1 at least; a colour without a ground is a link's."""
    checked = 0
    for name, rule in RULES:
        colour = re.search(r"(?<![-\w])color: (#[0-9a-f]{6})", rule)
        ground = re.search(r"background: (#[0-9a-f]{6})", rule)
        if colour and not ground:
            assert name.strip() == "a"
        if colour and ground:
            light, dark = sorted((luminance(colour[1]), luminance(ground[1])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5, name
            checked += 1
    assert checked > 10


def test_old_web_views_understand_it() -> None:
    """No grid, flex gap, custom properties, :has or nesting, and nothing fetched from elsewhere."""
    for word in ("grid", "flex", "gap:", "var(", ":has", "&", "@import", "url(", "clamp(", "inset"):
        assert word not in CSS.replace("no grid, no flex", "").split("*/", 1)[1], word


def test_nothing_is_wider_than_a_small_screen() -> None:
    """No fixed width reaches 320 px; long words and numbers break."""
    widths = [int(width) for width in re.findall(r"(?<!max-)(?:min-)?width: (\d+)px", CSS)]
    assert all(width < 200 for width in widths)
    assert "overflow-wrap: break-word" in CSS


def test_buttons_are_large() -> None:
    """Main targets are 60 px high, rows of choices 48."""
    rules = {name.strip(): rule for name, rule in RULES}
    assert "min-height: 60px" in rules["button"]
    assert "min-height: 48px" in rules[".row"]
