"""What the page for plugin authors says is what the host does."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.plugin_host.answers import limit, problems, verdict
from gateway.plugin_host.loading import HOOKS
from gateway.plugin_host.manifest import (
    FIELD_TYPES,
    ISOLATIONS,
    LONGEST_S,
    MOST_IN_FLIGHT,
    OPERATIONS,
    parse_manifest,
)
from gateway.plugin_host.offers import checked_offer
from gateway.sdk import Answer, CaseView, Filing, Mark, ResultView
from gateway.testkit.contexts import fake_context
from gateway.testkit.plugins import template

ACCEPTED = datetime(2026, 1, 5, tzinfo=UTC)
CASE = CaseView("示例-1", "430922000001", "示例", "示例局", "示例店", "示例路", ACCEPTED, 10, "working_day")


@pytest.fixture
def page(documents: dict[str, str]) -> str:
    """The page for plugin authors."""
    return documents["docs/plugins.md"]


def _block(page: str, language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def test_the_manifest_shown_is_accepted(page: str) -> None:
    """An author who copies the manifest gets a plugin that loads."""
    manifest = parse_manifest(
        _block(page, "toml"),
        file="plugin.toml",
        distribution="matter-example",
        version="0.1.0",
        module="matter_example",
    )
    assert (manifest.kind, manifest.timeouts["judge"]) == ("matter", 2)


def test_every_kind_stands_with_its_hook_and_limits(page: str) -> None:
    """Hooks, operations and default time limits are those of the host."""
    rows = {line.split("`")[1]: line for line in page.splitlines() if "gateway_register_" in line and line[0] == "|"}
    assert set(rows) == set(OPERATIONS)
    for kind, operations in OPERATIONS.items():
        assert f"`{HOOKS[kind]}`" in rows[kind]
        told = {name: float(seconds) for name, seconds in re.findall(r"`(\w+)` (\d+)", rows[kind])}
        assert told == dict(operations)


def test_the_bounds_are_those_of_the_manifest(page: str) -> None:
    """Numbers and words of the manifest's table are those that are checked."""
    assert f"1 to {MOST_IN_FLIGHT}, default 4" in page
    assert f"at most {LONGEST_S:g}; defaults below" in page
    types = next(line for line in page.splitlines() if line.startswith("| `config.NAME.type`"))
    assert re.findall(r"`(\w+)`", types) == list(FIELD_TYPES)
    assert all(f"`{word}`" in page for word in ISOLATIONS)


def test_the_matter_shown_works(page: str) -> None:
    """The example registers a matter the host takes, and its four functions answer as the host expects."""
    module: dict[str, Any] = {"TEMPLATE_BYTES": template(), "__name__": "matter_example"}
    exec(compile(_block(page, "python"), "plugins.md", "exec"), module)  # noqa: S102 - our own page
    (rules,) = module["gateway_register_matters"]()
    context = fake_context("matter-example")
    assert checked_offer("matter", rules) == "430922000001"
    assert problems(rules.check_filing(Filing(CASE, CASE.accepted_at, CASE.accepted_at, ()), context)) == []
    answers = (Answer("A1", Mark.FAIL, "示例"),)
    judged = verdict(rules.judge(answers, context))
    shown = ResultView(CASE, "TJKY", CASE.accepted_at, (), answers, rules.checklist, judged, "")
    assert rules.report_fields(shown, context)["reasons"] == ["A1 不符合:示例"]
    assert limit(rules.time_limit(CASE, context)).value == 10
