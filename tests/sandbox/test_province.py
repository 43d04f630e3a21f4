"""Rules of the simulated provincial platform."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import httpx
import pytest

REPORT = "示例报告".encode()


def result(**changes: Any) -> dict[str, Any]:
    """A good result message with its report."""
    digest = hashlib.sha256(REPORT).hexdigest()
    file = {"file_name": "r.docx", "file_type": "application/msword", "file_sha256": digest}
    return {
        "case_no": "示例-1",
        "scene_no": "TJKY-430922-20261123-0001",
        "scene_result": "1",
        "scene_time": "2026-11-23T10:00:00+08:00",
        "report_sha256": digest,
        "attachments": [{**file, "file_content": base64.b64encode(REPORT).decode()}],
        **changes,
    }


def deliver(province: httpx.Client, delivery_id: str = "d-1", **changes: Any) -> httpx.Response:
    """POST a result."""
    return province.post("/api/results", json=result(**changes), headers={"X-Delivery-Id": delivery_id})


def received(client: httpx.Client) -> list[dict[str, Any]]:
    """What the system says took effect."""
    found: list[dict[str, Any]] = client.get("/_sandbox/received").json()["received"]
    return found


def test_same_delivery_takes_effect_once(province: httpx.Client) -> None:
    """A repeated delivery id gets the first receipt, and one effect is counted over two attempts."""
    first, second = deliver(province), deliver(province)
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.json()["receipt"] == second.json()["receipt"]
    (only,) = received(province)
    assert (only["attempts"], only["effects"], only["other_content"]) == (2, 1, 0)
    assert only["subject"] == "示例-1"


def test_repeat_with_other_content_is_counted(province: httpx.Client) -> None:
    """A repeat with another body keeps the first effect and shows up as other content."""
    deliver(province)
    deliver(province, scene_result="3")
    (only,) = received(province)
    assert only["other_content"] == 1
    assert only["body"]["scene_result"] == "1"


def test_query_tells_taken_from_unknown(province: httpx.Client) -> None:
    """Asking after a delivery gives its receipt, or 404 for one that never came."""
    receipt = deliver(province).json()["receipt"]
    assert province.get("/api/results/d-1").json()["receipt"] == receipt
    assert province.get("/api/results/d-2").status_code == 404
    assert province.get("/api/events/d-1").status_code == 404


def test_attachment_is_kept_by_digest(province: httpx.Client) -> None:
    """The report's size and digest are kept, its content is not."""
    deliver(province)
    (file,) = received(province)[0]["body"]["attachments"]
    assert file["file_sha256"] == hashlib.sha256(REPORT).hexdigest()
    assert file["file_size"] == len(REPORT)
    assert "file_content" not in file


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"case_no": ""}, "case_no"),
        ({"case_no": "9" * 65}, "case_no"),
        ({"scene_no": None}, "scene_no"),
        ({"scene_result": "通过"}, "scene_result"),
        ({"scene_time": "2026-11-23T10:00:00"}, "scene_time"),
        ({"scene_time": "昨天"}, "scene_time"),
        ({"report_sha256": "00"}, "report_sha256"),
        ({"attachments": {}}, "attachments"),
        ({"attachments": ["r.docx"]}, "attachments[0]"),
        ({"attachments": [{"file_name": "r.docx"}]}, "attachments[0]"),
    ],
)
def test_bad_result_is_refused_with_the_field(province: httpx.Client, changes: dict[str, Any], field: str) -> None:
    """A result that does not fit is answered 422 naming the field, and has no effect."""
    answer = deliver(province, **changes)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(field)
    assert received(province) == []


@pytest.mark.parametrize("content", ["%%%", base64.b64encode(b"other").decode()])
def test_damaged_attachment_is_refused(province: httpx.Client, content: str) -> None:
    """A file that is no base64 or does not fit its digest is answered 422."""
    file = {**result()["attachments"][0], "file_content": content}
    assert deliver(province, attachments=[file]).status_code == 422


@pytest.mark.parametrize("delivery_id", ["", "two words", "x" * 129])
def test_delivery_id_is_required_in_its_form(province: httpx.Client, delivery_id: str) -> None:
    """Without a usable X-Delivery-Id nothing can be de-duplicated: 422."""
    assert deliver(province, delivery_id).status_code == 422


@pytest.mark.parametrize(
    "raw", [b"{", b"[1]", b"\xff\xfe\x00", b'{"a": NaN}', b'{"a": "\\ud800"}', b"[" * 100_000, b'"text"']
)
@pytest.mark.parametrize("path", ["/api/results", "/api/events", "/_sandbox/faults", "/_sandbox/accept-case"])
def test_bad_json_is_answered_400(province: httpx.Client, path: str, raw: bytes) -> None:
    """What is no JSON object in UTF-8 is answered 400 with a reason."""
    answer = province.post(path, content=raw, headers={"X-Delivery-Id": "d-1"})
    assert answer.status_code == 400
    assert "JSON" in answer.json()["error"]


