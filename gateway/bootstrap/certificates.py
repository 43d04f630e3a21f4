"""Development certificates in a folder of their own: written once, never overwritten."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from gateway.errors import ConfigInvalid, ConfigNotFound, UsageInvalid
from gateway.trust.pki import SPIFFE_ID, Certificate, issue, new_authority

AUTHORITY_NAME = "kanyan 开发用根证书"
SERVER_DNS = ("localhost",)
SERVER_IPS = ("127.0.0.1", "::1")


def init_folder(folder: Path, now: datetime, days: int, identities: list[str]) -> tuple[list[str], list[str]]:
    """The names of the files written and of those kept. Nothing is written if an identity is not valid."""
    clients = client_names(identities)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        pairs = {name: read_pair(folder, name) for name in ("ca", "server", *clients)}
        authority = pairs["ca"] or new_authority(AUTHORITY_NAME, now, days)
        made = {"ca": authority} if pairs["ca"] is None else {}
        if pairs["server"] is None:
            made["server"] = issue(authority, now, days, dns=SERVER_DNS, ips=SERVER_IPS, server=True)
        for name, identity in clients.items():
            if pairs[name] is None:
                made[name] = issue(authority, now, days, spiffe_id=identity)
        for name, pair in made.items():
            write_pair(folder, name, pair)
    except OSError as error:
        raise ConfigNotFound(path=error.filename or folder, why=error.strerror) from None
    return files(made), files(name for name in pairs if name not in made)


def client_names(identities: list[str]) -> dict[str, str]:
    """The identities by file name (`taojiang-app-demo`); UsageInvalid for a bad one, or two with one name."""
    named: dict[str, str] = {}
    for identity in identities:
        if not SPIFFE_ID.match(identity):
            raise UsageInvalid(option="--identity", why="应为 spiffe://kanyan/<平台>/<名称>,只用小写字母、数字和连字符")
        name = "-".join(identity.split("/")[3:])
        if named.setdefault(name, identity) != identity:
            raise UsageInvalid(option="--identity", why=f"两个身份的文件名都是 {name},请改名或分目录存放")
    return named


def read_pair(folder: Path, name: str) -> Certificate | None:
    """The pair on disk, None if neither file is there; ConfigInvalid if only one is."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    if not certificate.exists() and not key.exists():
        return None
    if not (certificate.exists() and key.exists()):
        raise ConfigInvalid(where=str(folder), why=f"{name}.pem 和 {name}.key 只有其一,请补齐或删去后再试。")
    return Certificate(certificate.read_bytes(), key.read_bytes())


def write_pair(folder: Path, name: str, pair: Certificate) -> None:
    """Both files, new ones only; the key is readable by its owner alone from the first byte."""
    for path, mode, content in (
        (folder / f"{name}.key", 0o600, pair.key_pem),
        (folder / f"{name}.pem", 0o644, pair.certificate_pem),
    ):
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)


def files(names: Iterable[str]) -> list[str]:
    """The file names of pairs."""
    return [f"{name}{suffix}" for name in names for suffix in (".pem", ".key")]
