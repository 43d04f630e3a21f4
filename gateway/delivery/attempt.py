"""One try at a leased delivery: ask first where an earlier try has no known end, then send, within the lease."""

from __future__ import annotations

import structlog

from gateway.database.crashpoints import crashpoint
from gateway.delivery.foreign_text import cleaned
from gateway.errors import GatewayBug, GatewayError, PluginSilent, PluginUnavailable
from gateway.sdk.notifier import Notice
from gateway.sdk.outcome import Done, Outcome, Rejected, Retry, Uncertain
from gateway.sdk.upstream import Attachment, Message
from gateway.store import outbox, results
from gateway.usecases.tools import Tools

log = structlog.get_logger(__name__)
UNTOLD = frozenset({"task_id"})
"""What a body holds for ourselves and no receiver is told."""
LEASE_SHARE = 0.9
"""How much of the lease calls may use; the rest is for storing what came of them."""


class Attempt:
    """One try, on a thread. All its calls together end before the lease does, so that nobody else sends meanwhile."""

    def __init__(self, tools: Tools, held: outbox.Leased, lease_s: float) -> None:
        self._tools, self._held = tools, held
        self._until = tools.clock.monotonic() + lease_s * LEASE_SHARE

    def deliver(self) -> Outcome:
        """An earlier try without a known end is asked about before anything is sent again."""
        doubt = self._held.in_doubt
        try:
            if doubt:
                asked = self._query()
                if not isinstance(asked, Retry):
                    return asked
                doubt = False
            ready = self._ready()
        except GatewayError as error:
            return Uncertain(error.code) if doubt else Retry(error.code)
        except Exception:  # the database or our own fault, and nothing was sent: it must not hold the stream for good
            log.exception("attempt_failed", delivery_id=self._held.delivery_id)
            return Uncertain(GatewayBug.code) if doubt else Retry(GatewayBug.code)
        crashpoint("relay.before_send")
        outcome = self._send(ready)
        crashpoint("relay.sent")
        return outcome

    def give_up(self) -> Outcome:
        """What is out of time is not sent; but if the receiver may have it already, it is asked once more."""
        if not self._held.in_doubt:
            return Rejected("已超过送达期限")
        try:
            asked = self._query()
        except GatewayError as error:
            asked = Uncertain(error.code)
        if isinstance(asked, Done):
            return asked
        return Rejected("已超过送达期限;对方是否收到不明" if isinstance(asked, Uncertain) else "已超过送达期限")

    def _left(self) -> float:
        return self._until - self._tools.clock.monotonic()

    def _query(self) -> Outcome:
        held, plugins = self._held, self._tools.plugins
        if held.kind.startswith("notice."):
            return cleaned(plugins.notifier(held.destination).query(held.delivery_id, within_s=self._left()))
        return cleaned(plugins.upstream(held.destination).query(held.delivery_id, within_s=self._left()))

    def _ready(self) -> Notice | Message:
        held, body = self._held, self._held.body
        if held.kind.startswith("notice."):
            return Notice(held.delivery_id, held.attempts, held.kind, str(body["phone"]), str(body["text"]))
        attached: tuple[Attachment, ...] = ()
        if held.attachment_id:
            with self._tools.reading.connect() as connection:
                attached = (results.attachment(connection, held.attachment_id),)
        told = {name: value for name, value in body.items() if name not in UNTOLD}
        return Message(held.delivery_id, held.attempts, held.kind, held.subject, told, attached)

    def _send(self, ready: Notice | Message) -> Outcome:
        plugins, destination = self._tools.plugins, self._held.destination
        try:
            if isinstance(ready, Notice):
                return cleaned(plugins.notifier(destination).send(ready, within_s=self._left()))
            return cleaned(plugins.upstream(destination).deliver(ready, within_s=self._left()))
        except PluginSilent as error:
            return Uncertain(error.code)
        except PluginUnavailable as error:
            # The plugin was not even asked, and any older doubt was settled before.
            return Retry(error.code)
        except GatewayError as error:
            return Uncertain(error.code)
