"""What the documents name exists: files, links, commands, tests."""

from __future__ import annotations

import argparse
import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.cli.main import COMMANDS
from terminals import cli as kiosk_cli

LINK = re.compile(r"\]\(([^)\s]+)\)|<img[^>]*src=\"([^\"]+)\"")
TEST = re.compile(r"\b((?:tests|plugins)/[\w./-]+\.py)::([\w:]+)")
SPAN = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"(?:gateway|terminals|plugins|protos|tests|configs|docs|\.ci)/[\w./-]*[\w/]")
WORD = r"([a-z][a-z-]*)"
MAKE = re.compile(rf"\bmake {WORD}")
KANYAN = re.compile(rf"(?<![\w/-])(?:\.venv/bin/)?kanyan {WORD}(?: {WORD})?")
KIOSK = re.compile(rf"\bkanyan-kiosk {WORD}")


def _code(text: str) -> Iterator[str]:
    """Everything written as code: spans, fenced blocks, indented blocks."""
    outside = []
    for index, part in enumerate(re.split(r"^ *```.*$", text, flags=re.MULTILINE)):
        if index % 2:
            yield part
        else:
            outside.append(part)
    for part in outside:
        yield from SPAN.findall(part)
        yield from re.findall(r"^ {4,}(\S.*)$", part, flags=re.MULTILINE)


def _actions(parser: argparse.ArgumentParser) -> set[str]:
    return {
        name for action in parser._actions if isinstance(action, argparse._SubParsersAction) for name in action.choices
    }


def _kanyan(command: str) -> set[str]:
    """The actions of a command, empty if it has none."""
    parser = argparse.ArgumentParser()
    importlib.import_module(f"gateway.cli.{command}").configure(parser)
    return _actions(parser)


def test_every_relative_link_leads_somewhere(root: Path, documents: dict[str, str]) -> None:
    """A link to a file of the project finds it, and its heading where it names one."""
    lost, seen = [], 0
    for name, text in documents.items():
        for target in (first or second for first, second in LINK.findall(text)):
            if "://" in target or target.startswith("mailto:"):
                continue
            seen += 1
            file, _, heading = target.partition("#")
            place = (root / name).parent / file if file else root / name
            if not place.exists() or (heading and heading not in _anchors(place.read_text(encoding="utf-8"))):
                lost.append(f"{name}: {target}")
    assert seen > 20
    assert lost == []


def _anchors(text: str) -> set[str]:
    """The headings of a page as GitHub spells them in addresses."""
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_path_named_as_code_exists(root: Path, documents: dict[str, str]) -> None:
    """A path of this project that a document names in code type is there."""
    lost, seen = [], 0
    for name, text in documents.items():
        for span in SPAN.findall(re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)):
            path, _, _ = span.partition("::")
            if PATH.fullmatch(path):
                seen += 1
                if not (root / path).exists():
                    lost.append(f"{name}: {path}")
    assert seen > 20
    assert lost == []


def test_every_make_target_named_exists(root: Path, documents: dict[str, str]) -> None:
    """`make X` in a document is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", (root / "Makefile").read_text(), flags=re.MULTILINE))
    named = {word for text in documents.values() for code in _code(text) for word in MAKE.findall(code)}
    assert {"demo", "test"} <= named
    assert named - targets == set()


def test_every_kanyan_command_named_exists(documents: dict[str, str]) -> None:
    """`kanyan X Y` in a document is a command, and Y its action where X has actions."""
    wrong, seen = [], 0
    for name, text in documents.items():
        for code in _code(text):
            for command, action in KANYAN.findall(code):
                seen += 1
                if command not in COMMANDS or ((known := _kanyan(command)) and action not in known):
                    wrong.append(f"{name}: kanyan {command} {action}".rstrip())
    assert seen > 10
    assert wrong == []


def test_every_kiosk_command_named_exists(documents: dict[str, str]) -> None:
    """`kanyan-kiosk X` in a document is a command."""
    named = {word for text in documents.values() for code in _code(text) for word in KIOSK.findall(code)}
    assert named
    assert named - _actions(kiosk_cli._parser()) == set()


def _defined(file: Path) -> set[str]:
    """The names by which pytest knows the tests of a file, without parameters."""
    found = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{m.name}" for m in node.body if isinstance(m, ast.FunctionDef)}
            found |= {f"{node.name}::{m.name}" for m in node.body if isinstance(m, ast.AsyncFunctionDef)}
    return found


def test_every_test_cited_exists(root: Path, documents: dict[str, str]) -> None:
    """A proof that a document cites can be run."""
    cited = {found for text in documents.values() for found in TEST.findall(text)}
    assert len(cited) > 10
    lost = [
        f"{file}::{test}" for file, test in cited if not (root / file).is_file() or test not in _defined(root / file)
    ]
    assert sorted(lost) == []


PARTS = ("## Status", "## Context", "## Decision", "## Consequences")


def test_decisions_are_numbered_without_a_gap(root: Path) -> None:
    """ADRs are found by their number; none is missing or taken twice."""
    names = sorted(file.name for file in (root / "docs/adr").glob("*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))


@pytest.mark.parametrize("part", PARTS)
def test_a_decision_has_its_parts(root: Path, part: str) -> None:
    """Every ADR says its status, context, decision and consequences."""
    files = list((root / "docs/adr").glob("*.md"))
    assert files
    assert [file.name for file in files if f"{part}\n" not in file.read_text(encoding="utf-8")] == []
