"""Rules of what the package offers to the host."""

from __future__ import annotations

import pluggy
import upstream_province

from gateway.sdk.hookspecs import Hooks
from gateway.sdk.markers import PROJECT


def test_package_registers_its_one_name() -> None:
    """The host finds exactly "province" through the hook, and no hook is misspelt."""
    plugins = pluggy.PluginManager(PROJECT)
    plugins.add_hookspecs(Hooks)
    plugins.register(upstream_province)
    plugins.check_pending()
    offered = [one.name for found in plugins.hook.gateway_register_upstreams() for one in found]
    assert offered == ["province"]
