"""List plugins with their states and, where one did not load, why."""

from __future__ import annotations

import sqlalchemy as sa

from gateway.domain.access import Principal, Role, reading
from gateway.plugin_host.host import PluginStatus
from gateway.usecases.tools import Tools
from gateway.usecases.use_case import Query


def run(_command: None, _principal: Principal, _connection: sa.Connection, tools: Tools) -> tuple[PluginStatus, ...]:
    """All plugins found at start."""
    return tuple(tools.plugins.plugins)


LIST_PLUGINS = Query("OperationsService/ListPlugins", reading(Role.OPERATOR), run)
