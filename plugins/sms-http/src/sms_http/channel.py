"""The channel: POST a notice as JSON, ask after it by its delivery id."""

from __future__ import annotations

from urllib.parse import quote

from gateway.sdk import (
    HttpNoAnswer,
    HttpNotSent,
    Notice,
    Outcome,
    PluginContext,
    Retry,
    Uncertain,
    outcome_of_asking,
    outcome_of_sending,
)


class HttpSms:
    """`gateway.sdk.Notifier` for the gateway at `url`."""

    name = "sms-http"

    def send(self, notice: Notice, context: PluginContext) -> Outcome:
        """POST it; the receiver de-duplicates on `delivery_id`."""
        body = {"delivery_id": notice.delivery_id, "phone": notice.phone, "text": notice.text, "kind": notice.kind}
        try:
            return outcome_of_sending(context.http.post(_url(context), json=body))
        except HttpNotSent as error:
            return Retry(str(error))
        except HttpNoAnswer as error:
            return Uncertain(str(error))

    def query(self, delivery_id: str, context: PluginContext) -> Outcome:
        """GET `url`/{delivery_id}: Done with the receipt, Retry for 404, Uncertain while nobody can say."""
        try:
            return outcome_of_asking(context.http.get(f"{_url(context)}/{quote(delivery_id, safe='')}"))
        except (HttpNotSent, HttpNoAnswer) as error:
            return Uncertain(str(error))


def _url(context: PluginContext) -> str:
    return str(context.config["url"]).rstrip("/")
