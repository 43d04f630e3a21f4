"""The tree of errors and its Chinese sentences belong together."""

from __future__ import annotations

import ast
import string
from collections import Counter
from pathlib import Path

import grpc
import pytest

from gateway.errors import GatewayError, all_errors
from gateway.texts.errors_zh import TEXTS, sentence

OURS = [kind for kind in all_errors() if kind.__module__ == "gateway.errors"]


def _placeholders(code: str) -> set[str]:
    text = TEXTS[code]
    return {name for _, name, _, _ in string.Formatter().parse(text.what + text.do) if name}


def test_every_code_is_used_once() -> None:
    """Two errors never share a code."""
    assert [code for code, times in Counter(kind.code for kind in OURS).items() if times > 1] == []


def test_every_code_has_a_text_and_every_text_a_code() -> None:
    """No refusal without a Chinese sentence, no sentence nobody says."""
    assert {kind.code for kind in OURS} == set(TEXTS)


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.code)
def test_an_error_is_complete(kind: type[GatewayError]) -> None:
    """An error has a docstring, a real gRPC status, and a sentence of what happened and what to do."""
    assert "__doc__" in vars(kind)
    assert kind.english(kind()).strip()
    assert kind.status in grpc.StatusCode.__members__
    assert kind.status != "OK"
    assert TEXTS[kind.code].what
    assert TEXTS[kind.code].do
    assert "{" not in sentence(kind.code)


def _raised(tree: ast.AST) -> list[tuple[str, set[str], int]]:
    """Every call of an error class with keyword facts only: name, facts, line."""
    calls = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or any(keyword.arg is None for keyword in node.keywords):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        calls.append((name, {str(keyword.arg) for keyword in node.keywords}, node.lineno))
    return calls


def test_whoever_raises_gives_the_facts_the_sentence_needs(root: Path) -> None:
    """No citizen reads 未知 because the one who refused forgot to say of what."""
    codes = {kind.__name__: kind.code for kind in OURS}
    forgotten = []
    for module in [*(root / "gateway").rglob("*.py"), *(root / "terminals").rglob("*.py")]:
        if "gateway/api" in module.as_posix():
            continue
        for name, facts, line in _raised(ast.parse(module.read_text())):
            if name in codes and (missing := _placeholders(codes[name]) - facts):
                forgotten.append(f"{module.relative_to(root)}:{line} {name} without {sorted(missing)}")
    assert forgotten == []
