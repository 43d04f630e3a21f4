import datetime

from gateway.api.v1 import policy_pb2 as _policy_pb2
from gateway.api.v1 import visit_service_pb2 as _visit_service_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RefusalReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFUSAL_REASON_UNSPECIFIED: _ClassVar[RefusalReason]
    REFUSAL_REASON_PEOPLE: _ClassVar[RefusalReason]
    REFUSAL_REASON_MATTER: _ClassVar[RefusalReason]
    REFUSAL_REASON_TIME: _ClassVar[RefusalReason]
    REFUSAL_REASON_NO_CERTIFICATE: _ClassVar[RefusalReason]
    REFUSAL_REASON_TOO_MANY: _ClassVar[RefusalReason]
    REFUSAL_REASON_OTHER: _ClassVar[RefusalReason]
REFUSAL_REASON_UNSPECIFIED: RefusalReason
REFUSAL_REASON_PEOPLE: RefusalReason
REFUSAL_REASON_MATTER: RefusalReason
REFUSAL_REASON_TIME: RefusalReason
REFUSAL_REASON_NO_CERTIFICATE: RefusalReason
REFUSAL_REASON_TOO_MANY: RefusalReason
REFUSAL_REASON_OTHER: RefusalReason

class IssueTokenRequest(_message.Message):
    __slots__ = ("idempotency_key", "visit_no")
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    VISIT_NO_FIELD_NUMBER: _ClassVar[int]
    idempotency_key: str
    visit_no: str
    def __init__(self, idempotency_key: _Optional[str] = ..., visit_no: _Optional[str] = ...) -> None: ...

class IssueTokenResponse(_message.Message):
    __slots__ = ("code",)
    CODE_FIELD_NUMBER: _ClassVar[int]
    code: _visit_service_pb2.IssuedCode
    def __init__(self, code: _Optional[_Union[_visit_service_pb2.IssuedCode, _Mapping]] = ...) -> None: ...

class VerifyTokenRequest(_message.Message):
    __slots__ = ("idempotency_key", "text", "party_uscc", "scanned_at")
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    PARTY_USCC_FIELD_NUMBER: _ClassVar[int]
    SCANNED_AT_FIELD_NUMBER: _ClassVar[int]
    idempotency_key: str
    text: str
    party_uscc: str
    scanned_at: _timestamp_pb2.Timestamp
    def __init__(self, idempotency_key: _Optional[str] = ..., text: _Optional[str] = ..., party_uscc: _Optional[str] = ..., scanned_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class VerifyTokenResponse(_message.Message):
    __slots__ = ("visit", "shown_by", "verified_at", "proof", "min_present")
    VISIT_FIELD_NUMBER: _ClassVar[int]
    SHOWN_BY_FIELD_NUMBER: _ClassVar[int]
    VERIFIED_AT_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    MIN_PRESENT_FIELD_NUMBER: _ClassVar[int]
    visit: _visit_service_pb2.Visit
    shown_by: str
    verified_at: _timestamp_pb2.Timestamp
    proof: str
    min_present: int
    def __init__(self, visit: _Optional[_Union[_visit_service_pb2.Visit, _Mapping]] = ..., shown_by: _Optional[str] = ..., verified_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., proof: _Optional[str] = ..., min_present: _Optional[int] = ...) -> None: ...

class ConfirmVisitRequest(_message.Message):
    __slots__ = ("idempotency_key", "proof", "present", "one_time_code")
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    PRESENT_FIELD_NUMBER: _ClassVar[int]
    ONE_TIME_CODE_FIELD_NUMBER: _ClassVar[int]
    idempotency_key: str
    proof: str
    present: _containers.RepeatedScalarFieldContainer[str]
    one_time_code: str
    def __init__(self, idempotency_key: _Optional[str] = ..., proof: _Optional[str] = ..., present: _Optional[_Iterable[str]] = ..., one_time_code: _Optional[str] = ...) -> None: ...

class ConfirmVisitResponse(_message.Message):
    __slots__ = ("visit",)
    VISIT_FIELD_NUMBER: _ClassVar[int]
    visit: _visit_service_pb2.Visit
    def __init__(self, visit: _Optional[_Union[_visit_service_pb2.Visit, _Mapping]] = ...) -> None: ...

class RefuseVisitRequest(_message.Message):
    __slots__ = ("idempotency_key", "proof", "reason", "remark")
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    idempotency_key: str
    proof: str
    reason: RefusalReason
    remark: str
    def __init__(self, idempotency_key: _Optional[str] = ..., proof: _Optional[str] = ..., reason: _Optional[_Union[RefusalReason, str]] = ..., remark: _Optional[str] = ...) -> None: ...

class RefuseVisitResponse(_message.Message):
    __slots__ = ("visit",)
    VISIT_FIELD_NUMBER: _ClassVar[int]
    visit: _visit_service_pb2.Visit
    def __init__(self, visit: _Optional[_Union[_visit_service_pb2.Visit, _Mapping]] = ...) -> None: ...

class GetTrustBundleRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetTrustBundleResponse(_message.Message):
    __slots__ = ("bundle",)
    BUNDLE_FIELD_NUMBER: _ClassVar[int]
    bundle: bytes
    def __init__(self, bundle: _Optional[bytes] = ...) -> None: ...
