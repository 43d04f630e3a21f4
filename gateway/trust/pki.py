"""Certificates for development: one authority, one server certificate, one client certificate per identity."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.errors import ConfigInvalid, FieldInvalid

SPIFFE_ID = re.compile(r"spiffe://kanyan/[a-z0-9-]{1,40}/[a-z0-9-]{1,40}\Z")
BACKDATE = timedelta(minutes=5)
"""A peer's clock may be a little slow."""


@dataclass(frozen=True)
class Certificate:
    """A certificate and its unencrypted private key, both PEM; no repr shows the key."""

    certificate_pem: bytes
    key_pem: bytes = field(repr=False)


def new_authority(name: str, now: datetime, days: int) -> Certificate:
    """A self-signed P-256 authority that may issue leaf certificates only (RFC 5280 §4.2.1.9, path length 0)."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        blank(name, key, now, now + timedelta(days=days))
        .issuer_name(named(name))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage(signs_certificates=True), critical=True)
    )
    return finished(builder, key, key)


def issue(
    authority: Certificate,
    now: datetime,
    days: int,
    *,
    spiffe_id: str = "",
    dns: tuple[str, ...] = (),
    ips: tuple[str, ...] = (),
    server: bool = False,
) -> Certificate:
    """A P-256 certificate: for a client exactly one URI SAN, for a server (`server=True`) its names and addresses.

    FieldInvalid if the names do not fit, ConfigInvalid if the authority is no usable authority or has expired. It never
    outlives the authority.
    """
    names = alternative_names(spiffe_id, dns, ips, server=server)
    issuer, issuer_key = load_authority(authority, now)
    key = ec.generate_private_key(ec.SECP256R1())
    common = spiffe_id.removeprefix("spiffe://kanyan/") or (dns + ips)[0]
    builder = blank(common, key, now, min(now + timedelta(days=days), issuer.not_valid_after_utc))
    return finished(as_leaf(builder, issuer, names, server=server), key, issuer_key)


def as_leaf(
    builder: x509.CertificateBuilder, issuer: x509.Certificate, names: list[x509.GeneralName], *, server: bool
) -> x509.CertificateBuilder:
    """The extensions of a certificate that only handshakes, on one side."""
    usage = ExtendedKeyUsageOID.SERVER_AUTH if server else ExtendedKeyUsageOID.CLIENT_AUTH
    issuer_id = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return (
        builder.issuer_name(issuer.subject)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer_id), critical=False)
    )


def alternative_names(
    spiffe_id: str, dns: tuple[str, ...], ips: tuple[str, ...], *, server: bool
) -> list[x509.GeneralName]:
    """The SAN entries; FieldInvalid if a client names anything but one identity, or a server nothing."""
    if spiffe_id and not SPIFFE_ID.match(spiffe_id):
        raise FieldInvalid(field="identity", why="应为 spiffe://kanyan/<平台>/<名称>,只用小写字母、数字和连字符")
    if server and not (dns or ips):
        raise FieldInvalid(field="dns", why="服务端证书至少要有一个域名或地址")
    if not server and (dns or ips or not spiffe_id):
        raise FieldInvalid(field="identity", why="客户端证书只写一个身份")
    uris: list[x509.GeneralName] = [x509.UniformResourceIdentifier(spiffe_id)] if spiffe_id else []
    try:
        return [*uris, *map(x509.DNSName, dns), *(x509.IPAddress(ip_address(ip)) for ip in ips)]
    except ValueError:
        raise FieldInvalid(field="dns", why="域名或地址的写法不对") from None


def load_authority(authority: Certificate, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """The authority's certificate and key; ConfigInvalid if they are damaged, not a pair, no authority or expired."""
    try:
        certificate = x509.load_pem_x509_certificate(authority.certificate_pem)
        key = serialization.load_pem_private_key(authority.key_pem, None)
        limits = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (ValueError, TypeError, x509.ExtensionNotFound):
        raise ConfigInvalid(where="根证书", why="或其私钥不是 PEM 文件,或不是根证书。") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate.public_key() != key.public_key():
        raise ConfigInvalid(where="根证书", why="与私钥不是一对。")
    if not limits.ca or now >= certificate.not_valid_after_utc:
        raise ConfigInvalid(where="根证书", why="已过期或不是根证书,请另建一个目录重新生成。")
    return certificate, key


def named(common: str) -> x509.Name:
    """A name with this common name, cut to the 64 characters X.520 allows."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common[:64])])


def key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    """An authority signs certificates and revocation lists, a leaf only handshakes."""
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def blank(common: str, key: ec.EllipticCurvePrivateKey, now: datetime, until: datetime) -> x509.CertificateBuilder:
    """What authority and leaf have in common."""
    return (
        x509.CertificateBuilder()
        .subject_name(named(common))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATE)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def finished(
    builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey, issuer_key: ec.EllipticCurvePrivateKey
) -> Certificate:
    """Signed with SHA-256 and written as PEM, the key as PKCS#8."""
    pem = serialization.Encoding.PEM
    key_pem = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Certificate(builder.sign(issuer_key, hashes.SHA256()).public_bytes(pem), key_pem)
