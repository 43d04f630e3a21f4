"""The reference pages say everything the code offers, and nothing else."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway.cli.main import COMMANDS
from gateway.config.policy import PolicyFile
from gateway.config.settings import Settings
from gateway.errors import all_errors
from gateway.rpc.server import SERVICERS
from gateway.texts.errors_zh import TEXTS
from terminals import cli as kiosk_cli
from terminals.settings import KioskSettings


def _options(parser: argparse.ArgumentParser) -> Iterator[str]:
    for action in parser._actions:
        yield from action.option_strings
        if isinstance(action, argparse._SubParsersAction):
            for child in action.choices.values():
                yield child.prog
                yield from _options(child)


def _settings(schema: dict[str, Any], shape: dict[str, Any]) -> Iterator[str]:
    """Every key of a JSON Schema, however deep."""
    for name, inner in shape.get("properties", {}).items():
        yield name
        for place in (inner, inner.get("items", {})):
            if "$ref" in place:
                yield from _settings(schema, schema["$defs"][place["$ref"].rsplit("/", 1)[1]])


def test_the_checked_in_pages_are_those_of_the_code(root: Path, fresh: dict[str, str]) -> None:
    """Whoever changes an error, a setting, a command or an RPC runs `make docs`."""
    folder = root / "docs/reference"
    kept = {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.md")}
    stale = sorted(name for name in fresh.keys() | kept.keys() if fresh.get(name) != kept.get(name))
    assert stale == []


def test_every_error_code_is_explained(fresh: dict[str, str]) -> None:
    """Nobody meets a code that the page of codes does not have."""
    page = fresh["errors.md"]
    codes = {kind.code for kind in all_errors() if kind.__module__ == "gateway.errors"}
    assert codes == set(TEXTS)
    assert {code for code in codes if f"| `{code}` |" not in page} == set()


def test_every_setting_is_explained(fresh: dict[str, str]) -> None:
    """Every key of the gateway's, the policy's and the kiosk's file stands in the page of settings."""
    page, missing, seen = fresh["configuration.md"], set(), 0
    for model in (Settings, PolicyFile, KioskSettings):
        schema = model.model_json_schema()
        for name in _settings(schema, schema):
            seen += 1
            if f"`{name}`" not in page and f".{name}`" not in page and f"`{name}." not in page:
                missing.add(name)
    assert seen > 50
    assert missing == set()


def test_every_command_and_option_is_explained(fresh: dict[str, str]) -> None:
    """Every command of both programs stands in the page of commands, with every option."""
    page, words = fresh["commands.md"], []
    for name in COMMANDS:
        parser = argparse.ArgumentParser(prog=f"kanyan {name}", add_help=False)
        importlib.import_module(f"gateway.cli.{name}").configure(parser)
        assert f"## {parser.prog}" in page
        words += [word for word in _options(parser) if word not in {"-h", "--help"}]
    words += [word for word in _options(kiosk_cli._parser()) if word not in {"-h", "--help"}]
    assert len(words) > 40
    assert [word for word in words if f"## {word}\n" not in page and f"`{word}" not in page] == []


def test_every_rpc_and_message_is_explained(fresh: dict[str, str]) -> None:
    """Every RPC that is served stands in the page of the interface, with its messages."""
    page, names = fresh["grpc.md"], []
    for service in SERVICERS:
        names.append(f"## {service.name}\n")
        for method in service.methods:
            names += [f"| `{method.name}` |", f"### {method.input_type.name}\n", f"### {method.output_type.name}\n"]
    assert len(names) > 40
    assert [name for name in names if name not in page] == []
