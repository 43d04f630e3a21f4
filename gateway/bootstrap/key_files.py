"""The gateway's own keys on disk: signing key, root key, secret; made on first use, readable by their owner alone."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from gateway.clock import Clock
from gateway.errors import ConfigInvalid, ConfigNotFound
from gateway.trust.keys import SigningKey, dump_signing_key, load_signing_key, new_signing_key
from gateway.trust.suites import SUITES

SIGNING, ROOT, ROOT_PUBLIC, SECRET = "signing-key.json", "root.key", "root.pub", "secret"
KEY_LIFE = timedelta(days=365)
CLOCK_LEEWAY = timedelta(days=1)
SECRET_BYTES = 32


@dataclass(frozen=True)
class Keys:
    """What the gateway signs and hashes with. Sealing at rest and rotation are not built yet."""

    signing: SigningKey
    root_private: bytes = field(repr=False)
    root_public: bytes
    secret: bytes = field(repr=False)


def load_keys(folder: Path, issuer: str, clock: Clock, given_secret: str | None) -> Keys:
    """The keys of this folder. `given_secret` is the configured master secret, None to keep one in the folder."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        suite = SUITES["ed25519"]
        root = bytes.fromhex(_kept(folder / ROOT, suite.generate().hex().encode()).decode().strip())
        public = suite.public(root)
        (folder / ROOT_PUBLIC).write_text(public.hex() + "\n", encoding="ascii")
        signing = load_signing_key(_kept(folder / SIGNING, _new_signing_key(issuer, clock)))
        kept = given_secret or _kept(folder / SECRET, secrets.token_hex(SECRET_BYTES).encode()).decode().strip()
    except OSError as error:
        raise ConfigNotFound(path=error.filename or folder, why=error.strerror) from None
    except ValueError:
        raise ConfigInvalid(where=str(folder), why="密钥文件已损坏,请从备份恢复。") from None
    if signing.record.issuer != issuer:
        raise ConfigInvalid(where=str(folder / SIGNING), why=f"密钥属于 {signing.record.issuer},与配置的 issuer 不同。")
    if len(kept.encode()) < SECRET_BYTES:
        raise ConfigInvalid(where="keys.secret", why=f"主密钥至少 {SECRET_BYTES} 个字符。")
    return Keys(signing, root, public, kept.encode())


def _new_signing_key(issuer: str, clock: Clock) -> bytes:
    start = clock.now().replace(microsecond=0) - CLOCK_LEEWAY
    return dump_signing_key(new_signing_key(1, issuer, start, start + KEY_LIFE))


def _kept(path: Path, first: bytes) -> bytes:
    """What the file holds; on first use it is written with `first`, complete or not at all."""
    if not path.exists():
        draft = path.with_suffix(".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(first)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    return path.read_bytes()
