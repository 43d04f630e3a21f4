"""Throw-away plugins, installed as real distributions in a folder on the path."""

from __future__ import annotations

import importlib
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from gateway.plugin_host.host import PluginHost, PluginStatus
from gateway.testkit.clock import FakeClock

MANIFEST = """
manifest = 1
[plugin]
id = "{id}"
name = "示例"
kind = "{kind}"
module = "{module}"
version = "0.1.0"
owner = "示例股 <owner@example.invalid>"
on_call = "0737-0000000"
api = "1.0"
python = ">=3.11"
[run]
isolation = "thread"
max_in_flight = 2
[run.timeouts]
{timeouts}
[permissions]
network = []
{more}
"""

NOTIFIER = """
from gateway.sdk import Done, hookimpl


class Sms:
    name = "{name}"

    def send(self, notice, context):
        {send}

    def query(self, delivery_id, context):
        return Done(context.config.get("sign", ""))


@hookimpl
def gateway_register_notifiers():
    yield Sms()
"""

Install = Callable[..., str]
Load = Callable[..., PluginHost]


def manifest(
    plugin_id: str = "sms-example", *, kind: str = "notifier", timeouts: str = "", more: str = "", **replaced: str
) -> str:
    """A good manifest; `replaced` changes text in it, old=new."""
    text = MANIFEST.format(
        id=plugin_id, kind=kind, module=plugin_id.replace("-", "_"), timeouts=timeouts, more=textwrap.dedent(more)
    )
    for old, new in replaced.items():
        text = text.replace(old, new)
    return text


def notifier(name: str = "example", send: str = "return Done('r1')") -> str:
    """The source of a notifier whose `send` has this body."""
    return NOTIFIER.format(name=name, send=textwrap.indent(textwrap.dedent(send), " " * 8).strip())


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path; what was imported from it is forgotten afterwards."""
    folder = tmp_path / "site"
    folder.mkdir()
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    for name in set(sys.modules) - before:
        if str(folder) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.fixture
def install(site: Path) -> Install:
    """`install(id, source, toml)` writes package, manifest and dist-info."""

    def write(plugin_id: str, source: str, toml: str | None = None, *, entry: str | None = None) -> str:
        module = plugin_id.replace("-", "_")
        (site / module).mkdir()
        (site / module / "__init__.py").write_text(textwrap.dedent(source), encoding="utf-8")
        if toml is None:
            toml = manifest(plugin_id)
        if toml:
            (site / module / "plugin.toml").write_text(toml, encoding="utf-8")
        info = site / f"{module}-0.1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {plugin_id}\nVersion: 0.1.0\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[gateway.plugins]\n{entry or f'{plugin_id} = {module}'}\n")
        importlib.invalidate_caches()
        return plugin_id

    return write


@pytest.fixture
def clock() -> FakeClock:
    """A clock under the test's hand."""
    return FakeClock()


@pytest.fixture
def load(clock: FakeClock) -> Iterator[Load]:
    """`load("a", "b")` or `load({"a": {...}})`: a host with these plugins allowed."""
    hosts: list[PluginHost] = []

    def open_host(*allowed: str | Mapping[str, Mapping[str, Any]]) -> PluginHost:
        settings: dict[str, Mapping[str, Any]] = {}
        for one in allowed:
            settings |= {one: {}} if isinstance(one, str) else one
        hosts.append(PluginHost.load(settings, clock))
        return hosts[-1]

    yield open_host
    for host in hosts:
        host.close()


@pytest.fixture
def status() -> Callable[[PluginHost, str], PluginStatus]:
    """The status line of one plugin."""
    return lambda host, plugin_id: next(one for one in host.plugins if one.id == plugin_id)


@pytest.fixture
def toml() -> Callable[..., str]:
    """See `manifest`."""
    return manifest


@pytest.fixture
def sms() -> Callable[..., str]:
    """See `notifier`."""
    return notifier
