"""Who gets through the door by certificate: only a client of our authority that the configuration names (A20)."""

from __future__ import annotations

from datetime import timedelta

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.api.v1 import token_service_pb2
from gateway.clock import SystemClock
from gateway.testkit.grpc_door import APP, KIOSK, STRANGER, Door, Pki
from gateway.trust.pki import Certificate, as_leaf, blank, finished, issue, load_authority, new_authority

NOW = SystemClock().now()
BUNDLE = token_service_pb2.GetTrustBundleRequest()


def with_names(pki: Pki, names: list[x509.GeneralName] | None, common: str = "kiosk/hall-1") -> Certificate:
    """A client certificate of our authority with any names at all; None leaves the extension out."""
    issuer, issuer_key = load_authority(pki.authority, NOW)
    key = ec.generate_private_key(ec.SECP256R1())
    builder = blank(common, key, NOW, NOW + timedelta(days=1))
    if names is None:
        return finished(builder.issuer_name(issuer.subject), key, issuer_key)
    return finished(as_leaf(builder, issuer, names, server=False), key, issuer_key)


def uris(*identities: str) -> list[x509.GeneralName]:
    """Identities as SAN entries."""
    return [x509.UniformResourceIdentifier(identity) for identity in identities]


def test_a_known_caller(door: Door) -> None:
    """A certificate of our authority with an identity of the configuration is served."""
    assert door.caller(KIOSK).call("TokenService/GetTrustBundle", BUNDLE).bundle


def test_no_certificate(door: Door) -> None:
    """Without a certificate there is no connection."""
    assert door.line(None).unheard() is grpc.StatusCode.UNAVAILABLE


def test_certificates_that_do_not_connect(door: Door, pki: Pki) -> None:
    """Self-signed, of another authority, expired, not yet valid, and the server's own: no connection."""
    other = new_authority("示例测试根", NOW, 30)
    refused = {
        "self-signed": new_authority(KIOSK, NOW, 30),
        "other authority of the same name": issue(other, NOW, 30, spiffe_id=KIOSK),
        "expired": issue(pki.authority, NOW - timedelta(days=10), 9, spiffe_id=KIOSK),
        "not yet valid": issue(pki.authority, NOW + timedelta(days=1), 9, spiffe_id=KIOSK),
        "server": pki.server,
        "server with a known identity": issue(pki.authority, NOW, 9, spiffe_id=KIOSK, dns=("localhost",), server=True),
    }
    outcomes = {name: door.line(certificate).unheard() for name, certificate in refused.items()}
    assert outcomes == dict.fromkeys(refused, grpc.StatusCode.UNAVAILABLE)
    assert door.caller(KIOSK).call("TokenService/GetTrustBundle", BUNDLE).bundle


@pytest.mark.parametrize(
    "names",
    [
        None,
        [],
        [x509.DNSName("localhost")],
        uris(KIOSK, APP),
        uris(KIOSK, KIOSK),
        uris("https://kanyan/kiosk/hall-1"),
        uris("spiffe://other/kiosk/hall-1"),
        uris(KIOSK + "/more"),
        uris(KIOSK.upper()),
        uris(KIOSK + "%00"),
        uris("spiffe://kanyan/kiosk/*"),
    ],
    ids=["no extension", "no name", "dns", "two", "twice", "https", "domain", "longer", "upper", "nul", "star"],
)
def test_names_that_are_no_identity(names: list[x509.GeneralName] | None, door: Door, pki: Pki) -> None:
    """No name, two names, or one that is nearly right: connected, and refused; the common name never counts."""
    refusal = door.line(with_names(pki, names, common=KIOSK)).refused("TokenService/GetTrustBundle", BUNDLE)
    assert (refusal.status, refusal.reason) == (grpc.StatusCode.UNAUTHENTICATED, "NOT_AUTHENTICATED")
    assert refusal.facts == {}


def test_an_identity_nobody_configured(door: Door) -> None:
    """A good certificate of a caller we do not know, also if it names a person."""
    stranger = door.caller(STRANGER)
    for line in (stranger, stranger.speaking("TJ-001", "inspector")):
        assert line.refused("TokenService/GetTrustBundle", BUNDLE).reason == "NOT_AUTHENTICATED"


def test_one_identity_beside_other_names(door: Door, pki: Pki) -> None:
    """What counts is the one URI; other kinds of names do not matter."""
    line = door.line(with_names(pki, [*uris(KIOSK), x509.DNSName("kiosk.example")]))
    assert line.call("TokenService/GetTrustBundle", BUNDLE).bundle