def test_unknown_path_is_answered_in_json(province: httpx.Client) -> None:
    """A wrong path or method is an error in JSON, too."""
    assert province.get("/api/nothing").json() == {"error": "Not Found"}
    assert province.put("/api/results").status_code == 405


def test_events_are_taken_beside_results(province: httpx.Client) -> None:
    """The same delivery id may be used once as an event and once as a result: the two do not mix."""
    event = {"event_kind": "visit.filed", "case_no": "示例-1", "scene_no": "TJKY-430922-20261123-0001"}
    answer = province.post("/api/events", json=event, headers={"X-Delivery-Id": "d-1"})
    assert answer.status_code == 200
    deliver(province)
    assert [(item["channel"], item["kind"]) for item in received(province)] == [
        ("events", "visit.filed"),
        ("results", "result"),
    ]


def test_event_needs_a_kind_and_a_subject(province: httpx.Client) -> None:
    """An event without kind, or about nothing, is answered 422."""
    headers = {"X-Delivery-Id": "d-1"}
    assert province.post("/api/events", json={"case_no": "示例-1"}, headers=headers).status_code == 422
    assert province.post("/api/events", json={"event_kind": "visit.filed"}, headers=headers).status_code == 422


def test_catalogue_has_the_national_field_names(province: httpx.Client) -> None:
    """Each matter has the fields of the national schema; its code is department, level and catalogue code."""
    page = province.get("/api/catalogue").json()
    assert page["more"] is False
    for matter in page["items"]:
        assert matter["task_code"] == f"{matter['dept_code']}4{matter['catalog_code']}"
        assert {"task_name", "task_version", "dept_name", "by_law"} <= set(matter)
        assert matter["promise_type"] in {"1", "2"}
        assert matter["anticipate_type"] in {"1", "2"}
    assert province.get("/api/catalogue", params={"cursor": page["cursor"]}).json()["items"] == []


def test_accepted_case_appears_after_the_cursor(province: httpx.Client) -> None:
    """A case is seen once per cursor, with a 43-character number made of matter, day and sequence."""
    case = province.post("/_sandbox/accept-case").json()
    page = province.get("/api/cases", params={"cursor": ""}).json()
    assert page["items"] == [case]
    assert re.fullmatch(re.escape(case["task_code"]) + r"20261123[0-9]{4}", case["case_no"])
    assert len(case["case_no"]) == 43
    assert case["accepted_at"] == "2026-11-23T09:30:00+08:00"
    assert province.get("/api/cases", params={"cursor": page["cursor"]}).json()["items"] == []


def test_case_fields_can_be_overridden(province: httpx.Client) -> None:
    """A rehearsal may set any field, and the case number follows the matter it names."""
    code = province.get("/api/catalogue").json()["items"][1]["task_code"]
    case = province.post("/_sandbox/accept-case", json={"task_code": code, "accepted_at": "昨天"}).json()
    assert case["case_no"].startswith(code)
    assert case["dept_name"].startswith("桃江县卫生健康局")
    assert case["accepted_at"] == "昨天"


def test_long_list_comes_in_pages(province: httpx.Client) -> None:
    """More cases than fit on one page are fetched completely, each once, by following the cursor."""
    numbers = [province.post("/_sandbox/accept-case").json()["case_no"] for _ in range(51)]
    first = province.get("/api/cases").json()
    second = province.get("/api/cases", params={"cursor": first["cursor"]}).json()
    assert (first["more"], second["more"]) == (True, False)
    assert [case["case_no"] for case in first["items"] + second["items"]] == numbers


@pytest.mark.parametrize("cursor", ["abc", "-1", "²", "9" * 13])
def test_foreign_cursor_is_refused(province: httpx.Client, cursor: str) -> None:
    """A cursor that is not ours is answered 400."""
    assert province.get("/api/cases", params={"cursor": cursor}).status_code == 400


def test_reset_forgets_but_never_renumbers(province: httpx.Client) -> None:
    """After a reset the lists are empty, and a reader's old cursor still finds every new case."""
    province.post("/_sandbox/accept-case")
    cursor = province.get("/api/cases").json()["cursor"]
    deliver(province)
    province.post("/_sandbox/reset")
    assert received(province) == []
    case = province.post("/_sandbox/accept-case").json()
    assert province.get("/api/cases", params={"cursor": cursor}).json()["items"] == [case]
