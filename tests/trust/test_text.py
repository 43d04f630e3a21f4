"""One spelling per token, and no other text is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import TokenForeign, TokenMalformed
from gateway.trust.text import parse_digits, parse_text, to_digits, to_url
from gateway.trust.token import Token

GOLDEN_DIGITS = (
    "0345317733006895340145423198525923187541608523138767762608477208482664044206684547357239312343146551030239094154"
    "895594172182650349988636983104080841345923660024029716771062231358627633399555676618824949509048691518729"
)


def test_golden_digits(token: Token, prefix: str) -> None:
    """The text of a known token never changes."""
    assert to_digits(token) == GOLDEN_DIGITS
    assert len(GOLDEN_DIGITS) == 217
    assert to_url(token, prefix) == prefix + GOLDEN_DIGITS


@pytest.mark.parametrize("before", ["", "\x02", "]Q1", "]Q3", "\\000026", "\x02]Q1\\000026"])
@pytest.mark.parametrize("after", ["", "\r", "\n", "\r\n", "\x03", "\x03\r\n"])
def test_scanner_additions_are_taken_off(before: str, after: str, token: Token, url: str, prefix: str) -> None:
    """What scanners add is stripped once; caps lock does no harm."""
    assert parse_text(before + url + after, prefix) == token
    assert parse_text(before + url.upper() + after, prefix) == token


@pytest.mark.parametrize("length", [*range(0, 217, 31), 216, 218, 245, 246, 247, 434, 10_000])
def test_other_counts_of_digits_are_malformed(length: int, prefix: str) -> None:
    """Exactly 217 digits are a token."""
    digits = (GOLDEN_DIGITS * 50)[:length]
    with pytest.raises(TokenMalformed):
        parse_digits(digits)
    with pytest.raises(TokenMalformed):
        parse_text(prefix + digits, prefix)


@pytest.mark.parametrize(
    "digits",
    [
        "+" + GOLDEN_DIGITS[1:],
        "-" + GOLDEN_DIGITS[1:],
        " " + GOLDEN_DIGITS[1:],
        GOLDEN_DIGITS[1:] + " ",
        "0" + GOLDEN_DIGITS,
        GOLDEN_DIGITS + "/",
        GOLDEN_DIGITS + "?a=1",
        GOLDEN_DIGITS[:100] + "_" + GOLDEN_DIGITS[101:],
        GOLDEN_DIGITS[:100] + "\0" + GOLDEN_DIGITS[100:],
        GOLDEN_DIGITS.translate({ord("0") + i: ord("\uff10") + i for i in range(10)}),
        GOLDEN_DIGITS.translate({ord("0") + i: ord("\u0660") + i for i in range(10)}),
        GOLDEN_DIGITS.replace("2", "\u00b2", 1),
    ],
)
def test_other_spellings_are_malformed(digits: str, prefix: str) -> None:
    """Signs, spaces, underscores, full-width, Arabic and superscript digits are no second spelling."""
    with pytest.raises(TokenMalformed):
        parse_digits(digits)
    with pytest.raises(TokenMalformed):
        parse_text(prefix + digits, prefix)


@pytest.mark.parametrize("number", [2**720, 10**217 - 1])
def test_numbers_beyond_90_bytes_are_malformed(number: int) -> None:
    """The highest 217-digit numbers hold more than 720 bits."""
    with pytest.raises(TokenMalformed):
        parse_digits(f"{number:0217d}")


@pytest.mark.parametrize("addition", ["\r\r", "\n\n", "\n\r", "\x03\x03", "\t", "\r\n\x03"])
def test_nothing_is_taken_off_twice(addition: str, url: str, prefix: str) -> None:
    """One line end and one ETX, in the order scanners send them."""
    with pytest.raises(TokenMalformed):
        parse_text(url + addition, prefix)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\r\n",
        GOLDEN_DIGITS,
        "https://ky.example.com/v/" + GOLDEN_DIGITS,
        "http://ky.taojiang.gov.cn/v/" + GOLDEN_DIGITS,
        "https://ky.taojiang.gov.cn:443/v/" + GOLDEN_DIGITS,
        " https://ky.taojiang.gov.cn/v/" + GOLDEN_DIGITS,
        "\x02\x02https://ky.taojiang.gov.cn/v/" + GOLDEN_DIGITS,
        "]E0https://ky.taojiang.gov.cn/v/" + GOLDEN_DIGITS,
        "https://\u212ay.taojiang.gov.cn/v/" + GOLDEN_DIGITS,
        "weixin://wxpay/bizpayurl?pr=示例",
    ],
)
def test_other_texts_are_foreign(text: str, prefix: str) -> None:
    """What does not begin with our prefix is not ours, the Kelvin sign for k included."""
    with pytest.raises(TokenForeign):
        parse_text(text, prefix)


def test_errors_do_not_quote_the_text(prefix: str) -> None:
    """Whatever a stranger printed stays out of logs and pages."""
    with pytest.raises(TokenMalformed) as caught:
        parse_text(prefix + "<script>", prefix)
    assert caught.value.facts == {}


HOSTILE = st.one_of(st.text(), st.text(alphabet="0123456789\r\n\x02\x03]Q\\", max_size=300))


@given(HOSTILE)
def test_any_text_is_refused(prefix: str, text: str) -> None:
    """No text makes the parser do anything but refuse it."""
    with pytest.raises((TokenForeign, TokenMalformed)):
        parse_text(text, prefix)


@given(HOSTILE)
def test_any_rest_is_malformed(prefix: str, rest: str) -> None:
    """No rest behind our prefix makes the parser do anything but call it malformed."""
    with pytest.raises(TokenMalformed):
        parse_text(prefix + rest, prefix)


@given(st.integers(min_value=0, max_value=10**217 - 1))
def test_parsing_and_writing_agree(number: int) -> None:
    """A number that is a token is written back as the same digits."""
    digits = f"{number:0217d}"
    try:
        token = parse_digits(digits)
    except TokenMalformed:
        return
    assert to_digits(token) == digits


@given(st.binary(min_size=87, max_size=87), st.integers(1, 65535))
def test_every_token_has_its_own_digits(body: bytes, ticks: int) -> None:
    """Every 90-byte token survives the way through text."""
    raw = b"\x10" + body[:23] + ticks.to_bytes(2, "big") + body[23:]
    assert parse_digits(f"{int.from_bytes(raw, 'big'):0217d}").raw == raw
