"""The hooks: each is called once per plugin at start-up and collects typed objects. Work never goes through a hook."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.sdk.crypto import Suite
from gateway.sdk.markers import hookspec
from gateway.sdk.matter import MatterRules
from gateway.sdk.notifier import Notifier
from gateway.sdk.upstream import Upstream


class Hooks:
    """What a plugin module may implement with `@hookimpl`. All plain `def`, all without arguments."""

    @hookspec
    def gateway_register_matters(self) -> Iterable[MatterRules]:
        """Yield the matters this plugin knows."""
        return ()

    @hookspec
    def gateway_register_upstreams(self) -> Iterable[Upstream]:
        """Yield the platforms this plugin speaks to."""
        return ()

    @hookspec
    def gateway_register_notifiers(self) -> Iterable[Notifier]:
        """Yield the ways to send short messages."""
        return ()

    @hookspec
    def gateway_register_suites(self) -> Iterable[Suite]:
        """Yield signature suites."""
        return ()
