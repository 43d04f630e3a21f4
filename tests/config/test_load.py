"""Every refusal of a configuration file names line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config.load import load_settings
from gateway.config.values import Address
from gateway.domain.access import Role
from gateway.errors import ConfigInvalid, ConfigNotFound, ConfigUnknownKey
from gateway.texts.errors_zh import sentence

ROOT = Path(__file__).parents[2]


def test_six_lines_are_enough(write, good) -> None:
    """All but six keys have defaults, and the defaults keep to this machine."""
    path = write(good)
    settings = load_settings(path)
    assert settings.path == path
    assert settings.data_dir == path.parent / "data"
    assert settings.policy == (path.parent / "policy.yaml",)
    assert settings.grpc.listen == Address("127.0.0.1", 7443)
    assert settings.grpc.listen.loopback
    assert settings.web.listen.loopback
    assert settings.grpc.require_deadline
    assert settings.database_url() == f"sqlite:///{path.parent / 'data/kanyan.db'}"
    assert settings.callers == ()
    assert settings.plugins == {}


@pytest.mark.parametrize("name", ["configs/dev.yaml", "configs/gateway.example.yaml"])
def test_the_shipped_configurations_load(name) -> None:
    """What a newcomer copies is valid and names policy files that exist."""
    settings = load_settings(ROOT / name)
    assert all(policy.is_file() for policy in settings.policy)
    assert settings.callers[0].roles == (Role.PLATFORM,)
    assert settings.callers[1].speaks_for == (Role.INSPECTOR, Role.DEPT_ADMIN, Role.DEPT_HEAD)
    assert list(settings.plugins) == ["upstream-province", "sms-console", "matter-food-business"]


def test_the_example_explains_every_key() -> None:
    """The commented example leaves out no group and no key of the settings."""
    text = (ROOT / "configs/gateway.example.yaml").read_text()
    shown = load_settings(ROOT / "configs/gateway.example.yaml").model_dump(mode="json")
    keys = set(shown) | {key for group in shown.values() if isinstance(group, dict) for key in group}
    assert {key for key in keys if f"{key}:" not in text} == set()


REFUSALS = {
    "unknown key": ("isuer: x", "7:1", "isuer,是否想写“issuer”?"),
    "unknown key without a neighbour": ("qqqq: x", "7:1", "qqqq。"),
    "unknown key in a group": ("grpc:\n  lisen: 1", "8:3", "lisen,是否想写“listen”?"),
    "unknown key in a list": ("callers:\n  - {role: [centre]}", "8:6", "role,是否想写“roles”?"),
    "repeated key": ("issuer: y", "7:1", "配置项“issuer”重复,第 2 行已写过。"),
    "not a number": ("delivery: {workers: many}", "7:21", "“delivery.workers”应为整数。"),
    "a number in quotes": ('delivery: {workers: "8"}', "7:21", "“delivery.workers”应为整数。"),
    "yes is no number": ("pull: {every_seconds: yes}", "7:23", "“pull.every_seconds”应为数字。"),
    "endless": ("pull: {every_seconds: .inf}", "7:23", "“pull.every_seconds”应为有限的数字。"),
    "too small": ("delivery: {workers: 0}", "7:21", "“delivery.workers”不能小于 1。"),
    "too large": ("delivery: {workers: 65}", "7:21", "“delivery.workers”不能大于 64。"),
    "zero seconds": ("pull: {every_seconds: 0}", "7:23", "“pull.every_seconds”应大于 0。"),
    "not true or false": ("grpc: {reflection: 1}", "7:20", "“grpc.reflection”应为 true 或 false。"),
    "one of a few": ("log: {level: loud}", "7:14", "“log.level”应为 debug、info、warning、error 之一。"),
    "no group": ("grpc: 7443", "7:7", "“grpc”应为一组“键: 值”。"),
    "no list": ("callers: {a: 1}", "7:10", "“callers”应为列表:每行一项,以“- ”开头。"),
    "address": ("web: {listen: localhost}", "7:15", "“web.listen”应写作 主机:端口,例如 127.0.0.1:7443。"),
    "port": ("web: {listen: '127.0.0.1:70000'}", "7:15", "“web.listen”应写作 主机:端口,例如 127.0.0.1:7443。"),
    "open door without certificates": (
        "grpc: {listen: '0.0.0.0:7443'}",
        "7:16",
        "“grpc.listen”监听非本机地址时,必须配置 certificate、key 和 client_ca。",
    ),
    "half a certificate": (
        "grpc:\n  key: k.pem",
        "8:8",
        "“grpc.key”certificate、key、client_ca 要么都写,要么都不写;还缺 certificate、client_ca。",
    ),
    "foreign identity": (
        "callers: [{identity: spiffe://other/a/b, roles: [centre]}]",
        "7:22",
        "“callers[0].identity”应写作 spiffe://kanyan/<平台>/<名称>,只用小写字母、数字和连字符。",
    ),
    "caller without roles": (
        "callers: [{identity: spiffe://kanyan/a/b}]",
        "7:22",
        "“callers[0].identity”roles 和 speaks_for 都为空,该系统什么也不能做。",
    ),
    "caller twice": (
        "callers:\n" + "- {identity: spiffe://kanyan/a/b, roles: [centre]}\n" * 2,
        "9:14",
        "“callers[1].identity”身份 spiffe://kanyan/a/b 重复。",
    ),
    "speaking for a machine": (
        "callers: [{identity: spiffe://kanyan/a/b, speaks_for: [party, terminal]}]",
        "7:63",
        "“callers[0].speaks_for[1]”“terminal”是系统的角色,不能代个人行使。",
    ),
    "plugin name": ("plugins: {sms_http: {}}", "7:11", "“plugins.sms_http”插件名只用小写字母、数字和连字符。"),
    "plugin settings": (
        "plugins: {sms-http: on}",
        "7:21",
        "“plugins.sms-http”应为该插件的设置(一组“键: 值”);没有设置时写 {}。",
    ),
    "retries that shrink": (
        "delivery: {first_retry_seconds: 5, max_retry_seconds: 1}",
        "7:55",
        "“delivery.max_retry_seconds”不能小于 first_retry_seconds。",
    ),
    "no date": ("delivery: 2026-13-45", "7:11", "这个值看起来是数字或日期,但不成立;如是文字请加引号。"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_names_its_place(case, problems, good) -> None:
    """A wrong line is answered with its line, column and a sentence."""
    line, place, why = REFUSALS[case]
    assert (place, why) in problems(f"{good}{line}\n")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("ky.taojiang.example/test", "'two words'", "2:9"),
        ("https://ky", "http://ky", "3:13"),
        ("https://ky", "https://KY", "3:13"),
        ("/v/", "/w/", "3:13"),
        ("/v/\n", "/v/?a=1\n", "3:13"),
        ('"0737-0000000"', "7370000000", "4:15"),
        ("[policy.yaml]", "[]", "5:9"),
        ("[policy.yaml]", "['']", "5:10"),
        ("notifier", "notifer", "6:30"),
    ],
)
def test_a_wrong_required_value_is_refused(old, new, place, problems, good) -> None:
    """The required keys are held to their form at the place where they stand."""
    assert place in [where for where, _ in problems(good.replace(old, new))]


def test_every_problem_is_reported_in_order(problems, good) -> None:
    """The operator corrects a file once, not once per mistake."""
    text = good.replace("issuer: ky", "isuer: ky") + "log: {level: loud}\nlog: {}\ngrpc: {reflection: 1}\n"
    assert [where for where, _ in problems(text)] == ["1:1", "2:1", "7:14", "8:1", "9:20"]


def test_the_kinds_of_refusal_have_their_codes(write, good, tmp_path) -> None:
    """An unknown key, another mistake and a missing file can be told apart, and each reads well."""
    with pytest.raises(ConfigUnknownKey) as unknown:
        load_settings(write(good + "grpc: {listn: 1}\n"))
    said = sentence(unknown.value.code, unknown.value.facts)
    assert "x.yaml:7:8 不认识的配置项“listn”,是否想写“listen”?" in said
    with pytest.raises(ConfigInvalid) as missing:
        load_settings(write(""))
    assert missing.value.facts["why"] == "缺少必填项“data_dir”。"
    with pytest.raises(ConfigNotFound) as absent:
        load_settings(tmp_path / "no.yaml")
    assert absent.value.facts["why"] == "文件不存在"
    with pytest.raises(ConfigNotFound):
        load_settings(tmp_path)


def test_settings_do_not_change(write, good) -> None:
    """Settings are read once; a new file makes new settings."""
    settings = load_settings(write(good))
    with pytest.raises(ValueError, match="frozen"):
        settings.issuer = "other"


def test_every_key_says_in_chinese_what_it_is(write, good) -> None:
    """The schema explains every key to the editor of the operator."""
    schema = load_settings(write(good)).model_json_schema()
    groups = [schema, *schema["$defs"].values()]
    silent = [
        key
        for group in groups
        for key, value in group.get("properties", {}).items()
        if not any("一" <= char <= "鿿" for char in value.get("description", ""))
    ]
    assert silent == []
    assert all(group["additionalProperties"] is False for group in groups)
