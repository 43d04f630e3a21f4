"""What to suggest to somebody who misspelt a word."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`;是否想写“…”?` if a known word is near, otherwise what is known."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1)
    if near:
        return f";是否想写“{near[0]}”?"
    return f";可用的有:{'、'.join(names)}" if names else ""
