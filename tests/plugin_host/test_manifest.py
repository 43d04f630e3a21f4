"""plugin.toml: what is read, and how each mistake is named."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.errors import PluginInvalid
from gateway.plugin_host.manifest import Manifest, parse_manifest
from gateway.sdk.version import API

Toml = Callable[..., str]
URL = '[config.base_url]\ntype = "url"\nrequired = true\nhelp = "地址"\nexample = "http://127.0.0.1:8081"\n'


def parse(text: str) -> Manifest:
    """Parse as belonging to sms-example 0.1.0."""
    return parse_manifest(text, file="plugin.toml", distribution="sms-example", version="0.1.0", module="sms_example")


def why(text: str) -> str:
    """Why it is refused."""
    with pytest.raises(PluginInvalid) as caught:
        parse(text)
    assert caught.value.facts["plugin"] == "sms-example"
    return caught.value.facts["why"]


def test_a_good_manifest_is_read_whole(toml: Toml) -> None:
    """All parts arrive, and limits nobody wrote have defaults."""
    made = parse(toml(timeouts="send = 3", more=URL))

    assert (made.id, made.kind, made.api, made.max_in_flight) == ("sms-example", "notifier", (1, 0), 2)
    assert dict(made.timeouts) == {"send": 3.0, "query": 10.0}
    assert made.config_fields["base_url"].required


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('id = "sms-example"', 'id = "sms-other"', ["plugin.id", "发行包名", "sms-example"]),
        ('version = "0.1.0"', 'version = "0.2.0"', ["plugin.version", "0.2.0", "0.1.0"]),
        ('module = "sms_example"', 'module = "other"', ["plugin.module", "入口点"]),
        ('module = "sms_example"', 'module = "sms.example"', ["plugin.module", "顶层包名"]),
        ('kind = "notifier"', 'kind = "sms"', ["plugin.kind", "notifier"]),
        ("owner = ", "onwer = ", ["plugin.owner", "缺少"]),
        ('on_call = "0737-0000000"', "on_call = 7370", ["plugin.on_call", "文字"]),
        ('name = "示例"', 'name = "示例"\nnaem = "x"', ["plugin.naem", "是否想写“name”"]),
        ("manifest = 1", "manifest = 2", ["manifest = 1"]),
        ("manifest = 1", "manifest = 1\nextra = 1", ["extra", "不认识的键"]),
        ('isolation = "thread"', 'isolation = "fiber"', ["run.isolation", "process"]),
        ("max_in_flight = 2", "max_in_flight = 0", ["run.max_in_flight", "1 至 64"]),
        ("max_in_flight = 2", "max_in_flight = true", ["run.max_in_flight"]),
        ("[run.timeouts]", "[run.timeouts]\nsned = 3", ["run.timeouts.sned", "是否想写“send”"]),
        ("[run.timeouts]", "[run.timeouts]\nsend = 61", ["run.timeouts.send", "60"]),
        ("[run.timeouts]", "[run.timeouts]\nsend = nan", ["run.timeouts.send"]),
        ("network = []", "network = 'x'", ["permissions.network", "列表"]),
        ("network = []", 'network = ["http://x:80"]', ["permissions.network", "主机:端口"]),
        ("network = []", 'network = ["x:99999"]', ["permissions.network"]),
        ("network = []", 'network = ["config:base_url"]', ["config:base_url", "不存在"]),
        ('api = "1.0"', 'api = "1"', ["plugin.api"]),
        ('api = "1.0"', f'api = "{API[0] + 1}.0"', ["plugin.api", f"主版本为 {API[0]}"]),
        ('api = "1.0"', f'api = "{API[0]}.{API[1] + 1}"', ["plugin.api", "升级网关"]),
        ('python = ">=3.11"', 'python = ">=3.99"', ["plugin.python", "3.99"]),
        ('python = ">=3.11"', 'python = "<3.11"', ["plugin.python"]),
        ('python = ">=3.11"', 'python = "3.11"', ["plugin.python", "应写成"]),
        ("[permissions]", "[permission]", ["permissions", "缺少"]),
        ('id = "sms-example"', "id = ", ["TOML", "line"]),
    ],
)
def test_each_mistake_names_file_key_and_cure(toml: Toml, old: str, new: str, expected: list[str]) -> None:
    """An author who is no strong engineer must find the line at once."""
    text = why(toml(**{old: new}))

    assert "plugin.toml" in text
    assert all(part in text for part in expected), text


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ('type = "uri"\nhelp = "x"', "url"),
        ('type = "url"', "help"),
        ('type = "int"\nhelp = "x"\nmin = 1\ndefault = 0', "不能小于 1"),
        ('type = "int"\nhelp = "x"\nmax = 5\nexample = 6', "不能大于 5"),
        ('type = "int"\nhelp = "x"\nmin = "1"', "整数"),
        ('type = "str"\nhelp = "x"\nmin = 1', "config.it.min"),
        ('type = "bool"\nhelp = "x"\ndefault = 1', "true 或 false"),
        ('type = "url"\nhelp = "x"\nexample = "ftp://x"', "http"),
        ('type = "url"\nhelp = "x"\nexample = "http://me:pw@x"', "用户名"),
        ('type = "str"\nhelp = "x"\nrequired = true\ndefault = "y"', "必填项不能有默认值"),
    ],
)
def test_a_bad_setting_declaration_is_refused(toml: Toml, field: str, expected: str) -> None:
    """Defaults and examples must fit the type they declare."""
    assert expected in why(toml(more=f"[config.it]\n{field}"))


def test_an_older_minor_api_is_served(toml: Toml, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written for 1.0, run on 1.3: inside a major version there are only additions."""
    monkeypatch.setattr("gateway.plugin_host.manifest.API", (1, 3))

    assert parse(toml()).api == (1, 0)
