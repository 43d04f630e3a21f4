"""One TOML table, read key by key: what has the wrong type or is left over is refused by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from gateway.errors import PluginInvalid
from gateway.plugin_host.words import did_you_mean


class Table:
    """A TOML table that knows its file and path; each getter removes what it reads."""

    def __init__(self, raw: Mapping[str, Any], *, plugin: str, file: str, path: str) -> None:
        self._raw = dict(raw)
        self._plugin, self._file, self._path = plugin, file, path
        self._asked: set[str] = set()

    def refuse(self, key: str, why: str) -> NoReturn:
        """Raise PluginInvalid naming file, key and why."""
        raise PluginInvalid(plugin=self._plugin, why=f"{self._file} 的 {self._where(key)} {why}。")

    def names(self) -> tuple[str, ...]:
        """The keys not yet read."""
        return tuple(self._raw)

    def close(self) -> None:
        """Refuse a key that nobody asked for."""
        for key in self._raw:
            near = did_you_mean(key, self._asked)
            self.refuse(key, f"是不认识的键{near},请改正或删除")

    def any(self, key: str) -> Any:
        """The value as it stands, or None."""
        self._asked.add(key)
        return self._raw.pop(key, None)

    def table(self, key: str, *, required: bool = True) -> Table:
        """A table below this one; an absent optional one is empty."""
        value = self.any(key)
        if value is None:
            if required:
                self.refuse(key, "缺少这张表,请补上")
            value = {}
        if not isinstance(value, dict):
            self.refuse(key, f"应为表,请写成 [{self._where(key)}]")
        return Table(value, plugin=self._plugin, file=self._file, path=self._where(key))

    def text(self, key: str) -> str:
        """A non-empty string of at most 200 characters."""
        value = self.any(key)
        if value is None:
            self.refuse(key, "缺少,请补上")
        if not isinstance(value, str) or not value.strip() or len(value) > 200:
            self.refuse(key, "应为不超过 200 字的非空文字")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of strings; must be there, may be empty."""
        value = self.any(key)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            self.refuse(key, "应为文字列表,没有就写 []")
        return tuple(value)

    def choice(self, key: str, known: Iterable[str], *, default: str | None = None) -> str:
        """One of the known words."""
        words = tuple(known)
        if default is not None and key not in self._raw:
            self._asked.add(key)
            return default
        value = self.text(key)
        if value not in words:
            self.refuse(key, f"不能是“{value}”,可用的有:{'、'.join(words)}")
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        value = self.any(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.refuse(key, "应为 true 或 false")
        return value

    def integer(self, key: str, *, least: int = 0, most: int = 2**31, default: int | None = None) -> int:
        """A whole number within bounds."""
        value = self.any(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.refuse(key, f"应为 {least} 至 {most} 的整数")
        return value

    def bound(self, key: str) -> int | None:
        """A whole number of any sign, or None where it is not given."""
        value = self.any(key)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            self.refuse(key, "应为整数")
        return value

    def seconds(self, key: str, *, most: float) -> float:
        """More than nothing, at most `most`."""
        value = self.any(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= most:
            self.refuse(key, f"应为大于 0、不超过 {most:g} 的秒数")
        return float(value)

    def _where(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key
