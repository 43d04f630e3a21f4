"""Load the allowed plugins one by one and hand out what they registered; a bad plugin is reported, never fatal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from gateway.clock import Clock
from gateway.errors import GatewayError, MatterWithoutRules, PluginInvalid, PluginUnavailable
from gateway.plugin_host.discovery import Found, discover
from gateway.plugin_host.guard import Guard
from gateway.plugin_host.http import Wire, allowed_hosts
from gateway.plugin_host.loaded import Door, LoadedMatter, LoadedNotifier, LoadedUpstream
from gateway.plugin_host.loading import Loader, Unfit
from gateway.plugin_host.manifest import Manifest
from gateway.plugin_host.offers import checked_offer
from gateway.plugin_host.settings import checked_settings
from gateway.plugin_host.words import did_you_mean
from gateway.sdk import Suite

T = TypeVar("T")
LOAD_S = 20.0
"""Longest time a plugin may take to import and register."""


class State(Enum):
    """How far a plugin got."""

    FOUND = "found"
    VALID = "valid"
    NOT_ALLOWED = "not_allowed"
    FAILED = "failed"
    READY = "ready"


@dataclass(frozen=True)
class PluginStatus:
    """One line of `kanyan plugin list`; `problem` is a Chinese sentence, empty where there is none."""

    id: str
    version: str
    kind: str
    state: State
    problem: str = ""


@dataclass(frozen=True)
class _Given:
    """What the configuration says of one plugin, and the folder from which its relative paths count."""

    settings: Mapping[str, Any]
    base: Path


@dataclass
class _Candidate:
    """A plugin on its way: what it offers is kept until no other plugin offers the same."""

    status: PluginStatus
    door: Door | None = None
    kind: str = ""
    offers: dict[str, Any] = field(default_factory=dict)

    def fail(self, why: str) -> None:
        self.status = replace(self.status, state=State.FAILED, problem=why)
        self.offers = {}


class PluginHost:
    """The plugins of this process."""

    def __init__(self, candidates: Iterable[_Candidate] = ()) -> None:
        self._candidates = list(candidates)
        self._matters: dict[str, LoadedMatter] = {}
        self._upstreams: dict[str, LoadedUpstream] = {}
        self._notifiers: dict[str, LoadedNotifier] = {}
        self._suites: dict[str, Suite] = {}
        for candidate in self._candidates:
            for name, thing in candidate.offers.items():
                self._enter(candidate, name, thing)

    @classmethod
    def load(
        cls,
        allowed: Mapping[str, Mapping[str, Any]],
        clock: Clock,
        *,
        base: Path = Path(),
        no_plugins: bool = False,
    ) -> PluginHost:
        """Load what `allowed` names (id → settings); nothing runs because it happens to be installed.

        Relative paths in settings count from `base`, the folder of the configuration file.

        A plugin that cannot be used is listed as failed with its reason, and the others are loaded. Two plugins that
        offer the same matter or name both fail: nobody guesses which one the office meant. With `no_plugins` nothing
        is even looked for.
        """
        if no_plugins:
            return cls()
        found = discover()
        candidates = [_candidate(one, allowed) for one in found]
        candidates += [_missing(name, found) for name in allowed if name not in {one.id for one in found}]
        _refuse_twins(found, candidates)
        loader = Loader()
        for one, candidate in zip(found, candidates, strict=False):
            if candidate.status.state is State.VALID and one.manifest is not None:
                _load(loader, candidate, one, one.manifest, _Given(allowed[one.id] or {}, base), clock)
        _refuse_same_offers(candidates)
        return cls(candidates)

    @property
    def plugins(self) -> list[PluginStatus]:
        """Every plugin found or allowed, with its state, ordered by id."""
        return sorted((candidate.status for candidate in self._candidates), key=lambda status: status.id)

    def matter(self, catalog_code: str) -> LoadedMatter:
        """The rules of a matter; raises MatterWithoutRules."""
        if catalog_code not in self._matters:
            raise MatterWithoutRules(matter=catalog_code)
        return self._matters[catalog_code]

    def upstream(self, name: str) -> LoadedUpstream:
        """A platform by its name; raises PluginUnavailable."""
        return _named(self._upstreams, name)

    def notifier(self, name: str) -> LoadedNotifier:
        """A way to send by its name; raises PluginUnavailable."""
        return _named(self._notifiers, name)

    def suites(self) -> dict[str, Suite]:
        """Signature suites by name. They passed their self-test and are called directly, without the guard."""
        return dict(self._suites)

    def close(self) -> None:
        """Let go of the connections."""
        for candidate in self._candidates:
            if candidate.door is not None:
                candidate.door.wire.close()

    def _enter(self, candidate: _Candidate, name: str, thing: Any) -> None:
        if candidate.door is None:
            return
        match candidate.kind:
            case "matter":
                self._matters[name] = LoadedMatter(thing, candidate.door)
            case "upstream":
                self._upstreams[name] = LoadedUpstream(name, thing, candidate.door)
            case "notifier":
                self._notifiers[name] = LoadedNotifier(name, thing, candidate.door)
            case _:
                self._suites[name] = thing


def installed() -> list[PluginStatus]:
    """Every installed plugin by its manifest alone; imports none of them."""
    return [_candidate(one, None).status for one in discover()]


def _candidate(one: Found, allowed: Mapping[str, Any] | None) -> _Candidate:
    manifest = one.manifest
    status = PluginStatus(one.id, "", "", State.FOUND)
    wanted = allowed is None or one.id in allowed
    if manifest is None:
        # What nobody asked for cannot fail anybody; its problem is still told.
        state = State.FAILED if wanted else State.NOT_ALLOWED
        return _Candidate(replace(status, state=state, problem=one.problem or "清单不能读取;请重新安装该插件。"))
    state = State.VALID if wanted else State.NOT_ALLOWED
    problem = "" if wanted else "已安装,但配置的 plugins 中没有启用它。"
    return _Candidate(PluginStatus(one.id, manifest.version, manifest.kind, state, problem), kind=manifest.kind)


def _missing(name: str, found: Iterable[Found]) -> _Candidate:
    near = did_you_mean(name, [one.id for one in found])
    problem = f"配置启用了它,但没有安装{near},请安装或从配置中删除。"
    return _Candidate(PluginStatus(name, "", "", State.FAILED, problem))


def _refuse_twins(found: Iterable[Found], candidates: Iterable[_Candidate]) -> None:
    """Two plugins in one package could not be told apart after import."""
    users: dict[str, list[_Candidate]] = defaultdict(list)
    for one, candidate in zip(found, candidates, strict=False):
        if candidate.status.state is State.VALID and one.manifest is not None:
            users[one.manifest.module].append(candidate)
    for module, sharing in users.items():
        _fail_all(sharing, f"都使用包 {module}")


def _refuse_same_offers(candidates: Iterable[_Candidate]) -> None:
    makers: dict[tuple[str, str], list[_Candidate]] = defaultdict(list)
    for candidate in candidates:
        for name in candidate.offers:
            makers[candidate.kind, name].append(candidate)
    for (_, name), sharing in makers.items():
        _fail_all(sharing, f"都登记了“{name}”")


def _fail_all(sharing: list[_Candidate], what: str) -> None:
    if len(sharing) < 2:
        return
    names = "与".join(f"“{candidate.status.id}”" for candidate in sharing)
    for candidate in sharing:
        candidate.fail(f"插件{names}{what},都不启用;请只启用其中一个。")


def _load(loader: Loader, candidate: _Candidate, one: Found, manifest: Manifest, given: _Given, clock: Clock) -> None:
    try:
        if manifest.isolation != "thread":
            why = '本版本还不能在单独的进程中运行插件;请改为 isolation = "thread",或等待支持的版本。'
            raise PluginInvalid(plugin=manifest.id, why=why)
        settings = checked_settings(manifest, given.settings, given.base)
        guard = Guard(manifest.id, manifest.owner, manifest.max_in_flight, clock, root=one.root)
        wire = Wire(allowed_hosts(manifest.network, settings), clock)
        candidate.door = Door(manifest.id, guard, settings, manifest.timeouts, wire, clock)
        candidate.offers = guard.call("加载", lambda: _offers(loader, manifest), LOAD_S, dict)
        candidate.status = replace(candidate.status, state=State.READY)
    except GatewayError as error:
        candidate.fail(error.facts.get("why", error.english()))


def _offers(loader: Loader, manifest: Manifest) -> dict[str, Any]:
    offers: dict[str, Any] = {}
    for thing in loader.load(manifest):
        name = checked_offer(manifest.kind, thing)
        if name in offers:
            raise Unfit(f"“{name}”登记了两次;请只登记一次。")
        offers[name] = thing
    return offers


def _named(registry: Mapping[str, T], name: str) -> T:
    if name not in registry:
        raise PluginUnavailable(plugin=name, why="没有启用" + did_you_mean(name, registry))
    return registry[name]
