"""Loading: hostile and mistaken plugins are reported, the others work."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import cast

import docx
import pytest
from matter_food_business import gateway_register_matters

from gateway.errors import MatterWithoutRules, PluginContractError, PluginSilent, PluginUnavailable
from gateway.plugin_host import host as host_module
from gateway.plugin_host.guard import Guard
from gateway.plugin_host.host import PluginHost, PluginStatus, State, installed
from gateway.plugin_host.http import Wire
from gateway.plugin_host.loaded import Door, LoadedMatter
from gateway.sdk import Done, Notice, ResultView
from gateway.testkit.clock import FakeClock

Install = Callable[..., str]
Load = Callable[..., PluginHost]
Status = Callable[[PluginHost, str], PluginStatus]
Sms = Callable[..., str]
Toml = Callable[..., str]
IMPORT = "from gateway.sdk import hookimpl\n"
HOOK = IMPORT + "@hookimpl\n"
REGISTER_S = "@hookimpl\ndef gateway_register_notifiers():\n    yield S()"
NOTICE = Notice("d1", 1, "visit.filed", "13800000000", "示例")

MATTER = """
from gateway.sdk import Checklist, ChecklistItem, Kind, MatterRules, hookimpl


def nothing(*arguments):
    return []


@hookimpl
def gateway_register_matters():
    items = (ChecklistItem("K1", "示例", Kind.KEY, "示例"),)
    yield MatterRules({code!r}, Checklist("1", items), b"PK\\x03\\x04", nothing, nothing, nothing, nothing)
"""


def test_a_good_plugin_is_ready_and_answers(install: Install, load: Load, status: Status, sms: Sms) -> None:
    """Installed, allowed, loaded, called."""
    host = load(install("sms-example", sms()))

    assert status(host, "sms-example") == PluginStatus("sms-example", "0.1.0", "notifier", State.READY)
    assert host.notifier("example").send(NOTICE) == Done("r1")


def test_what_is_not_allowed_is_never_imported(install: Install, load: Load, status: Status) -> None:
    """Nothing runs because it happens to be installed."""
    install("sms-example", "raise RuntimeError")
    host = load()

    assert status(host, "sms-example").state is State.NOT_ALLOWED
    assert "sms_example" not in sys.modules


def test_what_is_broken_and_not_allowed_fails_nobody(install: Install, load: Load, status: Status) -> None:
    """Its problem is told, but it is no failure of this configuration."""
    install("sms-example", "x = 1", "manifest = 1")
    line = status(load(), "sms-example")

    assert line.state is State.NOT_ALLOWED
    assert "缺少这张表" in line.problem


def test_no_plugins_looks_for_nothing(install: Install, sms: Sms, clock: FakeClock) -> None:
    """The switch is decided before discovery, so that it helps against any plugin."""
    install("sms-example", sms())

    assert PluginHost.load({"sms-example": {}}, clock, no_plugins=True).plugins == []


def test_an_allowed_plugin_that_is_missing_is_named(install: Install, load: Load, status: Status, sms: Sms) -> None:
    """A typo in the configuration gets a suggestion."""
    install("sms-example", sms())

    problem = status(load("sms-exampel"), "sms-exampel").problem

    assert "没有安装" in problem
    assert "是否想写“sms-example”" in problem


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import nowhere_to_be_found", ["ModuleNotFoundError", "__init__.py:1"]),
        ("x = (", ["SyntaxError"]),
        ("import sys\nsys.exit(3)", ["SystemExit", "__init__.py:2"]),
        ("raise KeyboardInterrupt", ["KeyboardInterrupt"]),
        ("raise BaseException('13800000000')", ["BaseException"]),
        ("x = 1", ["没有钩子", "gateway_register_notifiers"]),
        ("def gateway_register_notifiers():\n    yield 1", ["没有 @hookimpl"]),
        (
            HOOK + "def gateway_register_notifier():\n    yield 1",
            ["gateway_register_notifier ", "是否想写“gateway_register_notifiers”"],
        ),
        (
            HOOK + "async def gateway_register_notifiers():\n    yield 1",
            ["async def", "普通的 def"],
        ),
        (HOOK + "def gateway_register_notifiers(host):\n    yield 1", ["参数"]),
        (
            IMPORT + "@hookimpl(wrapper=True)\ndef gateway_register_notifiers():\n    return (yield)",
            ["wrapper"],
        ),
        (
            HOOK + "def gateway_register_matters():\n    yield 1",
            ["gateway_register_notifiers", "kind"],
        ),
        (
            HOOK + "def gateway_register_notifiers():\n    return 7",
            ["int", "yield"],
        ),
        (HOOK + "def gateway_register_notifiers():\n    return []", ["没有登记"]),
        (
            HOOK + "def gateway_register_notifiers():\n    while True: yield 1",
            ["500"],
        ),
        (HOOK + "def gateway_register_notifiers():\n    yield 1", ["int.name"]),
        (
            IMPORT + "class S: name = 'a'\n@hookimpl\ndef gateway_register_notifiers():\n    yield S",
            ["却是类 S"],
        ),
        (
            IMPORT + "class S: name = 'a'\n" + REGISTER_S,
            ["没有函数 send"],
        ),
        (
            IMPORT + "class S:\n  name = 'a'\n  async def send(self, n, c): ...\n" + REGISTER_S,
            ["S.send", "async def"],
        ),
    ],
)
def test_a_bad_plugin_fails_with_its_reason_and_harms_nobody(
    install: Install, load: Load, status: Status, sms: Sms, source: str, expected: list[str]
) -> None:
    """Whatever one plugin does at import or registration, it is one failed line and the next plugin is ready."""
    host = load(install("sms-example", source), install("sms-other", sms("other")))

    bad = status(host, "sms-example")
    assert bad.state is State.FAILED
    assert all(part in bad.problem for part in expected), bad.problem
    assert "示例股" in bad.problem
    assert "138" not in bad.problem
    assert status(host, "sms-other").state is State.READY
    assert host.notifier("other").send(NOTICE) == Done("r1")


def test_an_import_that_hangs_is_left_behind(
    install: Install, load: Load, status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Start-up does not wait for ever for one plugin."""
    monkeypatch.setattr(host_module, "LOAD_S", 0.05)
    host = load(install("sms-example", "import threading\nGO = threading.Event()\nGO.wait(10)"))

    problem = status(host, "sms-example")
    sys.modules["sms_example"].GO.set()
    assert problem.state is State.FAILED
    assert "没有答复" in problem.problem


