from gateway.api.v1 import policy_pb2 as _policy_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Matter(_message.Message):
    __slots__ = ("task_code", "catalog_code", "name", "version", "department", "department_name", "kinds", "by_law", "visit_basis", "promise_day", "promise_type")
    TASK_CODE_FIELD_NUMBER: _ClassVar[int]
    CATALOG_CODE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_NAME_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    BY_LAW_FIELD_NUMBER: _ClassVar[int]
    VISIT_BASIS_FIELD_NUMBER: _ClassVar[int]
    PROMISE_DAY_FIELD_NUMBER: _ClassVar[int]
    PROMISE_TYPE_FIELD_NUMBER: _ClassVar[int]
    task_code: str
    catalog_code: str
    name: str
    version: int
    department: str
    department_name: str
    kinds: _containers.RepeatedScalarFieldContainer[str]
    by_law: str
    visit_basis: str
    promise_day: int
    promise_type: str
    def __init__(self, task_code: _Optional[str] = ..., catalog_code: _Optional[str] = ..., name: _Optional[str] = ..., version: _Optional[int] = ..., department: _Optional[str] = ..., department_name: _Optional[str] = ..., kinds: _Optional[_Iterable[str]] = ..., by_law: _Optional[str] = ..., visit_basis: _Optional[str] = ..., promise_day: _Optional[int] = ..., promise_type: _Optional[str] = ...) -> None: ...

class Inspector(_message.Message):
    __slots__ = ("inspector_id", "name", "department", "certificate_no", "valid_from", "valid_to", "helper", "badge")
    INSPECTOR_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DEPARTMENT_FIELD_NUMBER: _ClassVar[int]
    CERTIFICATE_NO_FIELD_NUMBER: _ClassVar[int]
    VALID_FROM_FIELD_NUMBER: _ClassVar[int]
    VALID_TO_FIELD_NUMBER: _ClassVar[int]
    HELPER_FIELD_NUMBER: _ClassVar[int]
    BADGE_FIELD_NUMBER: _ClassVar[int]
    inspector_id: str
    name: str
    department: str
    certificate_no: str
    valid_from: str
    valid_to: str
    helper: bool
    badge: int
    def __init__(self, inspector_id: _Optional[str] = ..., name: _Optional[str] = ..., department: _Optional[str] = ..., certificate_no: _Optional[str] = ..., valid_from: _Optional[str] = ..., valid_to: _Optional[str] = ..., helper: _Optional[bool] = ..., badge: _Optional[int] = ...) -> None: ...

class ListMattersRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListMattersResponse(_message.Message):
    __slots__ = ("matters",)
    MATTERS_FIELD_NUMBER: _ClassVar[int]
    matters: _containers.RepeatedCompositeFieldContainer[Matter]
    def __init__(self, matters: _Optional[_Iterable[_Union[Matter, _Mapping]]] = ...) -> None: ...

class PutInspectorRequest(_message.Message):
    __slots__ = ("idempotency_key", "inspector")
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    INSPECTOR_FIELD_NUMBER: _ClassVar[int]
    idempotency_key: str
    inspector: Inspector
    def __init__(self, idempotency_key: _Optional[str] = ..., inspector: _Optional[_Union[Inspector, _Mapping]] = ...) -> None: ...

class PutInspectorResponse(_message.Message):
    __slots__ = ("inspector",)
    INSPECTOR_FIELD_NUMBER: _ClassVar[int]
    inspector: Inspector
    def __init__(self, inspector: _Optional[_Union[Inspector, _Mapping]] = ...) -> None: ...

class ListInspectorsRequest(_message.Message):
    __slots__ = ("department",)
    DEPARTMENT_FIELD_NUMBER: _ClassVar[int]
    department: str
    def __init__(self, department: _Optional[str] = ...) -> None: ...

class ListInspectorsResponse(_message.Message):
    __slots__ = ("inspectors",)
    INSPECTORS_FIELD_NUMBER: _ClassVar[int]
    inspectors: _containers.RepeatedCompositeFieldContainer[Inspector]
    def __init__(self, inspectors: _Optional[_Iterable[_Union[Inspector, _Mapping]]] = ...) -> None: ...
