"""Filing: 三备案三不得, and every other rule by its own code; a refused filing leaves nothing behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.domain.access import Role
from gateway.errors import (
    FieldInvalid,
    FieldMissing,
    FilingProblem,
    GatewayError,
    InspectorNamedTwice,
    InspectorNotQualified,
    InspectorOfOtherDepartment,
    MatterNotFiled,
    MatterWithoutRules,
    NotAllowed,
    NotFound,
    PersonNotFiled,
    TooFewInspectors,
    TooManyInspectors,
    VisitAlreadyFiled,
    VisitNotFiled,
    WindowInvalid,
)
from gateway.sdk.matter import Problem
from gateway.testkit.office import (
    ADMIN,
    CASE_NO,
    HELPER,
    INSPECTORS,
    MATTER,
    OTHER_DEPARTMENT,
    PARTY,
    Office,
    inspector,
)
from gateway.trust.text import parse_text
from gateway.trust.token import NO_PARTY, party_tag
from gateway.trust.verify import check
from gateway.usecases.file_visit import FILE_VISIT
from gateway.usecases.submit_result import SUBMIT_RESULT, SubmitResult

HOUR = timedelta(hours=1)


async def test_a_matter_not_on_file_takes_no_case(office: Office) -> None:
    """第一不得: what the province never published is refused (R4.1)."""
    with pytest.raises(MatterNotFiled):
        await office.accept()
    assert office.rows("cases") == []


async def test_a_person_not_on_file_makes_no_visit(office: Office) -> None:
    """第二不得: whoever is not in the registry is refused by number (R4.2)."""
    await office.sync_matter()
    await office.accept()
    await office.put_inspector(INSPECTORS[0])
    with pytest.raises(PersonNotFiled) as refused:
        await office.file()
    assert refused.value.facts == {"inspector": INSPECTORS[1]}


@pytest.mark.parametrize("step", ["issue", "finish", "submit"])
async def test_a_visit_not_filed_does_not_happen(office: Office, step: str) -> None:
    """第三不得: no code, no end and no result without a filed visit (R4.3)."""
    with pytest.raises(VisitNotFiled):
        await getattr(office, step)("TJKY-430922-20261123-9999")


async def test_a_filed_visit_has_people_codes_and_notices(office: Office) -> None:
    """Visit, one code per inspector (none for the helper) and both messages exist together."""
    await office.sync_matter()
    await office.put_inspectors()
    await office.accept()
    filed = await office.file(inspector_ids=(*INSPECTORS, HELPER))
    assert filed.visit.visit_no == "TJKY-430922-20261123-0001"
    assert [person.inspector_id for person in filed.visit.people] == [*INSPECTORS, HELPER]
    assert [code.inspector_id for code in filed.codes] == list(INSPECTORS)
    assert filed.codes[0].not_before == filed.visit.starts_at - timedelta(minutes=30)
    kinds = sorted(row["kind"] for row in office.rows("outbox"))
    assert kinds == ["notice.case_accepted", "notice.visit_filed", "visit.filed"]
    for code in filed.codes:
        token = parse_text(code.url, office.tools.url_prefix)
        check(token, office.tools.keyring, office.tools.issuer, filed.visit.starts_at)
        assert token.header.party_tag == party_tag(PARTY)


async def test_the_code_of_a_natural_person_names_no_party(office: Office) -> None:
    """A citizen's code carries a zero tag."""
    await office.sync_matter()
    await office.put_inspectors()
    await office.accept(uscc="", citizen_id="11010519491231002X", party_name="示例个人")
    filed = await office.file()
    assert parse_text(filed.codes[0].url, office.tools.url_prefix).header.party_tag == NO_PARTY


async def test_numbers_count_the_day_without_gaps(office: Office) -> None:
    """Visit numbers of a Chinese day follow one another; a refused filing uses none."""
    await office.sync_matter()
    await office.put_inspectors()
    for number in (1, 2, 3):
        await office.accept(f"示例-{number}")
        with pytest.raises(TooFewInspectors):
            await office.file(f"示例-{number}", inspector_ids=INSPECTORS[:1])
        filed = await office.file(f"示例-{number}")
        assert filed.visit.visit_no.endswith(f"-{number:04d}")
    # 15 hours on it is 00:30 of the next day in China, and still the same day in UTC.
    office.clock.advance(timedelta(hours=15))
    await office.accept("示例-4")
    assert (await office.file("示例-4")).visit.visit_no == "TJKY-430922-20261124-0001"


