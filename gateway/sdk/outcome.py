"""What became of one attempt to deliver or to send."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Done:
    """The receiver has it. `receipt` is the receiver's own number, if it gives one."""

    receipt: str = ""


@dataclass(frozen=True)
class Retry:
    """The receiver surely does not have it; try again, not before `after_s` seconds if that is given."""

    why: str
    after_s: float | None = None


@dataclass(frozen=True)
class Rejected:
    """The receiver said no for good; sending the same again cannot help. A person must look."""

    why: str


@dataclass(frozen=True)
class Uncertain:
    """The receiver may or may not have it (sent, no answer). The host asks `query`; nobody guesses."""

    why: str


Outcome = Done | Retry | Rejected | Uncertain
