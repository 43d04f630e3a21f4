"""What a signature suite must offer, and what the gateway sees of a key."""

from __future__ import annotations

from typing import Protocol


class Signer(Protocol):
    """A private key that signs; the key itself stays inside."""

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        ...


class Suite(Protocol):
    """A signature algorithm with 64-byte signatures. A key record names its suite; a token never does."""

    name: str

    def generate(self) -> bytes:
        """A new private key in the suite's raw form."""
        ...

    def public(self, private: bytes) -> bytes:
        """The raw public key of a raw private key."""
        ...

    def sign(self, private: bytes, message: bytes) -> bytes:
        """64 bytes."""
        ...

    def verify(self, public: bytes, signature: bytes, message: bytes) -> bool:
        """True only if the signature is good; never raises on hostile bytes."""
        ...

    def self_test(self) -> None:
        """Sign and verify known vectors; raise if anything is off."""
        ...
