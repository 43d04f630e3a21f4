"""The provincial platform (省一体化平台), built against a simulation: the real interface is not public."""

from collections.abc import Iterable

from gateway.sdk import Upstream, hookimpl
from upstream_province.platform import Province


@hookimpl
def gateway_register_upstreams() -> Iterable[Upstream]:
    """Register the one platform of this plugin."""
    yield Province()
