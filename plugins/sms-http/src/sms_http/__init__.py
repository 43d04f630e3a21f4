"""Short messages through an HTTP gateway that takes JSON."""

from collections.abc import Iterable

from gateway.sdk import Notifier, hookimpl
from sms_http.channel import HttpSms


@hookimpl
def gateway_register_notifiers() -> Iterable[Notifier]:
    """Register the one channel of this plugin."""
    yield HttpSms()
