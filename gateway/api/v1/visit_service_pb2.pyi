import datetime

from gateway.api.v1 import policy_pb2 as _policy_pb2
from gateway.api.v1 import registry_service_pb2 as _registry_service_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Visit(_message.Message):
    __slots__ = ("visit_no", "case_no", "state", "matter_name", "visit_basis", "department_name", "party_name", "address", "starts_at", "ends_at", "inspectors", "result_state")
    VISIT_NO_FIELD_NUMBER: _ClassVar[int]
    CASE_NO_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    MATTER_NAME_FIELD_NUMBER: _ClassVar[int]
    VISIT_BASIS_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_NAME_FIELD_NUMBER: _ClassVar[int]
    PARTY_NAME_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    INSPECTORS_FIELD_NUMBER: _ClassVar[int]
    RESULT_STATE_FIELD_NUMBER: _ClassVar[int]
    visit_no: str
    case_no: str
    state: str
    matter_name: str
    visit_basis: str
    department_name: str
    party_name: str
    address: str
    starts_at: _timestamp_pb2.Timestamp
    ends_at: _timestamp_pb2.Timestamp
    inspectors: _containers.RepeatedCompositeFieldContainer[_registry_service_pb2.Inspector]
    result_state: str
    def __init__(self, visit_no: _Optional[str] = ..., case_no: _Optional[str] = ..., state: _Optional[str] = ..., matter_name: _Optional[str] = ..., visit_basis: _Optional[str] = ..., department_name: _Optional[str] = ..., party_name: _Optional[str] = ..., address: _Optional[str] = ..., starts_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., inspectors: _Optional[_Iterable[_Union[_registry_service_pb2.Inspector, _Mapping]]] = ..., result_state: _Optional[str] = ...) -> None: ...

class IssuedCode(_message.Message):
    __slots__ = ("inspector_id", "url", "seq", "not_before", "expires_at")
    INSPECTOR_ID_FIELD_NUMBER: _ClassVar[int]
    URL_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    NOT_BEFORE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    inspector_id: str
    url: str
    seq: int
    not_before: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, inspector_id: _Optional[str] = ..., url: _Optional[str] = ..., seq: _Optional[int] = ..., not_before: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class FileVisitRequest(_message.Message):
    __slots__ = ("idempotency_key", "case_no", "inspector_ids", "starts_at", "ends_at", "purpose")
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    CASE_NO_FIELD_NUMBER: _ClassVar[int]
    INSPECTOR_IDS_FIELD_NUMBER: _ClassVar[int]
    STARTS_AT_FIELD_NUMBER: _ClassVar[int]
    ENDS_AT_FIELD_NUMBER: _ClassVar[int]
    PURPOSE_FIELD_NUMBER: _ClassVar[int]
    idempotency_key: str
    case_no: str
    inspector_ids: _containers.RepeatedScalarFieldContainer[str]
    starts_at: _timestamp_pb2.Timestamp
    ends_at: _timestamp_pb2.Timestamp
    purpose: str
    def __init__(self, idempotency_key: _Optional[str] = ..., case_no: _Optional[str] = ..., inspector_ids: _Optional[_Iterable[str]] = ..., starts_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ends_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., purpose: _Optional[str] = ...) -> None: ...

class FileVisitResponse(_message.Message):
    __slots__ = ("visit", "codes")
    VISIT_FIELD_NUMBER: _ClassVar[int]
    CODES_FIELD_NUMBER: _ClassVar[int]
    visit: Visit
    codes: _containers.RepeatedCompositeFieldContainer[IssuedCode]
    def __init__(self, visit: _Optional[_Union[Visit, _Mapping]] = ..., codes: _Optional[_Iterable[_Union[IssuedCode, _Mapping]]] = ...) -> None: ...

class GetVisitRequest(_message.Message):
    __slots__ = ("visit_no",)
    VISIT_NO_FIELD_NUMBER: _ClassVar[int]
    visit_no: str
    def __init__(self, visit_no: _Optional[str] = ...) -> None: ...

class GetVisitResponse(_message.Message):
    __slots__ = ("visit",)
    VISIT_FIELD_NUMBER: _ClassVar[int]
    visit: Visit
    def __init__(self, visit: _Optional[_Union[Visit, _Mapping]] = ...) -> None: ...