def test_same_name_fails_both_and_names_both(install: Install, load: Load, status: Status, sms: Sms) -> None:
    """Nobody guesses which of two senders the office meant."""
    host = load(install("sms-a", sms("same")), install("sms-b", sms("same")), install("sms-c", sms("other")))

    for plugin in ("sms-a", "sms-b"):
        assert status(host, plugin).state is State.FAILED
        assert all(part in status(host, plugin).problem for part in ("sms-a", "sms-b", "same"))
    assert status(host, "sms-c").state is State.READY
    with pytest.raises(PluginUnavailable):
        host.notifier("same")


def test_same_matter_code_fails_both(install: Install, load: Load, status: Status, toml: Toml) -> None:
    """Two plugins with rules for one matter: none is used."""
    for plugin in ("matter-a", "matter-b"):
        install(plugin, MATTER.format(code="000000000001"), toml(plugin, kind="matter"))
    host = load("matter-a", "matter-b")

    assert "“matter-a”与“matter-b”" in status(host, "matter-a").problem
    assert status(host, "matter-a").problem == status(host, "matter-b").problem
    with pytest.raises(MatterWithoutRules):
        host.matter("000000000001")


def test_same_name_twice_in_one_plugin_is_refused(install: Install, load: Load, status: Status, sms: Sms) -> None:
    """The second would silently replace the first."""
    host = load(install("sms-example", sms().replace("yield Sms()", "yield Sms()\n    yield Sms()")))

    assert "登记了两次" in status(host, "sms-example").problem


@pytest.mark.parametrize("code", ["123", "12345678901x", "１２３４５６７８９０１２"])
def test_a_matter_needs_a_real_code(install: Install, load: Load, status: Status, toml: Toml, code: str) -> None:
    """Twelve ASCII digits, or the catalogue can never find it."""
    host = load(install("matter-a", MATTER.format(code=code), toml("matter-a", kind="matter")))

    assert "12 位数字" in status(host, "matter-a").problem


