from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CallClass(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CALL_CLASS_UNSPECIFIED: _ClassVar[CallClass]
    CALL_CLASS_CONTROL: _ClassVar[CallClass]
    CALL_CLASS_CALLBACK: _ClassVar[CallClass]
    CALL_CLASS_INTERACTIVE: _ClassVar[CallClass]
    CALL_CLASS_BULK: _ClassVar[CallClass]
CALL_CLASS_UNSPECIFIED: CallClass
CALL_CLASS_CONTROL: CallClass
CALL_CLASS_CALLBACK: CallClass
CALL_CLASS_INTERACTIVE: CallClass
CALL_CLASS_BULK: CallClass
POLICY_FIELD_NUMBER: _ClassVar[int]
policy: _descriptor.FieldDescriptor

class Policy(_message.Message):
    __slots__ = ("roles", "mutating", "idempotency_key", "call_class", "audit")
    ROLES_FIELD_NUMBER: _ClassVar[int]
    MUTATING_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    CALL_CLASS_FIELD_NUMBER: _ClassVar[int]
    AUDIT_FIELD_NUMBER: _ClassVar[int]
    roles: _containers.RepeatedScalarFieldContainer[str]
    mutating: bool
    idempotency_key: bool
    call_class: CallClass
    audit: bool
    def __init__(self, roles: _Optional[_Iterable[str]] = ..., mutating: _Optional[bool] = ..., idempotency_key: _Optional[bool] = ..., call_class: _Optional[_Union[CallClass, str]] = ..., audit: _Optional[bool] = ...) -> None: ...
