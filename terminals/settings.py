"""The kiosk's YAML file as typed settings: every key, with its default and what it means."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.config.load import load_file
from gateway.config.settings import Group
from gateway.config.values import Address, AddressText, FilePath, to_address
from gateway.errors import ConfigInvalid, ConfigNotFound

BAUD_RATES = (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600)
ROOT_KEY_BYTES = 32


def _loopback(address: Address) -> Address:
    if not address.loopback:
        raise ValueError("只能是本机地址,例如 127.0.0.1:8090:屏幕页面不对外开放。")
    return address


def _baud(rate: int) -> int:
    if rate not in BAUD_RATES:
        raise ValueError("不是串口常用的波特率,例如 9600 或 115200。")
    return rate


class GatewaySettings(Group):
    """网关在哪里,本机用什么证书。"""

    address: AddressText = Field(description="网关的 gRPC 地址")
    certificate: FilePath = Field(description="本机的客户端证书(PEM)")
    key: FilePath = Field(description="本机证书的私钥(PEM)")
    authority: FilePath = Field(description="签发网关证书的 CA(PEM)")
    deadline_s: float = Field(default=1.5, gt=0, le=10, description="扫码后最多等网关几秒")


class ScreenSettings(Group):
    """屏幕页面。"""

    listen: Annotated[AddressText, AfterValidator(_loopback)] = Field(
        default=to_address("127.0.0.1:8090"),
        json_schema_extra={"default": "127.0.0.1:8090"},
        description="监听地址,只能是本机;端口 0 为任选",
    )


class KioskSettings(Group):
    """终端配置。"""

    device: str = Field(min_length=1, description="扫码器的串口设备,用 udev 的固定链接,不用 ttyUSB0")
    baud: Annotated[int, AfterValidator(_baud)] = Field(default=9600, description="波特率;数据格式固定为 8N1")
    data_dir: FilePath = Field(description="日志库和核验资料所在的目录")
    root_key: FilePath = Field(description="根公钥文件:64 位十六进制数字")
    gateway: GatewaySettings
    screen: ScreenSettings = ScreenSettings()


def load_settings(path: Path) -> KioskSettings:
    """The settings of a file. ConfigNotFound, ConfigUnknownKey or ConfigInvalid, with line and column."""
    return load_file(path, KioskSettings)


def read_root_key(path: Path) -> bytes:
    """The root's public key, 32 bytes written in hex. ConfigNotFound, ConfigInvalid."""
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except OSError as error:
        raise ConfigNotFound(path=path, why=error.strerror or "读取失败") from error
    except ValueError:
        key = b""
    if len(key) != ROOT_KEY_BYTES:
        raise ConfigInvalid(where=f"{path}:", why="根公钥应为 64 位十六进制数字。")
    return key
