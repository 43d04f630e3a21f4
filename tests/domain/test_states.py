"""The state machines: what is not drawn cannot happen."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from itertools import product
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.domain.states import (
    CASE,
    OPEN_VISIT,
    RESULT,
    STATE_ZH,
    VISIT,
    CaseEvent,
    CaseState,
    ResultEvent,
    ResultState,
    VisitEvent,
    VisitState,
    step,
)
from gateway.errors import WrongState

Machine = Mapping[tuple[Any, Any], Any]
MACHINES: list[tuple[Machine, type[Enum], type[Enum], Enum]] = [
    (CASE, CaseState, CaseEvent, CaseState.ACCEPTED),
    (VISIT, VisitState, VisitEvent, VisitState.FILED),
    (RESULT, ResultState, ResultEvent, ResultState.DRAFT),
]
NO_WAY_IN_YET = {CaseState.SUSPENDED, CaseState.WITHDRAWN, CaseState.TRANSFERRED}
"""Side states of design.md §3 whose use cases are not built."""
PAIRS = [
    pytest.param(machine, state, event, id=f"{state}-{event}")
    for machine, states, events, _ in MACHINES
    for state, event in product(states, events)
]


@pytest.mark.parametrize(("machine", "state", "event"), PAIRS)
def test_only_listed_arrows_lead_anywhere(machine: Machine, state: Enum, event: Enum) -> None:
    """A pair in the table gives its state; every other pair raises WrongState with the state in Chinese."""
    if (state, event) in machine:
        assert step(machine, state, event, "勘验") is machine[state, event]
        return
    with pytest.raises(WrongState) as refused:
        step(machine, state, event, "勘验")
    assert refused.value.facts == {"what": "勘验", "state": STATE_ZH[state.value]}


@pytest.mark.parametrize(("machine", "states", "events", "start"), MACHINES)
def test_every_state_with_a_way_in_is_reached(
    machine: Machine, states: type[Enum], events: type[Enum], start: Enum
) -> None:
    """From the start every state can be reached, but for the three side states of a case nobody can cause yet."""
    reached, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        after = {machine[here, event] for event in events if (here, event) in machine}
        waiting += after - reached
        reached |= after
    assert set(states) - reached == NO_WAY_IN_YET & set(states)


def test_every_state_has_a_chinese_word() -> None:
    """Operators read every state in Chinese."""
    for _, states, _, _ in MACHINES:
        for state in states:
            assert STATE_ZH[state.value]


@pytest.mark.parametrize("state", [state for state in VisitState if state not in OPEN_VISIT])
def test_an_ended_visit_never_opens_again(state: VisitState) -> None:
    """No arrow leads from an ended visit back to one whose codes mean something."""
    assert not {VISIT[state, event] for event in VisitEvent if (state, event) in VISIT} & OPEN_VISIT


@pytest.mark.parametrize("state", [VisitState.REFUSED, VisitState.CANCELLED, VisitState.SUPERSEDED, VisitState.EXPIRED])
def test_an_undone_visit_is_final(state: VisitState) -> None:
    """What was refused, cancelled, replaced or missed stays so."""
    assert not [event for event in VisitEvent if (state, event) in VISIT]


class Walk(RuleBasedStateMachine):
    """Any events in any order, against the written life of a visit and its case together."""

    def __init__(self) -> None:
        super().__init__()
        self.case, self.visit, self.result = CaseState.ACCEPTED, VisitState.FILED, ResultState.DRAFT
        self.confirms = 0

    @rule(event=st.sampled_from(VisitEvent))
    def happen_to_visit(self, event: VisitEvent) -> None:
        """A refused step leaves the state as it was."""
        before = self.visit
        try:
            self.visit = step(VISIT, self.visit, event, "勘验")
        except WrongState:
            assert (before, event) not in VISIT
        else:
            self.confirms += event is VisitEvent.CONFIRM

    @rule(event=st.sampled_from(CaseEvent))
    def happen_to_case(self, event: CaseEvent) -> None:
        """A refused step leaves the state as it was."""
        before = self.case
        try:
            self.case = step(CASE, self.case, event, "办件")
        except WrongState:
            assert self.case is before

    @precondition(lambda self: self.visit is VisitState.REPORTED)
    @rule(event=st.sampled_from(ResultEvent))
    def happen_to_result(self, event: ResultEvent) -> None:
        """A result moves on its own once the visit is reported."""
        try:
            self.result = step(RESULT, self.result, event, "结果")
        except WrongState:
            assert (self.result, event) not in RESULT

    @invariant()
    def only_listed_states(self) -> None:
        """Nobody gets where no arrow leads, and nobody confirms twice."""
        assert self.case not in NO_WAY_IN_YET
        assert self.confirms <= 1
        if self.visit in {VisitState.CONFIRMED, VisitState.FINISHED, VisitState.REPORTED}:
            assert self.confirms == 1


TestWalk = Walk.TestCase
TestWalk.settings = settings(max_examples=60, stateful_step_count=25, deadline=None, database=None)
