"""The seal of a receipt's address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import NotFound
from gateway.web.receipt import Outcome, Receipt, open_receipt, seal

SECRET = b"a secret for tests, 32 bytes long"
RECEIPT = Receipt("TJKY-430922-20261123-0001", Outcome.REFUSED, datetime(2026, 11, 23, 1, 30, tzinfo=UTC))


@given(number=st.text("0123456789-TJKY", min_size=1, max_size=40), outcome=st.sampled_from(Outcome))
def test_what_was_sealed_opens(number: str, outcome: Outcome) -> None:
    """Any visit number and outcome comes back as it went in, in a text that is safe in an address."""
    receipt = Receipt(number, outcome, RECEIPT.at)
    text = seal(SECRET, receipt)
    assert text.replace("-", "").replace("_", "").isalnum()
    assert open_receipt(SECRET, text) == receipt


def test_no_changed_character_opens() -> None:
    """Every single change of the text is noticed, the spare bits of its last character included."""
    text = seal(SECRET, RECEIPT)
    for place, character in enumerate(text):
        for other in "AQgw":
            if other != character:
                with pytest.raises(NotFound):
                    open_receipt(SECRET, text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize("text", ["", "A", "AAAA", "A" * 52, "A" * 5000, "回执", "....", seal(SECRET, RECEIPT) + "="])
def test_anything_else_is_not_found(text: str) -> None:
    """Short, long, foreign or padded texts are not receipts."""
    with pytest.raises(NotFound):
        open_receipt(SECRET, text)


def test_another_gateways_seal_does_not_open() -> None:
    """The secret decides."""
    with pytest.raises(NotFound):
        open_receipt(SECRET, seal(b"another secret of 32 bytes length", RECEIPT))


async def test_wrong_seal_is_a_404_page(browser: Any) -> None:
    """An invented address shows nothing but that it is not one of ours."""
    page = await browser.get("/receipt/" + seal(b"another secret of 32 bytes length", RECEIPT))
    assert page.status == 404
    assert "没有找到回执" in page.text
    assert "TJKY" not in page.text
