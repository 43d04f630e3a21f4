"""Short messages written to a file, for rehearsals without an SMS centre."""

from collections.abc import Iterable

from gateway.sdk import Notifier, hookimpl
from sms_console.channel import FileSms


@hookimpl
def gateway_register_notifiers() -> Iterable[Notifier]:
    """Register the one channel of this plugin."""
    yield FileSms()