def test_a_suite_that_fails_its_self_test_is_not_offered(
    install: Install, load: Load, status: Status, toml: Toml
) -> None:
    """Broken cryptography must not sign anything."""
    source = """
        from gateway.sdk import hookimpl
        class Suite:
            name = "broken"
            def generate(self): ...
            def public(self, private): ...
            def sign(self, private, message): ...
            def verify(self, public, signature, message): ...
            def self_test(self): raise AssertionError
        @hookimpl
        def gateway_register_suites():
            yield Suite()
        """
    host = load(install("crypto-a", source, toml("crypto-a", kind="crypto")))

    assert "AssertionError" in status(host, "crypto-a").problem
    assert host.suites() == {}


def test_process_isolation_is_refused_not_ignored(
    install: Install, load: Load, status: Status, sms: Sms, toml: Toml
) -> None:
    """A plugin that asks for its own process must not silently run inside ours."""
    host = load(install("sms-example", sms(), toml(**{'isolation = "thread"': 'isolation = "process"'})))

    assert status(host, "sms-example").state is State.FAILED
    assert "进程" in status(host, "sms-example").problem
    assert "sms_example" not in sys.modules


SIGN = '[config.sign]\ntype = "str"\nrequired = true\nhelp = "短信签名"\nexample = "示例"\n'
COUNT = '[config.count]\ntype = "int"\nhelp = "数"\ndefault = 2\nmin = 1\n'


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, ["缺少配置项 sign", "短信签名", "例如 示例"]),
        ({"sign": "s", "cuont": 3}, ["cuont", "是否想写“count”"]),
        ({"sign": 5}, ["sign", "非空文字"]),
        ({"sign": "s", "count": 0}, ["count", "不能小于 1"]),
        ({"sign": "s", "count": "7-secret"}, ["count", "整数"]),
    ],
)
def test_settings_are_held_against_the_manifest(
    install: Install, load: Load, status: Status, sms: Sms, toml: Toml, settings: dict[str, object], expected: list[str]
) -> None:
    """Unknown, missing and ill-typed settings fail that plugin before its import; a value is never repeated."""
    host = load({install("sms-example", sms(), toml(more=SIGN + COUNT)): settings})

    problem = status(host, "sms-example").problem
    assert all(part in problem for part in expected), problem
    assert "secret" not in problem
    assert "sms_example" not in sys.modules


def test_settings_reach_the_plugin(install: Install, load: Load, sms: Sms, toml: Toml) -> None:
    """`context.config` holds the checked settings."""
    host = load({install("sms-example", sms(), toml(more=SIGN + COUNT)): {"sign": "【示例】"}})

    assert host.notifier("example").query("d1") == Done("【示例】")


@pytest.mark.parametrize(("given", "expected"), [("sms.jsonl", "/etc/kanyan/sms.jsonl"), ("/srv/a", "/srv/a")])
def test_relative_paths_count_from_the_configuration(
    install: Install, sms: Sms, toml: Toml, clock: FakeClock, given: str, expected: str
) -> None:
    """It does not matter in which folder the gateway was started."""
    field = '[config.sign]\ntype = "path"\nhelp = "示例"\n'
    source = sms().replace('Done(context.config.get("sign", ""))', 'Done(str(context.config["sign"]))')
    name = install("sms-example", source, toml(more=field))

    host = PluginHost.load({name: {"sign": given}}, clock, base=Path("/etc/kanyan"))

    assert host.notifier("example").query("d1") == Done(expected)


def test_the_context_tells_time_and_plugin(install: Install, load: Load, sms: Sms, clock: FakeClock) -> None:
    """Plugins take the time from us, and know how long they have."""
    source = sms(send="return Done(f'{context.plugin_id} {context.now.isoformat()} {context.deadline_s}')")
    host = load(install("sms-example", source))

    assert host.notifier("example").send(NOTICE, within_s=4) == Done(f"sms-example {clock.now().isoformat()} 4")


@pytest.mark.parametrize("send", ["return None", "return 'ok'", "return Done(None)", "import sys; sys.exit()", "1 / 0"])
def test_a_wrong_answer_is_a_contract_error(install: Install, load: Load, sms: Sms, send: str) -> None:
    """The error names plugin, owner and what to do; nothing else reaches the caller."""
    host = load(install("sms-example", sms(send=send)))

    with pytest.raises(PluginContractError) as caught:
        host.notifier("example").send(NOTICE)

    assert caught.value.facts["plugin"] == "sms-example"
    assert "示例股" in caught.value.facts["why"]


