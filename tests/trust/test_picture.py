"""Drawn codes: the size promised, and what is drawn is what is read."""

from __future__ import annotations

import io
import re
from datetime import datetime

import pytest
from PIL import Image

from gateway.errors import ConfigInvalid, TokenForeign, TokenMalformed
from gateway.trust.keys import Keyring
from gateway.trust.picture import draw_png, draw_svg, smallest_version, symbol
from gateway.trust.read_picture import read_codes
from gateway.trust.text import parse_text
from gateway.trust.token import Token
from gateway.trust.verify import check


@pytest.mark.parametrize(
    ("length", "version"), [(12, 6), (25, 7), (29, 7), (30, 7), (31, 8), (60, 8), (62, 9), (80, 9), (108, 10)]
)
def test_smallest_version(length: int, version: int) -> None:
    """The densities of tokens.md §2.1 hold: two segments, version 7 for a prefix of 29 characters."""
    assert smallest_version("https://".ljust(length - 3, "a") + "/v/") == version


@pytest.mark.parametrize(
    "prefix", ["https://" + "a" * 120 + "/v/", "https://" + "a" * 4000, "", "https://示例/v/", "a\n"]
)
def test_a_prefix_that_does_not_fit_is_a_configuration_error(prefix: str) -> None:
    """Too long for version 10, or not printable ASCII, is said at start-up."""
    with pytest.raises(ConfigInvalid):
        smallest_version(prefix)


def test_an_all_digit_or_capital_prefix_is_still_bytes() -> None:
    """The prefix is always the byte segment, or its size would depend on its letters."""
    assert smallest_version("HTTPS://KY.EXAMPLE.GOV.CN/V/X") == smallest_version("https://ky.example.gov.cn/v/x") == 7
    assert smallest_version("1" * 31) == 8


def test_the_symbol_is_pinned(url: str, prefix: str) -> None:
    """Version 7, level M, mask 3."""
    drawn = symbol(url, prefix)
    assert (drawn.version, drawn.error, drawn.mask) == (7, "M", 3)


@pytest.mark.parametrize("scale", [2, 3, 4, 8, 20])
def test_what_is_drawn_is_what_is_read(
    scale: int, url: str, prefix: str, token: Token, keyring: Keyring, issuer: str, now: datetime
) -> None:
    """draw → zbar → parse → verify gives back the token at every scale."""
    texts = read_codes(draw_png(url, prefix, scale=scale))
    assert texts == [url]
    read = parse_text(texts[0], prefix)
    check(read, keyring, issuer, now)
    assert read == token


def test_png_is_a_white_card_with_a_quiet_zone(url: str, prefix: str) -> None:
    """Black on opaque white, four modules of white around 45: zbar reads no inverted code."""
    picture = Image.open(io.BytesIO(draw_png(url, prefix, scale=4)))
    assert picture.size == ((45 + 8) * 4,) * 2
    assert not picture.has_transparency_data
    grey = picture.convert("L")
    assert {level for _, level in grey.getcolors() or []} == {0, 255}
    inner = grey.point(lambda level: 255 - level).getbbox()
    assert inner == (16, 16, 16 + 45 * 4, 16 + 45 * 4)


def test_svg_is_two_segments_on_a_white_card(url: str, prefix: str) -> None:
    """45 modules (one segment would need 61) and a quiet zone, white behind black, nothing else in it."""
    drawn = draw_svg(url, prefix).decode()
    assert drawn.startswith(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 53 53"><path fill="#fff" d="M0 0h53v53'
    )
    assert re.findall(r'(?:stroke|fill)="([^"]*)"', drawn) == ["#fff", "#000"]
    assert "style" not in drawn


def test_only_our_codes_are_drawn(url: str, prefix: str) -> None:
    """A text that is not ours is never put on a card that looks like ours."""
    with pytest.raises(TokenForeign):
        draw_png("https://example.com/", prefix)
    with pytest.raises(TokenMalformed):
        draw_svg(url[:-1], prefix)
