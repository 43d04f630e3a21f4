"""What a use case is: a policy, and either a query or the two halves `prepare` and `commit`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from gateway.domain.access import Policy, Principal
from gateway.store.transaction import Transaction
from gateway.usecases.tools import Tools

C = TypeVar("C")
P = TypeVar("P")
R = TypeVar("R")


@dataclass(frozen=True)
class UseCase(Generic[C, P, R]):
    """Something that changes or records.

    Attributes:
        method: `Service/Rpc`; idempotency records and audit rows are kept under it.
        policy: who may; the RPC's proto option says the same.
        reply: the type `commit` returns; stored for repeats.
        prepare: may read, call plugins, HTTP and Word; runs off the writer.
        commit: touches the database only; runs on the writer, re-checks what it relied on.
        pure: `prepare` only computes, for microseconds, and needs no thread of its own.
    """

    method: str
    policy: Policy
    reply: type[R]
    prepare: Callable[[C, Principal, Tools], P]
    commit: Callable[[C, P, Transaction, Tools], R]
    pure: bool = False


@dataclass(frozen=True)
class Query(Generic[C, R]):
    """Something that only reads."""

    method: str
    policy: Policy
    run: Callable[[C, Principal, sa.Connection, Tools], R]


def nothing(_command: Any, _principal: Principal, _tools: Tools) -> None:
    """The `prepare` of a use case that needs none."""
