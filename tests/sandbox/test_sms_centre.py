"""Rules of the simulated SMS centre."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

MESSAGE = {"delivery_id": "d-1", "phone": "19911110001", "text": "【示例】验证码 123456", "kind": "visit.filed"}


def test_message_is_kept_for_the_telephone(sms: httpx.Client) -> None:
    """Whoever plays the telephone reads phone, kind and text of each message."""
    assert sms.post("/sms", json=MESSAGE).status_code == 200
    (only,) = sms.get("/_sandbox/received").json()["received"]
    assert only["body"] == MESSAGE
    assert (only["subject"], only["kind"]) == ("19911110001", "visit.filed")


def test_same_delivery_is_sent_once(sms: httpx.Client) -> None:
    """A repeated delivery id gets the first receipt and sends nothing again."""
    receipts = {sms.post("/sms", json=MESSAGE).json()["receipt"] for _ in range(3)}
    assert len(receipts) == 1
    (only,) = sms.get("/_sandbox/received").json()["received"]
    assert only["attempts"] == 3


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"delivery_id": ""}, "delivery_id"),
        ({"delivery_id": "a b"}, "the delivery id"),
        ({"phone": "前台"}, "phone"),
        ({"phone": 19911110001}, "phone"),
        ({"text": " "}, "text"),
        ({"text": "长" * 1001}, "text"),
        ({"kind": None}, "kind"),
    ],
)
def test_bad_message_is_refused_with_the_field(sms: httpx.Client, changes: dict[str, Any], field: str) -> None:
    """A message that does not fit is answered 422 naming the field."""
    answer = sms.post("/sms", json={**MESSAGE, **changes})
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(field)


def test_cases_are_not_accepted_here(sms: httpx.Client) -> None:
    """The SMS centre has no cases and says so."""
    answer = sms.post("/_sandbox/accept-case")
    assert answer.status_code == 404
    assert "province" in answer.json()["error"]
