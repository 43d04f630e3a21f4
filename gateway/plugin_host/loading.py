"""Import one plugin, hold its hooks against the specification and collect what it registers."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from itertools import islice
from types import MappingProxyType, ModuleType
from typing import Any

import pluggy

from gateway.plugin_host.guard import Advice
from gateway.plugin_host.manifest import Manifest
from gateway.plugin_host.words import did_you_mean
from gateway.sdk.hookspecs import Hooks
from gateway.sdk.markers import PROJECT

PREFIX = "gateway_"
HOOKS: Mapping[str, str] = MappingProxyType(
    {
        "matter": "gateway_register_matters",
        "upstream": "gateway_register_upstreams",
        "notifier": "gateway_register_notifiers",
        "crypto": "gateway_register_suites",
    }
)
"""The one hook of each kind."""
MOST_OBJECTS = 500


class Unfit(Advice):
    """A plugin that cannot be used; the text says what to change."""


class Loader:
    """Registers plugins with pluggy one by one. Its methods run the plugin's code: call them through a guard."""

    def __init__(self) -> None:
        self._plugins = pluggy.PluginManager(PROJECT)
        self._plugins.add_hookspecs(Hooks)

    def load(self, manifest: Manifest) -> tuple[Any, ...]:
        """Import the plugin and return the objects it registers; raises Unfit, or whatever the plugin raises."""
        module = importlib.import_module(manifest.module)
        self._check_hooks(module, manifest.kind)
        self._register(module, manifest.id)
        try:
            return self._collect(module, HOOKS[manifest.kind])
        except BaseException:
            self._plugins.unregister(module)
            raise

    def _check_hooks(self, module: ModuleType, kind: str) -> None:
        implemented = set()
        for name in dir(module):
            options = self._plugins.parse_hookimpl_opts(module, name)
            if options is None:
                if name.startswith(PREFIX) and inspect.isroutine(getattr(module, name)):
                    raise Unfit(f"函数 {name} 没有 @hookimpl;请从 gateway.sdk 导入 hookimpl 并加在它上面。")
                continue
            _check_hook(name, getattr(module, name), options)
            implemented.add(options["specname"] or name)
        if implemented != {HOOKS[kind]}:
            written = "、".join(sorted(implemented)) or "没有钩子"
            raise Unfit(f"{kind} 类插件应实现且只实现 {HOOKS[kind]},现在是 {written};请改正钩子或清单中的 kind。")

    def _register(self, module: ModuleType, plugin_id: str) -> None:
        try:
            self._plugins.register(module, name=plugin_id)
        except pluggy.PluginValidationError:
            raise Unfit("钩子的参数不对:所有钩子都没有参数;请改正函数定义。") from None
        except ValueError:
            raise Unfit("这个插件或它的包已登记过;请确认没有两个插件使用同一个包。") from None

    def _collect(self, module: ModuleType, hook: str) -> tuple[Any, ...]:
        # Asked alone, so that one plugin's failure is never another's (pluggy stops a broadcast at the first error).
        others = [other for other in self._plugins.get_plugins() if other is not module]
        given: list[Any] = []
        for answer in self._plugins.subset_hook_caller(hook, others)():
            if not hasattr(answer, "__iter__"):
                raise Unfit(f"{hook} 应逐个 yield 对象,却返回 {type(answer).__name__};请改用 yield。")
            given.extend(islice(answer, MOST_OBJECTS + 1))
        if not given:
            raise Unfit(f"{hook} 没有登记任何对象;请 yield 至少一个。")
        if len(given) > MOST_OBJECTS:
            raise Unfit(f"{hook} 登记的对象超过 {MOST_OBJECTS} 个;请检查是否无限循环。")
        return tuple(given)


def _check_hook(name: str, function: Any, options: Mapping[str, Any]) -> None:
    known = list(HOOKS.values())
    hook = options["specname"] or name
    if hook not in known:
        raise Unfit(f"钩子 {hook} 不存在{did_you_mean(hook, known)}")
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise Unfit(f"{name} 写成了 async def;请改为普通的 def,网关会在单独的线程里调用它。")
    if options["wrapper"] or options["hookwrapper"]:
        raise Unfit(f"{name} 用了 wrapper;插件不得包裹其他插件的钩子,请去掉。")
