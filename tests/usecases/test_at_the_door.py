"""Show, verify, confirm, refuse: what may happen at the door, and how often."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.clock import unix
from gateway.domain.access import PUBLIC, Principal, Role
from gateway.errors import (
    CodeLocked,
    CodeWrong,
    FieldInvalid,
    FieldMissing,
    GatewayError,
    NotAllowed,
    PageExpired,
    PersonNotFiled,
    TokenBadSignature,
    TokenExpired,
    TokenFinished,
    TokenForeign,
    TokenMalformed,
    TokenNeverMinted,
    TokenNotYet,
    TokenUnknownKey,
    TokenWrongParty,
    TooFewPresent,
    VisitNotFiled,
    WrongState,
)
from gateway.testkit.office import (
    APPLICANT,
    CITIZEN_ID,
    HELPER,
    INSPECTORS,
    KIOSK,
    ONE_TIME_CODE,
    OTHER_DEPARTMENT,
    PARTY,
    Office,
    inspector,
)
from gateway.trust.keys import SigningKey
from gateway.trust.text import parse_text, to_url
from gateway.trust.token import Header, mint
from gateway.usecases.issue_token import ISSUE_TOKEN, IssueToken
from gateway.usecases.refuse_visit import RefusalReason
from gateway.usecases.verify_token import VERIFY_TOKEN, VerifyToken

SECOND = timedelta(seconds=1)
LEDGER = {"scans", "audit", "messages", "idempotency"}


async def test_a_code_is_shown_inside_the_window_only(office: Office) -> None:
    """From half an hour before to two hours after, the first second included, the last not (domain.md §3.7)."""
    filed = await office.filed()
    opens = filed.visit.starts_at - timedelta(minutes=30)
    closes = filed.visit.ends_at + timedelta(hours=2)
    visit_no = filed.visit.visit_no
    office.clock.set(opens - SECOND)
    with pytest.raises(TokenNotYet):
        await office.issue(visit_no)
    assert office.rows("visits")[0]["state"] == "FILED"
    office.clock.set(opens)
    first = await office.issue(visit_no)
    office.clock.set(closes - SECOND)
    last = await office.issue(visit_no)
    assert (first.seq, last.seq) == (2, 3)
    assert last.expires_at - last.not_before == timedelta(seconds=120)
    office.clock.set(closes)
    with pytest.raises(TokenExpired):
        await office.issue(visit_no)
    assert office.rows("visits")[0]["state"] == "SHOWN"


async def test_only_the_own_code_of_the_own_visit(office: Office) -> None:
    """A helper, a colleague who is not of the visit and a foreign department get no code (R15.2)."""
    await office.sync_matter()
    await office.put_inspectors()
    await office.put_inspector("TJ-004")
    await office.accept()
    filed = await office.file(inspector_ids=(*INSPECTORS, HELPER))
    office.clock.set(filed.visit.starts_at)
    for principal in (
        inspector(HELPER),
        inspector("TJ-004"),
        inspector(INSPECTORS[0], OTHER_DEPARTMENT),
        inspector(""),
    ):
        with pytest.raises(NotAllowed):
            await office.do(ISSUE_TOKEN, IssueToken(filed.visit.visit_no), principal)
    assert (await office.issue(filed.visit.visit_no, INSPECTORS[1])).inspector_id == INSPECTORS[1]


async def test_verifying_shows_the_visit_and_writes_a_scan_only(office: Office) -> None:
    """Verification records a scan and its ledger rows, and changes nothing else (design.md §6)."""
    filed = await office.filed()
    tables = set(office.counts()) - LEDGER
    before = {name: office.rows(name) for name in tables}
    verified = await office.verify(filed.codes[1].url, principal=KIOSK)
    assert {name: office.rows(name) for name in tables} == before
    assert verified.visit.visit_no == filed.visit.visit_no
    assert (verified.shown_by, verified.min_present) == (INSPECTORS[1], 2)
    (scan,) = office.rows("scans")
    assert (scan["outcome"], scan["scanned_by"], scan["seq"]) == ("OK", KIOSK.identity, 1)


async def test_every_refusal_has_its_reason_and_leaves_a_scan(office: Office) -> None:
    """Shape, key, signature, party, time: each refuses with its own code, and each is written down."""
    filed = await office.filed()
    good = filed.codes[0].url
    prefix = office.tools.url_prefix
    token = parse_text(good, prefix)
    forged = replace(token, signature=bytes(64))
    unknown = replace(token, header=replace(token.header, kid=9))
    cases: list[tuple[str, str, type[GatewayError]]] = [
        ("https://example.com/v/1", "", TokenForeign),
        (prefix + "1", "", TokenMalformed),
        (to_url(unknown, prefix), "", TokenUnknownKey),
        (to_url(forged, prefix), "", TokenBadSignature),
        (good, "91430922MACTJ0025J", TokenWrongParty),
    ]
    for text, party, error in cases:
        with pytest.raises(error):
            await office.do(VERIFY_TOKEN, VerifyToken(text, party), PUBLIC)
    await office.do(VERIFY_TOKEN, VerifyToken(good, PARTY), PUBLIC)
    office.clock.set(filed.codes[0].not_before - timedelta(seconds=31))
    with pytest.raises(TokenNotYet):
        await office.verify(good)
    office.clock.set(filed.codes[0].expires_at + timedelta(seconds=30))
    with pytest.raises(TokenExpired):
        await office.verify(good)
    outcomes = [scan["outcome"] for scan in sorted(office.rows("scans"), key=lambda row: row["scan_id"])]
    assert sorted(outcomes) == sorted([error.code for _, _, error in cases] + ["OK", "NOT_YET", "EXPIRED"])


@pytest.mark.parametrize(
    "change", [{"seq": 2}, {"seq": 0}, {"badge": 1}, {"task": 1}, {"task": 2**63}, {"task": 2**64 - 1}]
)
async def test_a_good_signature_we_never_gave(office: Office, change: dict[str, Any]) -> None:
    """A code that verifies but is not in the mint log is an alarm of its own (tokens.md §3.7)."""
    filed = await office.filed()
    header = replace(parse_text(filed.codes[0].url, office.tools.url_prefix).header, **change)
    text = to_url(mint(office.tools.signing_key, header), office.tools.url_prefix)
    with pytest.raises(TokenNeverMinted):
        await office.verify(text)
    assert [scan["outcome"] for scan in office.rows("scans")] == ["NEVER_MINTED"]


async def test_late_scans_of_a_terminal(office: Office) -> None:
    """A kiosk may report what it read up to seven days ago, judged by that time; not older, not from the future."""
    filed = await office.filed()
    read_at = office.clock.now()
    office.clock.set(read_at + timedelta(days=7))
    late = await office.verify(filed.codes[0].url, principal=KIOSK, scanned_at=read_at)
    assert late.visit.visit_no == filed.visit.visit_no
    (scan,) = office.rows("scans")
    assert (scan["scanned_at"], scan["recorded_at"]) == (read_at, office.clock.now())
    for moment in (read_at - SECOND, office.clock.now() + timedelta(seconds=31)):
        with pytest.raises(FieldInvalid):
            await office.verify(filed.codes[0].url, principal=KIOSK, scanned_at=moment)
    with pytest.raises(TokenExpired):
        await office.verify(filed.codes[0].url, principal=KIOSK)


async def test_a_late_scan_proves_nothing_about_now(office: Office) -> None:
    """The proof of a scan reported an hour late is an hour old, and confirms nothing."""
    filed = await office.filed()
    read_at = office.clock.now()
    office.clock.advance(timedelta(hours=1))
    late = await office.verify(filed.codes[0].url, principal=KIOSK, scanned_at=read_at)
    with pytest.raises(PageExpired):
        await office.confirm(late.proof)


async def test_fifty_confirms_at_once_are_one(office: Office) -> None:
    """Under fifty different keys exactly one confirm succeeds; the others find the state changed."""
    filed = await office.filed()
    proof = (await office.verify((await office.issue(filed.visit.visit_no)).url)).proof
    done = await asyncio.gather(*(office.confirm(proof) for _ in range(50)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["VisitView"] + ["WrongState"] * 49
    row = office.rows("visits")[0]
    assert (row["state"], row["confirmed_at"], row["version"]) == ("CONFIRMED", office.clock.now(), 3)
    assert [person["present"] for person in office.rows("visit_people")] == [True, True]
    assert office.rows("cases")[0]["state"] == "IN_VISIT"


async def test_a_paper_code_confirms_without_being_shown_online(office: Office) -> None:
    """Showing and confirming become one commit where the code was on paper."""
    filed = await office.filed()
    confirmed = await office.confirm((await office.verify(filed.codes[0].url)).proof)
    assert confirmed.state == "CONFIRMED"
    changes = next(row["changes"] for row in office.rows("audit") if row["method"] == "TokenService/ConfirmVisit")
    assert changes == [["visit", "FILED", "SHOWN"], ["visit", "SHOWN", "CONFIRMED"], ["case", "ASSIGNED", "IN_VISIT"]]


async def test_wrong_codes_are_counted_and_lock(office: Office) -> None:
    """Five wrong tries, each told how many are left; then even the right one is refused."""
    filed = await office.filed()
    proof = (await office.verify(filed.codes[0].url)).proof
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(CodeWrong) as refused:
            await office.confirm(proof, code="000000")
        assert refused.value.facts == {"left": str(left)}
        assert office.rows("visits")[0]["code_tries"] == 5 - left
    with pytest.raises(CodeLocked):
        await office.confirm(proof)
    assert office.rows("visits")[0]["code_tries"] == 5
    # Whoever is logged in as the applicant needs no code.
    assert (await office.confirm(proof, code="", principal=APPLICANT)).state == "CONFIRMED"


async def test_guessing_in_parallel_gains_nothing(office: Office) -> None:
    """Fifty wrong codes at once are five tries and forty-five locked answers."""
    filed = await office.filed()
    proof = (await office.verify(filed.codes[0].url)).proof
    guesses = (office.confirm(proof, code=f"{n:06d}") for n in range(50))
    done = await asyncio.gather(*guesses, return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["CodeLocked"] * 45 + ["CodeWrong"] * 5


async def test_proof_of_being_the_party(office: Office) -> None:
    """No code, somebody else's login, or a role without the person's USCC: no confirm."""
    filed = await office.filed()
    proof = (await office.verify(filed.codes[0].url)).proof
    stranger = replace(APPLICANT, person="91430922MACTJ0025J")
    for principal in (PUBLIC, KIOSK, stranger, replace(APPLICANT, person="")):
        with pytest.raises(FieldMissing):
            await office.confirm(proof, code="", principal=principal)
    claiming = Principal("spiffe://kanyan/kiosk/x", frozenset({Role.TERMINAL}), person=PARTY)
    with pytest.raises(FieldMissing):
        await office.confirm(proof, code="", principal=claiming)
    assert (await office.confirm(proof, code=f" {ONE_TIME_CODE} ", principal=KIOSK)).state == "CONFIRMED"


async def test_a_citizen_needs_the_code(office: Office) -> None:
    """A natural person has no USCC; an empty one never matches an empty login."""
    await office.sync_matter()
    await office.put_inspectors()
    await office.accept(uscc="", citizen_id=CITIZEN_ID, party_name="示例个人")
    filed = await office.file()
    office.clock.set(filed.visit.starts_at)
    proof = (await office.verify(filed.codes[0].url)).proof
    with pytest.raises(FieldMissing):
        await office.confirm(proof, code="", principal=replace(APPLICANT, person=""))
    assert (await office.confirm(proof)).state == "CONFIRMED"


async def test_below_the_minimum_nobody_confirms(office: Office) -> None:
    """Fewer than two present, or somebody who was not filed: no confirm, nothing changed (R15.3)."""
    filed = await office.filed()
    proof = (await office.verify(filed.codes[0].url)).proof
    for present in ((), INSPECTORS[:1], (INSPECTORS[0], INSPECTORS[0])):
        with pytest.raises(TooFewPresent):
            await office.confirm(proof, present=present)
    for stranger in ("TJ-009", HELPER):
        with pytest.raises(PersonNotFiled):
            await office.confirm(proof, present=(*INSPECTORS, stranger))
    with pytest.raises(FieldInvalid):
        await office.confirm(proof, present=("长" * 33,))
    row = office.rows("visits")[0]
    assert (row["state"], row["version"], row["code_tries"]) == ("FILED", 1, 0)


async def test_a_page_lives_fifteen_minutes(office: Office) -> None:
    """The proof of a verification is good for fifteen minutes, to confirm as to refuse."""
    filed = await office.filed()
    proof = (await office.verify(filed.codes[0].url)).proof
    office.clock.advance(timedelta(minutes=15, seconds=1))
    with pytest.raises(PageExpired):
        await office.confirm(proof)
    with pytest.raises(PageExpired):
        await office.refuse(proof)
    for forged in ("", "x" * 68, proof[:-1] + ("A" if proof[-1] != "A" else "B")):
        with pytest.raises(FieldInvalid):
            await office.confirm(forged)


async def test_refusing_revokes_and_frees_the_case(office: Office) -> None:
    """After a refusal no code works, nothing can be confirmed, and the case is filed anew under new codes."""
    filed = await office.filed()
    shown = await office.issue(filed.visit.visit_no)
    proof = (await office.verify(shown.url)).proof
    refused = await office.refuse(proof, RefusalReason.OTHER, "没有预约")
    assert refused.state == "REFUSED"
    for url in (shown.url, filed.codes[0].url, filed.codes[1].url):
        with pytest.raises(TokenFinished):
            await office.verify(url)
    with pytest.raises(WrongState):
        await office.confirm(proof)
    with pytest.raises(WrongState):
        await office.issue(filed.visit.visit_no)
    row = office.rows("visits")[0]
    assert (row["refusal"], row["remark"], row["ended_at"]) == ("other", "没有预约", office.clock.now())
    (revoked,) = office.rows("revocations")
    assert revoked["until"] == filed.visit.ends_at + timedelta(hours=2, seconds=120)
    again = await office.file()
    assert again.visit.visit_no != filed.visit.visit_no
    assert office.rows("cases")[0]["state"] == "ASSIGNED"


async def test_refusing_needs_a_reason_but_no_code(office: Office) -> None:
    """Whoever stands there may refuse; 其他 needs words."""
    filed = await office.filed()
    proof = (await office.verify(filed.codes[0].url)).proof
    with pytest.raises(FieldMissing):
        await office.refuse(proof, RefusalReason.OTHER, " ")
    with pytest.raises(FieldInvalid):
        await office.refuse(proof, RefusalReason.TIME, "长" * 201)
    assert (await office.refuse(proof, RefusalReason.NO_CERTIFICATE)).state == "REFUSED"


async def test_nobody_refuses_what_was_confirmed(office: Office) -> None:
    """After the confirm the visit takes place; refusing is over."""
    filed = await office.confirmed()
    proof = (await office.verify(filed.codes[0].url)).proof
    with pytest.raises(WrongState):
        await office.refuse(proof)


async def test_finishing_ends_every_code(office: Office) -> None:
    """Only a confirmed visit is finished, only by its department, and then its codes say FINISHED."""
    filed = await office.filed()
    with pytest.raises(WrongState):
        await office.finish(filed.visit.visit_no)
    await office.confirm((await office.verify(filed.codes[0].url)).proof)
    finished = await office.finish(filed.visit.visit_no)
    assert finished.state == "FINISHED"
    with pytest.raises(TokenFinished):
        await office.verify(filed.codes[0].url)
    with pytest.raises(WrongState):
        await office.finish(filed.visit.visit_no)
    assert [row["reason"] for row in office.rows("revocations")] == ["finished"]


async def test_a_proof_of_a_visit_that_is_not_there(office: Office) -> None:
    """A proof of another database's visit is sealed but leads nowhere."""
    filed = await office.filed()
    proof = (await office.verify(filed.codes[0].url)).proof
    for table in ("mints", "visit_people", "visits"):
        office.writer.submit(lambda c, name=table: c.exec_driver_sql(f"DELETE FROM {name}").rowcount).result(20)  # type: ignore[misc] # noqa: S608 - three fixed names
    with pytest.raises(VisitNotFiled):
        await office.confirm(proof)


def test_the_header_of_these_tests_is_the_real_one(office: Office) -> None:
    """The office signs with its record's key, so that forged codes above are refused for their forgery."""
    key = office.tools.signing_key
    assert isinstance(key, SigningKey)
    header = Header(key.record.kid, 1, 1, 1, bytes(4), unix(office.clock.now()), 60)
    assert mint(key, header).header == header
