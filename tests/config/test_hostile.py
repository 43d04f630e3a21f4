"""Hostile and broken YAML is refused with its place, quickly, and nothing in it runs."""

from __future__ import annotations

import pytest

BROKEN = {
    "tab": ("data_dir: x\ngrpc:\n\tlisten: y\n", "3:1", "不能用制表符(Tab)缩进,请改用空格。"),
    "no space after the colon": (
        "data_dir:x\nissuer: y\n",
        "2:7",
        "此处不能再写“键: 值”;请检查缩进,以及上一行的冒号后面有没有空格。",
    ),
    "no colon": ("data_dir: x\nissuer\nlog: {}\n", "2:1", "这一行缺少冒号;键的后面要写半角冒号加空格。"),
    "full-width colon": (
        "data_dir: x\nissuer\uff1aabc\nlog: {}\n",
        "2:1",
        "这一行缺少冒号;键的后面要写半角冒号加空格。附近有全角冒号“\uff1a”,请改为半角冒号加空格。",
    ),
    "indentation": ("grpc:\n  reflection: true\n listen: x\n", "3:2", "缩进与前面的行没有对齐。"),
    "open bracket": ("policy: [a, b\nlog: {}\n", "2:4", "方括号或花括号没有配对,或缺少逗号。"),
    "open quote": ("data_dir: 'x\nissuer: y\n", "1:11", "引号没有配对。"),
    "at sign": ("data_dir: @x\n", "1:11", "值以特殊字符开头时要加引号。"),
    "second document": ("data_dir: x\n---\nissuer: y\n", "2:1", "一个文件只能写一份配置,不能出现第二个“---”。"),
    "control character": ("data_dir: x\nissuer: \x07\n", "2:9", "文件里有不可见的控制字符。"),
    "GBK": ("data_dir: x\n# 数据".encode("gbk"), "2:3", "文件不是 UTF-8 编码(可能是 GBK),请另存为 UTF-8。"),
    "binary": (b"\x7fELF\x00\xff", "1:6", "文件不是 UTF-8 编码(可能是 GBK),请另存为 UTF-8。"),
    "2 MiB": ("#" * (2 << 20), "1:1", "文件超过 1 MiB,不像是配置文件。"),
    "depth 1000": ("a: " + "[" * 1000, "1:23", "嵌套层数过多。"),
    "depth 1000 in block style": ("".join(" " * n + "a:\n" for n in range(1000)), "20:20", "嵌套层数过多。"),
    "a list": ("- a\n- b\n", "1:1", "应为一组“键: 值”。"),
    "a word": ("hello\n", "1:1", "应为一组“键: 值”。"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_yaml_is_refused_with_its_place(case, problems) -> None:
    """What cannot be read is answered with where and a Chinese sentence, not with a traceback."""
    text, place, why = BROKEN[case]
    assert problems(text)[0] == (place, why)


REFUSED = {
    "alias bomb": (
        "a: &a [x, x]\nb: &b [*a, *a]\n",
        [("1:4", "不支持锚点(&)。"), ("2:4", "不支持锚点(&)。"), ("2:8", "不支持别名(*),请把内容写出来。")],
    ),
    "python object": ("issuer: !!python/object/apply:os.system [id]\n", [("1:9", "不支持类型标签(!)。")]),
    "own tag": ("issuer: !secret abc\n", [("1:9", "不支持类型标签(!)。")]),
    "standard tag": ("issuer: !!str 5\n", [("1:9", "不支持类型标签(!)。")]),
    "merge": ("a: {b: 1}\n<<: {c: 1}\n", [("2:1", "<<。")]),
    "key that is a list": ("? [a, b]\n: c\n", [("1:3", "键应为非空的文字。")]),
    "empty key": ("'': c\n", [("1:1", "键应为非空的文字。")]),
    "huge number": ("issuer: " + "9" * 5000 + "\n", [("1:9", "这个值看起来是数字或日期,但不成立;如是文字请加引号。")]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_dangerous_yaml_is_refused_with_its_place(case, problems) -> None:
    """Anchors, aliases, tags and odd keys are refused one by one, and the rest of the file is still looked at."""
    text, wanted = REFUSED[case]
    found = problems(text)
    assert [one for one in wanted if one not in found] == []
    assert [why for _, why in found if why == "缺少必填项“data_dir”。"]


def test_a_tag_never_runs(problems, tmp_path) -> None:
    """A python tag is refused before anything could be built from it."""
    mark = tmp_path / "ran"
    assert problems(f"issuer: !!python/object/apply:pathlib.Path.touch [{mark}]\n")
    assert not mark.exists()


def test_a_byte_order_mark_is_no_mistake(problems, good) -> None:
    """Notepad writes one; the file is read as if it had not."""
    assert problems(b"\xef\xbb\xbf" + good.encode()) == []


def test_windows_line_ends_are_no_mistake(problems, good) -> None:
    """A file edited on Windows loads, and places still count in lines."""
    assert problems(good.replace("\n", "\r\n")) == []
    assert problems(good.replace("\n", "\r\n") + "isuer: x\r\n")[0][0] == "7:1"
