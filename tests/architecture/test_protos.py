"""The wire contract: checked in as generated, explained in full, every RPC with its policy."""

from __future__ import annotations

import filecmp
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    MethodDescriptorProto,
)

from gateway.api.v1 import policy_pb2
from gateway.domain.access import Role

KEYLESS_SERVICES = {"RatingService"}
"""A key would join a rating with what it must not be joined with (design §5)."""

Named = tuple[str, tuple[int, ...]]


@pytest.fixture(scope="module")
def files(root: Path, tmp_path_factory: pytest.TempPathFactory) -> list[FileDescriptorProto]:
    """Our protos, compiled with their comments."""
    out = tmp_path_factory.mktemp("protos") / "set.pb"
    protos = sorted(str(proto.relative_to(root)) for proto in (root / "protos").rglob("*.proto"))
    words = ["-Iprotos", "--include_source_info", f"--descriptor_set_out={out}", *protos]
    subprocess.run([sys.executable, "-m", "grpc_tools.protoc", *words], cwd=root, check=True)
    return list(FileDescriptorSet.FromString(out.read_bytes()).file)


def _methods(files: list[FileDescriptorProto]) -> Iterator[tuple[str, MethodDescriptorProto]]:
    for file in files:
        for service in file.service:
            yield from ((service.name, method) for method in service.method)


def _policy(method: MethodDescriptorProto) -> policy_pb2.Policy:
    extension: Any = policy_pb2.policy
    found: policy_pb2.Policy = method.options.Extensions[extension]
    return found


def _in_enum(enum: EnumDescriptorProto, path: tuple[int, ...]) -> Iterator[Named]:
    yield enum.name, path
    for index, value in enumerate(enum.value):
        yield f"{enum.name}.{value.name}", (*path, 2, index)


def _in_message(message: DescriptorProto, path: tuple[int, ...]) -> Iterator[Named]:
    if message.options.map_entry:
        return
    yield message.name, path
    for index, field in enumerate(message.field):
        yield f"{message.name}.{field.name}", (*path, 2, index)
    for index, nested in enumerate(message.nested_type):
        yield from _in_message(nested, (*path, 3, index))
    for index, enum in enumerate(message.enum_type):
        yield from _in_enum(enum, (*path, 4, index))


def _in_file(file: FileDescriptorProto) -> Iterator[Named]:
    """Everything that needs a comment, by the path that descriptor.proto gives it."""
    for index, message in enumerate(file.message_type):
        yield from _in_message(message, (4, index))
    for index, enum in enumerate(file.enum_type):
        yield from _in_enum(enum, (5, index))
    for index, service in enumerate(file.service):
        yield service.name, (6, index)
        for number, method in enumerate(service.method):
            yield f"{service.name}.{method.name}", (6, index, 2, number)


def test_the_stubs_are_those_of_the_protos(root: Path, tmp_path: Path) -> None:
    """The checked-in stubs are exactly what the protos generate."""
    subprocess.run([root / ".ci/protos", tmp_path], cwd=root, check=True)
    fresh = {file.name for file in (tmp_path / "gateway/api/v1").iterdir()}
    kept = {file.name for file in (root / "gateway/api/v1").glob("*_pb2*.py*") if file.suffix != ".pyc"}
    assert fresh == kept
    _, different, odd = filecmp.cmpfiles(tmp_path / "gateway/api/v1", root / "gateway/api/v1", fresh, shallow=False)
    assert (different, odd) == ([], [])


def test_everything_on_the_wire_is_explained(files: list[FileDescriptorProto]) -> None:
    """Every service, RPC, message, field, enum and value has a comment."""
    silent, seen = [], 0
    for file in files:
        told = {
            tuple(place.path)
            for place in file.source_code_info.location
            if (place.leading_comments + place.trailing_comments).strip()
        }
        for name, path in _in_file(file):
            seen += 1
            if path not in told:
                silent.append(f"{file.name}: {name}")
    assert seen > 100
    assert silent == []


def test_every_rpc_declares_its_policy(files: list[FileDescriptorProto]) -> None:
    """Every RPC says how urgent it is and which known roles may call it; nobody is the system from outside."""
    known = {role.value for role in Role} - {Role.SYSTEM.value}
    wrong = []
    for service, method in _methods(files):
        policy = _policy(method)
        roles = set(policy.roles)
        if not policy.call_class or not roles or roles - known or len(roles) != len(policy.roles):
            wrong.append(f"{service}.{method.name}")
    assert sum(1 for _ in _methods(files)) > 10
    assert wrong == []


def test_every_mutating_rpc_takes_a_key_and_is_audited(files: list[FileDescriptorProto]) -> None:
    """What changes something can be repeated safely and leaves a trace; what only reads asks for no key."""
    requests = {f".{file.package}.{message.name}": message for file in files for message in file.message_type}
    wrong = []
    for service, method in _methods(files):
        policy = _policy(method)
        has_field = any(field.name == "idempotency_key" for field in requests[method.input_type].field)
        needs_key = policy.mutating and service not in KEYLESS_SERVICES
        if policy.idempotency_key != needs_key or has_field != needs_key or policy.audit < policy.mutating:
            wrong.append(f"{service}.{method.name}")
    assert wrong == []


def test_a_file_belongs_to_the_package_of_its_folder(files: list[FileDescriptorProto]) -> None:
    """The proto path is the Python path, so that generated imports need no rewriting."""
    assert {file.package for file in files} == {"gateway.api.v1"}
    assert {Path(file.name).parent.as_posix() for file in files} == {"gateway/api/v1"}
