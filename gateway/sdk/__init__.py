"""Everything a plugin may import."""

from gateway.sdk.context import Http, HttpNoAnswer, HttpNotSent, HttpReply, Log, PluginContext
from gateway.sdk.crypto import Signer, Suite
from gateway.sdk.http_outcome import outcome_of_asking, outcome_of_sending
from gateway.sdk.markers import hookimpl
from gateway.sdk.matter import (
    Answer,
    CaseView,
    Checklist,
    ChecklistItem,
    Decision,
    Filing,
    Inspector,
    Kind,
    Mark,
    MatterRules,
    Problem,
    ResultView,
    TimeLimit,
    Unit,
    Verdict,
)
from gateway.sdk.notifier import Notice, Notifier
from gateway.sdk.outcome import Done, Outcome, Rejected, Retry, Uncertain
from gateway.sdk.upstream import (
    Attachment,
    BadRecord,
    CaseAccepted,
    Event,
    MatterPublished,
    Message,
    Page,
    Upstream,
)
from gateway.sdk.version import API

__all__ = [
    "API",
    "Answer",
    "Attachment",
    "BadRecord",
    "CaseAccepted",
    "CaseView",
    "Checklist",
    "ChecklistItem",
    "Decision",
    "Done",
    "Event",
    "Filing",
    "Http",
    "HttpNoAnswer",
    "HttpNotSent",
    "HttpReply",
    "Inspector",
    "Kind",
    "Log",
    "Mark",
    "MatterPublished",
    "MatterRules",
    "Message",
    "Notice",
    "Notifier",
    "Outcome",
    "Page",
    "PluginContext",
    "Problem",
    "Rejected",
    "ResultView",
    "Retry",
    "Signer",
    "Suite",
    "TimeLimit",
    "Uncertain",
    "Unit",
    "Upstream",
    "Verdict",
    "hookimpl",
    "outcome_of_asking",
    "outcome_of_sending",
]
