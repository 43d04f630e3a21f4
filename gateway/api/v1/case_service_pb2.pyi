import datetime

from gateway.api.v1 import policy_pb2 as _policy_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Party(_message.Message):
    __slots__ = ("name", "uscc", "citizen_id", "contact_name", "contact_phone", "address")
    NAME_FIELD_NUMBER: _ClassVar[int]
    USCC_FIELD_NUMBER: _ClassVar[int]
    CITIZEN_ID_FIELD_NUMBER: _ClassVar[int]
    CONTACT_NAME_FIELD_NUMBER: _ClassVar[int]
    CONTACT_PHONE_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    name: str
    uscc: str
    citizen_id: str
    contact_name: str
    contact_phone: str
    address: str
    def __init__(self, name: _Optional[str] = ..., uscc: _Optional[str] = ..., citizen_id: _Optional[str] = ..., contact_name: _Optional[str] = ..., contact_phone: _Optional[str] = ..., address: _Optional[str] = ...) -> None: ...

class Case(_message.Message):
    __slots__ = ("case_no", "task_code", "matter_name", "department", "party_name", "state", "accepted_at", "visit_no")
    CASE_NO_FIELD_NUMBER: _ClassVar[int]
    TASK_CODE_FIELD_NUMBER: _ClassVar[int]
    MATTER_NAME_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_FIELD_NUMBER: _ClassVar[int]
    PARTY_NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_AT_FIELD_NUMBER: _ClassVar[int]
    VISIT_NO_FIELD_NUMBER: _ClassVar[int]
    case_no: str
    task_code: str
    matter_name: str
    department: str
    party_name: str
    state: str
    accepted_at: _timestamp_pb2.Timestamp
    visit_no: str
    def __init__(self, case_no: _Optional[str] = ..., task_code: _Optional[str] = ..., matter_name: _Optional[str] = ..., department: _Optional[str] = ..., party_name: _Optional[str] = ..., state: _Optional[str] = ..., accepted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., visit_no: _Optional[str] = ...) -> None: ...

class AcceptCaseRequest(_message.Message):
    __slots__ = ("idempotency_key", "case_no", "task_code", "accepted_at", "party", "dept_phone")
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    CASE_NO_FIELD_NUMBER: _ClassVar[int]
    TASK_CODE_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_AT_FIELD_NUMBER: _ClassVar[int]
    PARTY_FIELD_NUMBER: _ClassVar[int]
    DEPT_PHONE_FIELD_NUMBER: _ClassVar[int]
    idempotency_key: str
    case_no: str
    task_code: str
    accepted_at: _timestamp_pb2.Timestamp
    party: Party
    dept_phone: str
    def __init__(self, idempotency_key: _Optional[str] = ..., case_no: _Optional[str] = ..., task_code: _Optional[str] = ..., accepted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., party: _Optional[_Union[Party, _Mapping]] = ..., dept_phone: _Optional[str] = ...) -> None: ...

class AcceptCaseResponse(_message.Message):
    __slots__ = ("case", "created")
    CASE_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    case: Case
    created: bool
    def __init__(self, case: _Optional[_Union[Case, _Mapping]] = ..., created: _Optional[bool] = ...) -> None: ...

class GetCaseRequest(_message.Message):
    __slots__ = ("case_no",)
    CASE_NO_FIELD_NUMBER: _ClassVar[int]
    case_no: str
    def __init__(self, case_no: _Optional[str] = ...) -> None: ...

class GetCaseResponse(_message.Message):
    __slots__ = ("case",)
    CASE_FIELD_NUMBER: _ClassVar[int]
    case: Case
    def __init__(self, case: _Optional[_Union[Case, _Mapping]] = ...) -> None: ...
