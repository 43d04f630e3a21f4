"""Rules of what the package offers to the host."""

from __future__ import annotations

import pluggy
import sms_http

from gateway.sdk.hookspecs import Hooks
from gateway.sdk.markers import PROJECT


def test_package_registers_its_one_name() -> None:
    """The host finds exactly "sms-http" through the hook, and no hook is misspelt."""
    plugins = pluggy.PluginManager(PROJECT)
    plugins.add_hookspecs(Hooks)
    plugins.register(sms_http)
    plugins.check_pending()
    offered = [one.name for found in plugins.hook.gateway_register_notifiers() for one in found]
    assert offered == ["sms-http"]
