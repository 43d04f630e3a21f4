"""Secrets stand in the configuration only as references; their text is read when it is needed and never shown."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema

from gateway.errors import ConfigInvalid, ConfigNotFound

MAX_SECRET_BYTES = 64 * 1024
REFERENCE = re.compile(r"\$\{(env|file|cred):([^${}\s][^${}]*)\}")
FORM = "${env:名称}、${file:路径} 或 ${cred:名称}"

SECRET_KEY = re.compile(r"(^|_)(password|passwd|secret|token|private_key|api_key|app_key|access_key)$")
URL_WITH_PASSWORD = re.compile(r"://[^/@\s]*:[^/@\s]*@")


@dataclass(frozen=True)
class Secret:
    """A reference such as `${file:keys/master}`; a relative path counts from `base`."""

    reference: str
    base: Path = field(default=Path(), compare=False)

    def __repr__(self) -> str:
        return f"Secret({self.reference})"

    def __str__(self) -> str:
        return self.reference

    def reveal(self) -> str:
        """The text, without a last line break. ConfigInvalid or ConfigNotFound if there is none."""
        kind, name = _parts(self.reference)
        text = _from_environment(name) if kind == "env" else self._from_file(kind, name)
        if not text:
            raise ConfigInvalid(where=self.reference, why="内容为空。")
        return text

    def _from_file(self, kind: str, name: str) -> str:
        folder = self.base
        if kind == "cred":
            if "CREDENTIALS_DIRECTORY" not in os.environ:
                raise ConfigInvalid(where=self.reference, why="没有 systemd 凭据目录(CREDENTIALS_DIRECTORY)。")
            if "/" in name or name.startswith("."):
                raise ConfigInvalid(where=self.reference, why="凭据名称不能含有路径。")
            folder = Path(os.environ["CREDENTIALS_DIRECTORY"])
        try:
            with (folder / name).open("rb") as file:
                content = file.read(MAX_SECRET_BYTES + 1)
            text = content.decode()
        except OSError as error:
            raise ConfigNotFound(path=self.reference, why=error.strerror or "读取失败") from None
        except UnicodeDecodeError:
            raise ConfigInvalid(where=self.reference, why="内容不是 UTF-8 文本。") from None
        if len(content) > MAX_SECRET_BYTES:
            raise ConfigInvalid(where=self.reference, why="内容超过 64 KiB。")
        return text.removesuffix("\n").removesuffix("\r")


def _parts(reference: str) -> tuple[str, str]:
    match = REFERENCE.fullmatch(reference)
    if match is None:
        raise ConfigInvalid(where="密钥引用", why=f"应写作 {FORM}。")
    return match[1], match[2]


def _from_environment(name: str) -> str:
    if name not in os.environ:
        raise ConfigInvalid(where=f"${{env:{name}}}", why="环境变量没有设置。")
    return os.environ[name]


def is_reference(text: object) -> bool:
    """Whether a configuration value is a reference to a secret."""
    return isinstance(text, str) and REFERENCE.fullmatch(text) is not None


def revealed(value: Any) -> Any:
    """The same settings with every secret in clear, for the one who uses them. Never log the outcome."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Mapping):
        return {key: revealed(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [revealed(item) for item in value]
    return value


def base_folder(info: ValidationInfo) -> Path:
    """The folder from which relative paths count: that of the configuration file."""
    return Path(info.context["base"]) if info.context else Path()


def _to_secret(value: object, info: ValidationInfo) -> Secret:
    if isinstance(value, Secret):
        return value
    if not isinstance(value, str) or not is_reference(value):
        raise ValueError(f"密钥不能直接写在配置里,请写成引用 {FORM}。")
    return Secret(value, base_folder(info))


SecretReference = Annotated[
    Secret,
    BeforeValidator(_to_secret),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "pattern": r"^\$\{(env|file|cred):[^${}]+\}$"}),
]
"""A field that takes a reference and refuses a literal secret."""
