"""Development certificates, judged by others: cryptography's verifier and a TLS handshake in memory."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

from gateway.errors import ConfigInvalid, FieldInvalid
from gateway.trust.pki import Certificate, issue, new_authority

IDENTITY = "spiffe://kanyan/taojiang-app/demo"


@pytest.fixture(scope="session")
def authority(now: datetime) -> Certificate:
    """An authority for a year."""
    return new_authority("示例 CA", now, 365)


@pytest.fixture(scope="session")
def server(authority: Certificate, now: datetime) -> Certificate:
    """A server on the loopback."""
    return issue(authority, now, 30, dns=("localhost",), ips=("127.0.0.1", "::1"), server=True)


@pytest.fixture(scope="session")
def client(authority: Certificate, now: datetime) -> Certificate:
    """The client of one identity."""
    return issue(authority, now, 30, spiffe_id=IDENTITY)


def parsed(certificate: Certificate) -> x509.Certificate:
    """The certificate itself."""
    return x509.load_pem_x509_certificate(certificate.certificate_pem)


def verifier(authority: Certificate, now: datetime) -> PolicyBuilder:
    """cryptography's verifier trusting this authority at this time."""
    return PolicyBuilder().store(Store([parsed(authority)])).time(now)


def test_the_server_chain_verifies(authority: Certificate, server: Certificate, now: datetime) -> None:
    """An independent verifier accepts the server under each of its names, and under no other."""
    builder = verifier(authority, now)
    addresses = [x509.IPAddress(ip_address(ip)) for ip in ("127.0.0.1", "::1")]
    subjects: list[x509.DNSName | x509.IPAddress] = [x509.DNSName("localhost"), *addresses]
    for subject in subjects:
        assert len(builder.build_server_verifier(subject).verify(parsed(server), [])) == 2
    with pytest.raises(VerificationError):
        builder.build_server_verifier(x509.DNSName("example.com")).verify(parsed(server), [])


def test_the_client_chain_verifies(authority: Certificate, client: Certificate, now: datetime) -> None:
    """The client carries its identity and nothing else, and is none after its time or of another authority."""
    verified = verifier(authority, now).build_client_verifier().verify(parsed(client), [])
    assert verified.subjects == [x509.UniformResourceIdentifier(IDENTITY)]
    with pytest.raises(VerificationError):
        verifier(authority, now + timedelta(days=31)).build_client_verifier().verify(parsed(client), [])
    other = new_authority("示例 CA", now, 365)
    with pytest.raises(VerificationError):
        verifier(other, now).build_client_verifier().verify(parsed(client), [])


def test_a_client_is_no_server_and_the_other_way_round(
    authority: Certificate, server: Certificate, client: Certificate, now: datetime
) -> None:
    """Each certificate is good for one side only."""
    with pytest.raises(VerificationError):
        verifier(authority, now).build_client_verifier().verify(parsed(server), [])
    usage = parsed(client).extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]


def test_keys_are_p256_and_unencrypted(client: Certificate) -> None:
    """gRPC reads the pair as it is; no repr shows the key."""
    key = load_pem_private_key(client.key_pem, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.curve.name == "secp256r1"
    assert b"PRIVATE KEY" in client.key_pem
    assert "PRIVATE" not in repr(client)


def test_nothing_outlives_its_authority(now: datetime) -> None:
    """A leaf ends with its authority at the latest, and an expired authority issues nothing."""
    short = new_authority("示例 CA", now, 1)
    leaf = issue(short, now, 30, spiffe_id=IDENTITY)
    assert parsed(leaf).not_valid_after_utc == now + timedelta(days=1)
    with pytest.raises(ConfigInvalid):
        issue(short, now + timedelta(days=1), 30, spiffe_id=IDENTITY)


@pytest.mark.parametrize(
    "names",
    [
        {},
        {"dns": ("localhost",)},
        {"spiffe_id": IDENTITY, "dns": ("localhost",)},
        {"spiffe_id": IDENTITY, "ips": ("127.0.0.1",)},
        {"server": True},
        {"server": True, "ips": ("300.0.0.1",)},
        {"server": True, "dns": ("示例",)},
        {"spiffe_id": "spiffe://elsewhere/a/b"},
        {"spiffe_id": "spiffe://kanyan/a"},
        {"spiffe_id": "spiffe://kanyan/a/b/c"},
        {"spiffe_id": "spiffe://kanyan/../b"},
        {"spiffe_id": IDENTITY + "\n"},
    ],
)
def test_names_that_do_not_fit_are_refused(names: dict[str, object], authority: Certificate, now: datetime) -> None:
    """One identity for a client, names for a server, nothing else."""
    with pytest.raises(FieldInvalid):
        issue(authority, now, 30, **names)  # type: ignore[arg-type] # one dict for all arguments


def test_no_authority_is_a_configuration_error(authority: Certificate, client: Certificate, now: datetime) -> None:
    """Files that are no pair, no PEM or no authority are said to be so."""
    for wrong in (
        Certificate(authority.certificate_pem, client.key_pem),
        client,
        Certificate(b"", authority.key_pem),
        Certificate(authority.certificate_pem, b"-----BEGIN PRIVATE KEY-----"),
    ):
        with pytest.raises(ConfigInvalid):
            issue(wrong, now, 30, spiffe_id=IDENTITY)


def test_mutual_tls_handshake(tmp_path: Path) -> None:
    """OpenSSL in strict mode shakes hands with both sides and shows the server one URI."""
    now = datetime.now(UTC)
    authority = new_authority("示例 CA", now, 2)
    server = issue(authority, now, 1, dns=("localhost",), server=True)
    client = issue(authority, now, 1, spiffe_id=IDENTITY)
    sides = []
    for purpose, pair in ((ssl.PROTOCOL_TLS_SERVER, server), (ssl.PROTOCOL_TLS_CLIENT, client)):
        context = ssl.SSLContext(purpose)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=authority.certificate_pem.decode())
        (tmp_path / "pair.pem").write_bytes(pair.certificate_pem + pair.key_pem)
        context.load_cert_chain(tmp_path / "pair.pem")
        sides.append(context)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = sides[0].wrap_bio(there, back, server_side=True)
    two = sides[1].wrap_bio(back, there, server_hostname="localhost")
    shake(two, one)
    shown = one.getpeercert()
    assert shown is not None
    assert shown["subjectAltName"] == (("URI", IDENTITY),)


def shake(*sides: ssl.SSLObject) -> None:
    """Let both sides speak in turn until neither has to wait."""
    waiting = list(sides)
    for _ in range(10):
        for side in list(waiting):
            try:
                side.do_handshake()
                waiting.remove(side)
            except ssl.SSLWantReadError:
                continue
    assert not waiting
