"""The one spelling of a token as text: a fixed https prefix and 217 decimal digits."""

from __future__ import annotations

import re

from gateway.errors import TokenForeign, TokenMalformed
from gateway.trust.token import STATIC_BYTES, Token, decode

STATIC_DIGITS = 217
LINE_END = re.compile(r"(?:\r\n|\r|\n)\Z")
AIM_QR = re.compile(r"\]Q[0-9A-Za-z]")
ECI_UTF8 = "\\000026"


def to_digits(token: Token) -> str:
    """217 digits: the token as one big-endian number, zero-padded."""
    return f"{int.from_bytes(token.raw, 'big'):0{STATIC_DIGITS}d}"


def to_url(token: Token, prefix: str) -> str:
    """The text of the code; `prefix` as `https://ky.example.gov.cn/v/`."""
    return prefix + to_digits(token)


def parse_digits(digits: str) -> Token:
    """The token of exactly 217 ASCII digits; TokenMalformed otherwise. Nothing is stripped."""
    if len(digits) != STATIC_DIGITS or not digits.isascii() or not digits.isdigit():
        raise TokenMalformed
    number = int(digits)
    if number.bit_length() > STATIC_BYTES * 8:
        raise TokenMalformed
    return decode(number.to_bytes(STATIC_BYTES, "big"))


def unwrap(text: str) -> str:
    """The text without what scanners add: one line end, STX and ETX, an AIM id `]Q1`, an ECI escape (kiosk.md §1)."""
    bare = LINE_END.sub("", text).removeprefix("\x02").removesuffix("\x03")
    aim = AIM_QR.match(bare)
    return bare[aim.end() if aim else 0 :].removeprefix(ECI_UTF8)


def parse_text(text: str, prefix: str) -> Token:
    """The token of a scanned text.

    TokenForeign if it does not begin with `prefix` (ASCII, any case), TokenMalformed if the rest is not a token. The
    errors never quote the text, which is whatever a stranger printed.
    """
    bare = unwrap(text)
    head = bare[: len(prefix)]
    # str.lower folds some non-ASCII letters onto ASCII ones (the Kelvin sign onto k): a second spelling.
    if not head.isascii() or head.lower() != prefix.lower():
        raise TokenForeign
    return parse_digits(bare[len(prefix) :])