class FinishVisitRequest(_message.Message):
    __slots__ = ("idempotency_key", "visit_no")
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VISIT_NO_FIELD_NUMBER: _ClassVar[int]
    idempotency_key: str
    visit_no: str
    def __init__(self, idempotency_key: _Optional[str] = ..., visit_no: _Optional[str] = ...) -> None: ...

class FinishVisitResponse(_message.Message):
    __slots__ = ("visit",)
    VISIT_FIELD_NUMBER: _ClassVar[int]
    visit: Visit
    def __init__(self, visit: _Optional[_Union[Visit, _Mapping]] = ...) -> None: ...

class ChecklistItem(_message.Message):
    __slots__ = ("code", "text", "kind", "basis", "may_be_absent")
    CODE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    MAY_BE_ABSENT_FIELD_NUMBER: _ClassVar[int]
    code: str
    text: str
    kind: str
    basis: str
    may_be_absent: bool
    def __init__(self, code: _Optional[str] = ..., text: _Optional[str] = ..., kind: _Optional[str] = ..., basis: _Optional[str] = ..., may_be_absent: _Optional[bool] = ...) -> None: ...

class GetChecklistRequest(_message.Message):
    __slots__ = ("visit_no",)
    VISIT_NO_FIELD_NUMBER: _ClassVar[int]
    visit_no: str
    def __init__(self, visit_no: _Optional[str] = ...) -> None: ...

class GetChecklistResponse(_message.Message):
    __slots__ = ("version", "items")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    version: str
    items: _containers.RepeatedCompositeFieldContainer[ChecklistItem]
    def __init__(self, version: _Optional[str] = ..., items: _Optional[_Iterable[_Union[ChecklistItem, _Mapping]]] = ...) -> None: ...

class Answer(_message.Message):
    __slots__ = ("item", "mark", "remark")
    ITEM_FIELD_NUMBER: _ClassVar[int]
    MARK_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    item: str
    mark: str
    remark: str
    def __init__(self, item: _Optional[str] = ..., mark: _Optional[str] = ..., remark: _Optional[str] = ...) -> None: ...

class SubmitResultRequest(_message.Message):
    __slots__ = ("idempotency_key", "visit_no", "checklist_version", "answers", "opinion")
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VISIT_NO_FIELD_NUMBER: _ClassVar[int]
    CHECKLIST_VERSION_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    OPINION_FIELD_NUMBER: _ClassVar[int]
    idempotency_key: str
    visit_no: str
    checklist_version: str
    answers: _containers.RepeatedCompositeFieldContainer[Answer]
    opinion: str
    def __init__(self, idempotency_key: _Optional[str] = ..., visit_no: _Optional[str] = ..., checklist_version: _Optional[str] = ..., answers: _Optional[_Iterable[_Union[Answer, _Mapping]]] = ..., opinion: _Optional[str] = ...) -> None: ...

class SubmitResultResponse(_message.Message):
    __slots__ = ("decision", "reasons", "result_state", "report_sha256")
    DECISION_FIELD_NUMBER: _ClassVar[int]
    REASONS_FIELD_NUMBER: _ClassVar[int]
    RESULT_STATE_FIELD_NUMBER: _ClassVar[int]
    REPORT_SHA256_FIELD_NUMBER: _ClassVar[int]
    decision: str
    reasons: _containers.RepeatedScalarFieldContainer[str]
    result_state: str
    report_sha256: str
    def __init__(self, decision: _Optional[str] = ..., reasons: _Optional[_Iterable[str]] = ..., result_state: _Optional[str] = ..., report_sha256: _Optional[str] = ...) -> None: ...

class GetReportRequest(_message.Message):
    __slots__ = ("visit_no",)
    VISIT_NO_FIELD_NUMBER: _ClassVar[int]
    visit_no: str
    def __init__(self, visit_no: _Optional[str] = ...) -> None: ...

class GetReportResponse(_message.Message):
    __slots__ = ("name", "content")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    name: str
    content: bytes
    def __init__(self, name: _Optional[str] = ..., content: _Optional[bytes] = ...) -> None: ...
