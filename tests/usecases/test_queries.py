"""Reading the registry and the trust bundle."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.domain.access import Principal, Role
from gateway.errors import Conflict, FieldInvalid, NotAllowed, NotFound
from gateway.testkit.office import ADMIN, DEPARTMENT, INSPECTORS, KIOSK, MATTER, OTHER_DEPARTMENT, Office
from gateway.testkit.plugins import CHECKLIST
from gateway.trust.bundle import read_bundle
from gateway.usecases.get_checklist import GET_CHECKLIST
from gateway.usecases.get_trust_bundle import GET_TRUST_BUNDLE
from gateway.usecases.list_inspectors import LIST_INSPECTORS
from gateway.usecases.list_matters import LIST_MATTERS
from gateway.usecases.list_plugins import LIST_PLUGINS
from gateway.usecases.put_inspector import PUT_INSPECTOR, PutInspector


async def test_matters_in_their_newest_version(office: Office) -> None:
    """One row per matter, the newest version of it."""
    await office.sync_matter()
    await office.sync_matter(replace(MATTER, version=3, name="示例许可(新)"))
    await office.sync_matter(replace(MATTER, version=2))
    (matter,) = await office.runner.ask(LIST_MATTERS, None, ADMIN)
    assert (matter.version, matter.name, matter.kinds) == (3, "示例许可(新)", ("勘查",))


async def test_inspectors_of_the_own_department(office: Office) -> None:
    """By number; an empty department is the caller's own, a foreign one is not found, the county sees all."""
    await office.put_inspectors()
    people = await office.runner.ask(LIST_INSPECTORS, "", ADMIN)
    assert [person.inspector_id for person in people] == [*INSPECTORS, "TJ-003"]
    assert [person.badge for person in people] == [100001, 100002, 100003]
    with pytest.raises(NotFound):
        await office.runner.ask(LIST_INSPECTORS, OTHER_DEPARTMENT, ADMIN)
    overseer = Principal("spiffe://kanyan/oversight/main", frozenset({Role.OVERSIGHT}))
    assert await office.runner.ask(LIST_INSPECTORS, DEPARTMENT, overseer) == people


async def test_filed_people_are_not_overwritten(office: Office) -> None:
    """The same again is no change; anything else is a conflict and needs a change request (R14.2)."""
    await office.put_inspectors()
    await office.put_inspectors()
    assert len(office.rows("inspectors")) == 3
    with pytest.raises(Conflict):
        await office.put_inspector(INSPECTORS[0], valid_to="2030-12-31")
    with pytest.raises(Conflict):
        await office.put_inspector(INSPECTORS[0], department=OTHER_DEPARTMENT)


@pytest.mark.parametrize("change", [{"valid_to": "2023-12-31"}, {"valid_from": "gestern"}, {"valid_to": ""}])
async def test_certificates_have_dates(office: Office, change: dict[str, Any]) -> None:
    """A certificate without dates, or that ends before it begins, is not filed."""
    with pytest.raises(FieldInvalid):
        await office.put_inspector(INSPECTORS[0], **change)


async def test_departments_file_their_own(office: Office) -> None:
    """Another department's person is refused (R11.1)."""
    command = PutInspector("TJ-001", "示例", OTHER_DEPARTMENT, "430922001", "2026-01-01", "2026-12-31", helper=False)
    with pytest.raises(NotAllowed):
        await office.do(PUT_INSPECTOR, command, ADMIN)


async def test_the_bundle_carries_keys_and_revocations(office: Office) -> None:
    """A terminal reads our key and the refused visit, until its codes have expired anyway."""
    filed = await office.filed()
    await office.refuse((await office.verify(filed.codes[0].url)).proof)
    task_id = office.rows("visits")[0]["task_id"]
    now = office.clock.now()
    bundle = read_bundle(await office.runner.ask(GET_TRUST_BUNDLE, None, KIOSK), office.root_public, now)
    assert bundle.keys == office.tools.keyring.records
    assert bundle.revocations.tasks == {task_id}
    office.clock.set(filed.visit.ends_at + timedelta(hours=2, seconds=120))
    later = read_bundle(
        await office.runner.ask(GET_TRUST_BUNDLE, None, KIOSK), office.root_public, office.clock.now(), bundle.version
    )
    assert later.revocations.tasks == frozenset()
    assert later.version > bundle.version


async def test_the_checklist_of_a_visit(office: Office) -> None:
    """The inspectors get the checklist of their visit's matter."""
    filed = await office.filed()
    assert await office.runner.ask(GET_CHECKLIST, filed.visit.visit_no, ADMIN) == CHECKLIST


async def test_plugins_are_for_operators(office: Office) -> None:
    """An operator sees all plugins; a department does not."""
    operator = Principal("spiffe://kanyan/operator/main", frozenset({Role.OPERATOR}))
    plugins = await office.runner.ask(LIST_PLUGINS, None, operator)
    assert [plugin.id for plugin in plugins] == ["matter-demo", "sms-demo", "upstream-demo"]
    with pytest.raises(NotAllowed):
        await office.runner.ask(LIST_PLUGINS, None, ADMIN)