async def test_one_application_one_visit(office: Office) -> None:
    """A second filing for a case is refused and names the first (R12.1)."""
    filed = await office.filed()
    with pytest.raises(VisitAlreadyFiled) as refused:
        await office.file()
    assert refused.value.facts == {"visit_no": filed.visit.visit_no}
    assert len(office.rows("visits")) == 1


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"inspector_ids": ()}, FieldMissing),
        ({"inspector_ids": ("TJ-001",)}, TooFewInspectors),
        ({"inspector_ids": ("TJ-001", "TJ-003")}, TooFewInspectors),
        ({"inspector_ids": ("TJ-001", "TJ-001")}, InspectorNamedTwice),
        ({"inspector_ids": ("TJ-001", "TJ-002", "TJ-004")}, TooManyInspectors),
        ({"inspector_ids": ("TJ-001", "TJ-005")}, InspectorNotQualified),
        ({"inspector_ids": ("TJ-001", "TJ-006")}, InspectorOfOtherDepartment),
        ({"inspector_ids": ("TJ-001", "长" * 33)}, FieldInvalid),
        ({"inspector_ids": tuple(f"TJ-{n:03d}" for n in range(51))}, FieldInvalid),
        ({"inspector_ids": ("TJ-001", "TJ-002\0")}, FieldInvalid),
        ({"purpose": " "}, FieldMissing),
        ({"purpose": "长" * 201}, FieldInvalid),
        ({"purpose": "a\nb"}, FieldInvalid),
        ({"purpose": "a\ud800"}, FieldInvalid),
        ({"case_no": "nowhere"}, NotFound),
        ({"case_no": "a\0b"}, FieldInvalid),
        ({"window": (0, 0)}, WindowInvalid),
        ({"window": (1, 14)}, WindowInvalid),
        ({"window": (-3, -1)}, WindowInvalid),
    ],
)
async def test_refused_filings(office: Office, changes: dict[str, Any], error: type[GatewayError]) -> None:
    """Each rule refuses with its own code and leaves no visit, code or message."""
    await office.sync_matter()
    await office.put_inspectors()
    await office.put_inspector("TJ-004")
    await office.put_inspector("TJ-005", valid_to="2026-11-22")
    await office.put_inspector("TJ-006", department=OTHER_DEPARTMENT)
    await office.accept()
    before = office.counts()
    if window := changes.pop("window", None):
        now = office.clock.now()
        changes |= {"starts_at": now + window[0] * HOUR, "ends_at": now + window[1] * HOUR}
    with pytest.raises(error):
        await office.file(**changes)
    after = office.counts()
    assert {name for name in after if after[name] != before[name]} <= {"audit", "idempotency"}


async def test_the_matters_own_rules_come_last(office: Office) -> None:
    """What the plugin objects to refuses with its sentences; a matter without plugin refuses, too."""
    await office.sync_matter()
    await office.put_inspectors()
    await office.accept()
    office.plugins.demo.problems = [Problem("X1", "请改在营业时间。"), Problem("X2", "请带采样设备。")]
    with pytest.raises(FilingProblem) as refused:
        await office.file()
    assert refused.value.facts == {"why": "请改在营业时间。;请带采样设备。"}
    await office.sync_matter(replace(MATTER, version=2, catalog_code="430922000009"))
    await office.accept("示例-2")
    with pytest.raises(MatterWithoutRules):
        await office.file("示例-2")


async def test_only_the_own_department_files(office: Office) -> None:
    """Another department, the county and the party may not file (R11.1)."""
    await office.sync_matter()
    await office.put_inspectors()
    await office.accept()
    for principal in (
        replace(ADMIN, department=OTHER_DEPARTMENT),
        replace(ADMIN, roles=frozenset({Role.OVERSIGHT})),
        replace(ADMIN, roles=frozenset({Role.PARTY})),
        replace(ADMIN, roles=frozenset({Role.DEPT_HEAD})),
    ):
        with pytest.raises(NotAllowed):
            await office.do(FILE_VISIT, office.filing(), principal)
    await office.do(FILE_VISIT, office.filing(), inspector(INSPECTORS[0]))


async def test_a_case_keeps_the_matter_of_its_day(office: Office) -> None:
    """A newer version of the matter does not change a case that came before it (R6.1)."""
    await office.sync_matter()
    await office.put_inspectors()
    await office.accept()
    await office.sync_matter(replace(MATTER, version=2, name="示例许可(新)"))
    await office.accept("示例-2")
    assert (await office.file()).visit.matter_name == "示例许可"
    assert (await office.file("示例-2")).visit.matter_name == "示例许可(新)"


async def test_codes_begin_inside_their_keys_window(office: Office) -> None:
    """No code is given that verifiers would refuse: it begins with the key, or filing refuses (tokens.md §3.3)."""
    await office.sync_matter()
    await office.put_inspectors()
    await office.accept()
    record = office.tools.signing_key.record
    late = record.not_after + timedelta(days=1)
    with pytest.raises(WindowInvalid):
        await office.file(starts_at=late, ends_at=late + HOUR)
    young = replace(record, not_before=office.clock.now() + timedelta(minutes=45))
    object.__setattr__(office.tools, "signing_key", replace(office.tools.signing_key, record=young))
    filed = await office.file()
    assert filed.codes[0].not_before == young.not_before


async def test_a_result_needs_the_own_department(office: Office) -> None:
    """Another department does not learn or judge a visit."""
    filed = await office.confirmed()
    command = SubmitResult(filed.visit.visit_no, "示例-1", office.answers(), "")
    with pytest.raises(NotAllowed):
        await office.do(SUBMIT_RESULT, command, replace(ADMIN, department=OTHER_DEPARTMENT))


async def test_the_filing_names_the_case(office: Office) -> None:
    """The case is assigned, and says which visit it has."""
    filed = await office.filed()
    row = office.rows("cases")[0]
    assert (row["state"], row["case_no"]) == ("ASSIGNED", CASE_NO)
    assert filed.visit.case_no == CASE_NO
