"""The settings of a gateway: every key of its configuration file, with type, default and what it means."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator, model_validator

from gateway.config.secret import FORM, URL_WITH_PASSWORD, Secret, SecretReference, is_reference, revealed
from gateway.config.values import (
    AddressText,
    FilePath,
    Misplaced,
    PersonalRoleName,
    PluginName,
    PluginSettings,
    RoleName,
    SpiffeId,
    to_address,
)

URL_PREFIX = re.compile(r"https://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?(/[a-z0-9._-]+)*/v/")
ISSUER = re.compile(r"[\x21-\x7e]{1,64}")

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Group(BaseModel):
    """Keys that belong together: nobody may add to them or change them."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, validate_default=True)


class Grpc(Group):
    """gRPC 服务端口。"""

    listen: AddressText = Field(
        default=to_address("127.0.0.1:7443"),
        json_schema_extra={"default": "127.0.0.1:7443"},
        description="监听地址;非本机地址必须配置证书",
    )
    max_message_kib: int = Field(default=1024, ge=64, le=16384, description="单个报文的上限,KiB")
    reflection: bool = Field(default=True, description="是否开放服务反射;正式环境请关闭")
    require_deadline: bool = Field(default=True, description="是否拒绝没有截止时间的调用")
    certificate: FilePath | None = Field(default=None, description="服务端证书(PEM);三项都不写则自动生成开发证书")
    key: FilePath | None = Field(default=None, description="服务端证书的私钥文件(PEM)")
    client_ca: FilePath | None = Field(default=None, description="签发客户端证书的 CA(PEM)")

    @model_validator(mode="after")
    def _certificates_together(self) -> Self:
        files = {"certificate": self.certificate, "key": self.key, "client_ca": self.client_ca}
        missing = [name for name, file in files.items() if file is None]
        if missing and len(missing) < len(files):
            given = next(name for name in files if name not in missing)
            raise Misplaced(f"certificate、key、client_ca 要么都写,要么都不写;还缺 {'、'.join(missing)}。", given)
        if missing and not self.listen.loopback:
            raise Misplaced("监听非本机地址时,必须配置 certificate、key 和 client_ca。", "listen")
        return self


class Web(Group):
    """网页端口;对外服务时放在提供 HTTPS 的反向代理之后。"""

    listen: AddressText = Field(
        default=to_address("127.0.0.1:7480"), json_schema_extra={"default": "127.0.0.1:7480"}, description="监听地址"
    )


class Database(Group):
    """数据库。"""

    url: SecretReference | str = Field(
        default="sqlite",
        union_mode="left_to_right",
        description="sqlite 表示 <data_dir>/kanyan.db;或 postgresql+psycopg://…;含口令的整个地址须写成引用 ${file:…}",
    )

    @field_validator("url", mode="before")
    @classmethod
    def _no_password(cls, value: object) -> object:
        if isinstance(value, Secret) or is_reference(value) or value == "sqlite":
            return value
        if not isinstance(value, str) or not value.startswith("postgresql+psycopg://"):
            raise ValueError("应为 sqlite、postgresql+psycopg://… 或密钥引用。")
        if URL_WITH_PASSWORD.search(value) or "password=" in value:
            raise ValueError(f"地址里不能写口令,请把整个地址写成引用 {FORM}。")
        return value


class Keys(Group):
    """签名密钥和加密密钥。"""

    secret: SecretReference | None = Field(
        default=None, description="主密钥的引用;不写则在 <data_dir>/keys 生成(仅供开发)"
    )


class Caller(Group):
    """一个用证书登录的系统。"""

    identity: SpiffeId = Field(description="客户端证书中的身份 spiffe://kanyan/<平台>/<名称>")
    roles: tuple[RoleName, ...] = Field(default=(), strict=False, description="该系统自己的角色")
    speaks_for: tuple[PersonalRoleName, ...] = Field(
        default=(), strict=False, description="该系统可以代哪些角色的个人提交"
    )

    @model_validator(mode="after")
    def _may_do_something(self) -> Self:
        if not self.roles and not self.speaks_for:
            raise Misplaced("roles 和 speaks_for 都为空,该系统什么也不能做。", "identity")
        return self


class Routes(Group):
    """往来于哪个平台、经哪条短信通道。"""

    upstream: str = Field(min_length=1, description="上级平台:某个已启用插件提供的名称")
    notifier: str = Field(min_length=1, description="短信通道:某个已启用插件提供的名称")


