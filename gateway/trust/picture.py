"""Drawing a code: two QR segments, level M, mask 3, the version pinned, black on a white card."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

import segno
from segno.consts import MODE_BYTE, MODE_NUMERIC

from gateway.errors import ConfigInvalid
from gateway.trust.text import STATIC_DIGITS, parse_text, to_digits

VERSION_MAX = 10
QUIET_ZONE = 4
MASK = 3
"""Signature bytes are random anyway, and a pinned mask draws five times faster (tokens.md §2.2, §2.4)."""


def smallest_version(prefix: str) -> int:
    """The smallest QR version at level M for the prefix as bytes and 217 digits: 7 for 29 characters.

    ConfigInvalid if it would be above 10, which phones read too poorly, or if the prefix is not printable ASCII.
    """
    if not (prefix.isascii() and prefix.isprintable() and prefix):
        raise ConfigInvalid(where="二维码网址前缀:", why="只能用可打印的 ASCII 字符。")
    return fitting_version(prefix)


def draw_png(url: str, prefix: str, *, scale: int = 8) -> bytes:
    """A PNG of `scale` pixels per module; TokenForeign or TokenMalformed if `url` is not the prefix and a token."""
    picture = io.BytesIO()
    symbol(url, prefix).save(picture, kind="png", scale=scale, border=QUIET_ZONE, dark="#000", light="#fff")
    return picture.getvalue()


def draw_svg(url: str, prefix: str) -> bytes:
    """An SVG with a viewBox, one unit per module; errors as `draw_png`."""
    picture = io.BytesIO()
    plain: dict[str, Any] = {"omitsize": True, "xmldecl": False, "svgclass": None, "lineclass": None}
    symbol(url, prefix).save(picture, kind="svg", border=QUIET_ZONE, dark="#000", light="#fff", **plain)
    return picture.getvalue()


def symbol(url: str, prefix: str) -> segno.QRCode:
    """The QR symbol of a token's text."""
    digits = to_digits(parse_text(url, prefix))
    return two_segments(prefix, digits, smallest_version(prefix))


def two_segments(prefix: str, digits: str, version: int | None) -> segno.QRCode:
    """segno keeps one mode per string (a whole URL would be version 11), so the segments are given apart."""
    parts: Any = [(prefix, MODE_BYTE), (digits, MODE_NUMERIC)]  # segno's stubs know no segments
    return segno.make(parts, error="m", version=version, micro=False, boost_error=False, mask=MASK)


@lru_cache(maxsize=8)
def fitting_version(prefix: str) -> int:
    """Asked of segno once per prefix."""
    try:
        version = int(two_segments(prefix, "0" * STATIC_DIGITS, None).version)
    except segno.DataOverflowError:
        version = VERSION_MAX + 1
    if version > VERSION_MAX:
        raise ConfigInvalid(where="二维码网址前缀:", why=f"太长({len(prefix)} 个字符),二维码会过密,请缩短。")
    return version
