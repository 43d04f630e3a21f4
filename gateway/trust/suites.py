"""The signature suites this gateway brings itself; others arrive as `crypto` plugins."""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gateway.errors import GatewayBug
from gateway.sdk.crypto import Suite

KEY_BYTES = 32
SIGNATURE_BYTES = 64

# RFC 8032 §7.1, test 1: the empty message.
VECTOR_PRIVATE = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
VECTOR_PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
VECTOR_SIGNATURE = bytes.fromhex(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
)


class Ed25519:
    """Ed25519 (RFC 8032) with raw 32-byte keys and 64-byte signatures."""

    name = "ed25519"

    def generate(self) -> bytes:
        """A new private key, 32 bytes."""
        return Ed25519PrivateKey.generate().private_bytes_raw()

    def public(self, private: bytes) -> bytes:
        """The 32-byte public key; ValueError if the private key has another length."""
        return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()

    def sign(self, private: bytes, message: bytes) -> bytes:
        """64 bytes; ValueError if the private key has another length."""
        return Ed25519PrivateKey.from_private_bytes(private).sign(message)

    def verify(self, public: bytes, signature: bytes, message: bytes) -> bool:
        """True only if the signature is good; never raises. S ≥ L is refused (RFC 8032 §5.1.7)."""
        if len(public) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def self_test(self) -> None:
        """Sign and refuse the vector of RFC 8032; GatewayBug if anything is off."""
        good = (
            self.public(VECTOR_PRIVATE) == VECTOR_PUBLIC
            and self.sign(VECTOR_PRIVATE, b"") == VECTOR_SIGNATURE
            and self.verify(VECTOR_PUBLIC, VECTOR_SIGNATURE, b"")
            and not self.verify(VECTOR_PUBLIC, VECTOR_SIGNATURE, b"\0")
        )
        if not good:
            raise GatewayBug(suite=self.name)


SUITES: dict[str, Suite] = {"ed25519": Ed25519()}
"""By the name a key record carries."""
