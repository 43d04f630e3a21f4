"""The proto declares what the use case decides: each RPC has one use case with the same policy, and the reverse."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import pytest

import gateway.api.v1
import gateway.usecases
from gateway.api.v1 import policy_pb2
from gateway.domain.access import Policy, roles_named
from gateway.usecases.use_case import Query, UseCase


def use_cases() -> dict[str, UseCase[Any, Any, Any] | Query[Any, Any]]:
    """Every use case and query of the package, by method."""
    found: dict[str, UseCase[Any, Any, Any] | Query[Any, Any]] = {}
    for module in pkgutil.iter_modules(gateway.usecases.__path__):
        for thing in vars(importlib.import_module(f"gateway.usecases.{module.name}")).values():
            if isinstance(thing, UseCase | Query):
                assert found.setdefault(thing.method, thing) is thing, f"{thing.method} exists twice"
    return found


def rpcs() -> dict[str, policy_pb2.Policy]:
    """Every RPC's declared policy, by `Service/Rpc`."""
    found = {}
    for module in pkgutil.iter_modules(gateway.api.v1.__path__):
        if module.name.endswith("_pb2"):
            descriptor = importlib.import_module(f"gateway.api.v1.{module.name}").DESCRIPTOR
            for service in descriptor.services_by_name.values():
                for method in service.methods:
                    found[f"{service.name}/{method.name}"] = method.GetOptions().Extensions[policy_pb2.policy]
    return found


USE_CASES, RPCS = use_cases(), rpcs()


def test_both_sides_name_the_same_methods() -> None:
    """No RPC without a use case, no use case named like an RPC without one."""
    assert {method for method in USE_CASES if "/" in method} == set(RPCS)
    assert len(RPCS) >= 17


@pytest.mark.parametrize("method", sorted(RPCS))
def test_the_proto_says_what_the_use_case_decides(method: str) -> None:
    """Roles, mutating, idempotency key and audit are the same on both sides."""
    said = RPCS[method]
    declared = Policy(roles_named(said.roles), said.mutating, said.idempotency_key, said.audit)
    assert USE_CASES[method].policy == declared
    assert said.roles
    assert len(set(said.roles)) == len(said.roles)
    assert said.call_class != policy_pb2.CALL_CLASS_UNSPECIFIED


@pytest.mark.parametrize("method", sorted(USE_CASES))
def test_whatever_writes_is_keyed_and_audited(method: str) -> None:
    """Use cases write, take a key and leave an audit row; queries do none of it."""
    policy = USE_CASES[method].policy
    writes = isinstance(USE_CASES[method], UseCase)
    assert (policy.mutating, policy.idempotency_key, policy.audit) == (writes,) * 3
    assert policy.roles