class Delivery(Group):
    """向外投递:结果、短信。"""

    poll_seconds: Positive = Field(default=1, description="查看待投递内容的间隔,秒")
    lease_seconds: Positive = Field(default=15, description="一次领取的有效时间,秒")
    workers: int = Field(default=8, ge=1, le=64, description="同时投递的线程数")
    first_retry_seconds: Positive = Field(
        default=1, description="第一次重试前等待,秒;以后依次为它的 5、30、120、600…倍"
    )
    max_retry_seconds: Positive = Field(default=21600, description="两次重试之间的最长等待,秒")
    result_ttl_hours: Positive = Field(default=72, description="勘验结果多久送不到就转人工,小时")
    notice_ttl_hours: Positive = Field(default=24, description="短信多久送不到就作废,小时")

    @model_validator(mode="after")
    def _retries_grow(self) -> Self:
        if self.max_retry_seconds < self.first_retry_seconds:
            raise Misplaced("不能小于 first_retry_seconds。", "max_retry_seconds")
        return self


class Pull(Group):
    """从上级平台拉取。"""

    every_seconds: Positive = Field(default=60, description="拉取的间隔,秒")


class Log(Group):
    """日志。"""

    level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="最低级别")
    format: Literal["json", "console"] = Field(default="json", description="json 供采集;console 供人阅读")


class Settings(Group):
    """勘验网关的配置。"""

    data_dir: FilePath = Field(description="数据目录;相对路径从本配置文件所在目录算起")
    issuer: str = Field(description="签发者,隐含在每个签名里;换了它,旧二维码全部失效")
    url_prefix: str = Field(description="二维码网址前缀,https:// 开头,全小写,以 /v/ 结尾")
    report_phone: str = Field(min_length=3, max_length=32, description="向企业公示的举报电话;请加引号")
    grpc: Grpc = Field(default=Grpc(), description="gRPC 服务端口")
    web: Web = Field(default=Web(), description="网页端口")
    database: Database = Field(default=Database(), description="数据库")
    keys: Keys = Field(default=Keys(), description="密钥")
    policy: tuple[FilePath, ...] = Field(min_length=1, strict=False, description="规则文件;按日期取用有效的一份")
    callers: tuple[Caller, ...] = Field(default=(), strict=False, description="可以调用 gRPC 的系统")
    plugins: dict[PluginName, PluginSettings] = Field(default={}, description="启用的插件及其设置;未列出的不加载")
    routes: Routes = Field(description="上级平台和短信通道")
    delivery: Delivery = Field(default=Delivery(), description="向外投递")
    pull: Pull = Field(default=Pull(), description="从上级平台拉取")
    log: Log = Field(default=Log(), description="日志")
    _path: Path = PrivateAttr(default=Path("kanyan.yaml"))

    def model_post_init(self, context: Any) -> None:
        """Remember which file this came from."""
        if context:
            self._path = Path(context["path"])

    @property
    def path(self) -> Path:
        """The file this came from."""
        return self._path

    def database_url(self) -> str:
        """The SQLAlchemy URL in clear; never log it."""
        if self.database.url == "sqlite":
            return f"sqlite:///{(self.data_dir / 'kanyan.db').absolute()}"
        return str(revealed(self.database.url))

    def plugin_settings(self, name: str) -> dict[str, Any]:
        """The settings of a plugin with its secrets in clear; never log them."""
        return dict(revealed(self.plugins[name]))

    @field_validator("issuer")
    @classmethod
    def _printable(cls, value: str) -> str:
        if not ISSUER.fullmatch(value):
            raise ValueError("应为 1 至 64 个英文字母、数字或符号,不含空格。")
        return value

    @field_validator("url_prefix")
    @classmethod
    def _frozen_shape(cls, value: str) -> str:
        if not URL_PREFIX.fullmatch(value):
            raise ValueError("应以 https:// 开头、全部小写、以 /v/ 结尾,例如 https://ky.taojiang.example/v/。")
        return value

    @field_validator("callers")
    @classmethod
    def _callers_once(cls, callers: tuple[Caller, ...]) -> tuple[Caller, ...]:
        seen: set[str] = set()
        for index, caller in enumerate(callers):
            if caller.identity in seen:
                raise Misplaced(f"身份 {caller.identity} 重复。", index, "identity")
            seen.add(caller.identity)
        return callers