def test_the_failing_line_is_the_plugins(install: Install, load: Load, sms: Sms) -> None:
    """Even when the error arises in a library, the line named is the one inside the plugin."""
    host = load(install("sms-example", sms(send="import json\njson.loads(notice.text)")))

    with pytest.raises(PluginContractError) as caught:
        host.notifier("example").send(NOTICE)

    assert str(Path("sms_example") / "__init__.py") + ":10" in caught.value.facts["why"]
    assert "JSONDecodeError" in caught.value.facts["why"]


def test_calls_that_hang_fill_their_own_plugin_only(install: Install, load: Load, sms: Sms) -> None:
    """Each is cut at its limit; stuck ones keep their places until they end, and then the plugin answers again."""
    send = "import sys\nsys.modules[__name__].GO.wait(10)\nreturn Done()"
    source = "import threading\nGO = threading.Event()\n" + sms(send=send)
    host = load(install("sms-example", source))
    notifier = host.notifier("example")
    for _ in range(2):
        with pytest.raises(PluginSilent):
            notifier.send(NOTICE, within_s=0.05)
    with pytest.raises(PluginUnavailable, match="sms-example"):
        notifier.query("d1")

    sys.modules["sms_example"].GO.set()
    for thread in threading.enumerate():
        if thread.name == "plugin:sms-example":
            thread.join(10)
    assert notifier.send(NOTICE) == Done()


def test_installed_reads_manifests_only(install: Install) -> None:
    """Listing imports nothing, not even what is broken."""
    install("sms-example", "raise SystemExit")

    state = {one.id: one.state for one in installed()}

    assert state["sms-example"] is State.VALID
    assert "sms_example" not in sys.modules


@pytest.mark.parametrize(
    ("toml", "entry", "expected"),
    [
        ("", None, "没有 plugin.toml"),
        ("manifest = 1", None, "缺少这张表"),
        (None, "sms-exampel = sms_example", "入口点名"),
        (None, "sms-example = sms_example:plugin", "顶层包名"),
        (None, "sms-example = nowhere_at_all", "找不到包"),
    ],
)
def test_an_unreadable_plugin_is_a_line_not_an_exception(
    install: Install, toml: str | None, entry: str | None, expected: str
) -> None:
    """Discovery never raises; it says what is wrong with which plugin."""
    install("sms-example", "raise SystemExit", toml, entry=entry)

    (line,) = [one for one in installed() if one.id.startswith("sms-exampe") or one.id == "sms-example"]

    assert line.state is State.FAILED
    assert expected in line.problem


def test_an_editable_tree_has_its_manifest_beside_pyproject(install: Install, site: Path, toml: Toml) -> None:
    """`src` layout: two folders up counts only next to a pyproject.toml."""
    install("sms-example", "raise SystemExit", "")
    (site / "plugin.toml").write_text(toml(), encoding="utf-8")
    assert next(one for one in installed() if one.id == "sms-example").state is State.FAILED

    (site / "pyproject.toml").touch()

    assert next(one for one in installed() if one.id == "sms-example").state is State.VALID


def test_unknown_names_are_refused(load: Load) -> None:
    """Asking for what nobody registered has its own errors."""
    host = load()

    with pytest.raises(MatterWithoutRules):
        host.matter("000000000001")
    with pytest.raises(PluginUnavailable):
        host.upstream("province")


def test_our_own_matter_loads(load: Load, status: Status) -> None:
    """The plugin of this repository goes the same way as a stranger's."""
    host = load("matter-food-business")

    assert status(host, "matter-food-business").state is State.READY
    assert len(host.matter("430131001000").checklist.items) == 43


def test_a_template_that_hangs_is_left_behind(clock: FakeClock) -> None:
    """A template is the plugin's code: its time limit holds for it, too."""
    go = threading.Event()
    document = docx.Document()
    document.add_paragraph("{{ hang() }}")
    template = io.BytesIO()
    document.save(template)
    limits = {"report_fields": 0.05}
    door = Door("matter-slow", Guard("matter-slow", "示例股", 2, clock), {}, limits, Wire(frozenset(), clock), clock)
    fields = {"hang": lambda: go.wait(10) and ""}
    (own,) = gateway_register_matters()
    slow = LoadedMatter(replace(own, report_template=template.getvalue(), report_fields=lambda *_: fields), door)

    try:
        with pytest.raises(PluginSilent):
            slow.write_report(cast("ResultView", None))
    finally:
        go.set()
