"""Every RPC by every role: admitted or NOT_ALLOWED exactly as the proto declares (A30)."""

from __future__ import annotations

import pytest

from gateway.domain.access import Role
from gateway.testkit.grpc_door import RPCS, Door, Samples, policy_of

ROLES = sorted(role.value for role in Role if role is not Role.SYSTEM)


@pytest.mark.parametrize("rpc", sorted(RPCS))
def test_who_is_admitted(rpc: str, busy_door: Door, samples: Samples) -> None:
    """A role the option names gets past the policy, every other is NOT_ALLOWED; no RPC admits everybody or nobody."""
    admitted = set()
    for role in ROLES:
        # A person who is no inspector of the visit, so that nothing is moved by the roles that are admitted.
        refusal = busy_door.anybody(role, person="TJ-777").outcome(rpc, samples.request(rpc))
        if refusal is None or refusal.reason != "NOT_ALLOWED":
            admitted.add(role)
    declared = set(policy_of(rpc).roles)
    if rpc == "TokenService/IssueToken":
        # Declared for inspectors, and among them only for those of the visit.
        assert admitted == set()
        assert busy_door.anybody("inspector").outcome(rpc, samples.request(rpc)) is None
        assert declared == {"inspector"}
        return
    assert admitted == declared
    assert set() < declared < set(ROLES)
