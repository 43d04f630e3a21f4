"""Words of other systems, made fit for every database before they are kept."""

from __future__ import annotations

import re
from dataclasses import replace

from gateway.sdk.outcome import Done, Outcome

_UNFIT = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def storable(text: object) -> str:
    """The text with a space for each control character and each half of a character."""
    return _UNFIT.sub(" ", str(text))


def cleaned(outcome: Outcome) -> Outcome:
    """The same outcome with storable words: what became of a message must not be lost over its spelling."""
    if isinstance(outcome, Done):
        return replace(outcome, receipt=storable(outcome.receipt))
    return replace(outcome, why=storable(outcome.why))
