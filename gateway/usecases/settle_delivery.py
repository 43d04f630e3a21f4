"""What the end of a delivery means for the result and the case it carried."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.domain.states import CaseEvent, ResultEvent
from gateway.sdk.outcome import Done, Rejected
from gateway.store import cases, outbox, results, visits
from gateway.store.transaction import Transaction


@dataclass(frozen=True)
class Ended:
    """A delivery that came to its end: taken, refused for good, or out of time."""

    held: outbox.Leased
    outcome: Done | Rejected
    out_of_time: bool = False


def settle(tx: Transaction, ended: Ended) -> bool:
    """Close the delivery and move result and case in the same commit. False if the lease was lost meanwhile."""
    held, outcome = ended.held, ended.outcome
    tx.object = held.subject
    if isinstance(outcome, Done):
        state, receipt, problem = outbox.DELIVERED, outcome.receipt, ""
    else:
        # A notice that came too late is worthless; everything else waits for a person and blocks its stream.
        expired = ended.out_of_time and held.kind.startswith("notice.")
        state, receipt, problem = (outbox.EXPIRED if expired else outbox.PARKED), "", outcome.why
    if not outbox.settle(tx, held, state, receipt=receipt, problem=problem):
        return False
    if held.kind == "result.submitted":
        _settle_result(tx, int(held.body["task_id"]), outcome)
    if not tx.changes:
        tx.changes.append([held.kind, outbox.PENDING, state])
    return True


def _settle_result(tx: Transaction, task_id: int, outcome: Done | Rejected) -> None:
    if isinstance(outcome, Rejected):
        results.move(tx, task_id, ResultEvent.REJECT)
        return
    results.move(tx, task_id, ResultEvent.ACKNOWLEDGE, outcome.receipt)
    cases.move(tx, visits.by_task(tx.connection, task_id).case, CaseEvent.ACKNOWLEDGED)
