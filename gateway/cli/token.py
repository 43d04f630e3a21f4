"""`kanyan token`: draw a code, say what one holds, or read a picture and verify it offline."""

from __future__ import annotations

import argparse
import json
from datetime import datetime
from pathlib import Path

from gateway.cli.main import FAILED, OK
from gateway.clock import SystemClock, beijing, from_unix
from gateway.errors import ConfigInvalid, ConfigNotFound, GatewayError, TokenForeign, UsageInvalid
from gateway.texts.errors_zh import sentence
from gateway.trust.bundle import TrustBundle, read_bundle
from gateway.trust.picture import draw_png, draw_svg
from gateway.trust.read_picture import read_codes
from gateway.trust.text import parse_digits, parse_text, to_url, unwrap
from gateway.trust.token import NO_PARTY, Token
from gateway.trust.verify import check, check_party

LABELS = {
    "format": "格式",
    "kid": "密钥号",
    "task": "勘验任务号",
    "badge": "人员编号",
    "seq": "签发序号",
    "party_tag": "单位标记",
    "not_before": "生效时间",
    "expires_at": "失效时间",
    "lifetime_s": "有效秒数",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """The words of `kanyan token`."""
    actions = parser.add_subparsers(dest="action", metavar="动作", required=True)
    look = actions.add_parser("inspect", help="查看二维码文本的内容(不核验签名)")
    look.add_argument("text", help="二维码网址或 217 位数字")
    draw = actions.add_parser("render", help="把二维码网址画成图片")
    draw.add_argument("url", help="二维码网址")
    draw.add_argument("--out", type=Path, required=True, help="图片文件,.png 或 .svg")
    draw.add_argument("--scale", type=int, default=8, help="PNG 每个模块的像素数,1 至 40,默认 8")
    scan = actions.add_parser("scan", help="识别图片中的二维码并离线核验")
    scan.add_argument("file", type=Path, help="图片文件")
    scan.add_argument("--bundle", type=Path, help="核验资料(信任包)文件")
    scan.add_argument("--root-key", type=Path, help="根公钥文件(十六进制文本)")
    scan.add_argument("--party", help="本单位的统一社会信用代码")
    scan.add_argument("--at", help="按此时刻核验,如 2026-11-23T09:30:00+08:00;默认现在")
    for action in (look, draw, scan):
        action.add_argument("--json", action="store_true", help="输出 JSON")


def run(args: argparse.Namespace) -> int:
    """0 if done or verified, 1 if refused or not verified."""
    actions = {"inspect": run_inspect, "render": run_render, "scan": run_scan}
    return actions[args.action](args)


def run_inspect(args: argparse.Namespace) -> int:
    """Show the fields of a text."""
    text = unwrap(args.text)
    token = parse_text(text, prefix_of(text)) if "/" in text else parse_digits(text)
    if args.json:
        print_json({"ok": True, "verified": False, "token": fields(token)})
        return OK
    print_token(token)
    print("以上只是二维码所写的内容,签名未经核验。")
    return OK


def run_render(args: argparse.Namespace) -> int:
    """Draw a text into a file."""
    kind = args.out.suffix.lower()
    if kind not in (".png", ".svg"):
        raise UsageInvalid(option="--out", why="文件名应以 .png 或 .svg 结尾")
    if not 1 <= args.scale <= 40:
        raise UsageInvalid(option="--scale", why="应为 1 至 40")
    prefix = prefix_of(args.url)
    picture = draw_png(args.url, prefix, scale=args.scale) if kind == ".png" else draw_svg(args.url, prefix)
    try:
        args.out.write_bytes(picture)
    except OSError as error:
        raise ConfigNotFound(path=args.out, why=error.strerror) from None
    if args.json:
        print_json({"ok": True, "file": str(args.out), "bytes": len(picture)})
    else:
        print(f"已写入 {args.out}({len(picture)} 字节)")
    return OK


def run_scan(args: argparse.Namespace) -> int:
    """Read a picture; verify each of our codes against the bundle, if one is given."""
    if (args.bundle is None) != (args.root_key is None):
        raise UsageInvalid(option="--bundle", why="--bundle 与 --root-key 应同时给出")
    now = moment(args.at)
    texts = read_codes(read(args.file))
    if args.bundle is None:
        return report_unverified(texts, as_json=args.json)
    bundle = read_bundle(read(args.bundle), root_key(args.root_key), now)
    outcomes = [outcome(text, bundle, now, args.party) for text in texts]
    passed = any(o["ok"] for o in outcomes) and all(o["ok"] or o["code"] == TokenForeign.code for o in outcomes)
    if args.json:
        issued = beijing(bundle.issued_at)
        print_json({"ok": passed, "verified": passed, "bundle_issued_at": issued, "codes": outcomes})
    else:
        for one in outcomes:
            print_outcome(one)
        print(f"离线核验,结果为暂定;撤销资料签发于 {beijing(bundle.issued_at)}。")
    return OK if passed else FAILED


def outcome(text: str, bundle: TrustBundle, now: datetime, party: str | None) -> dict[str, object]:
    """What the offline checks say of one text, in the order of `gateway.trust.verify`."""
    found: dict[str, object] = {}
    try:
        token = parse_text(text, bundle.url_prefix)
        found = {"url": to_url(token, bundle.url_prefix), "token": fields(token)}
        check(token, bundle.keyring, bundle.issuer, now)
        bundle.revocations.refuse(token)
        check_party(token, party.strip().upper() if party else None)
    except GatewayError as error:
        return {"ok": False, "code": error.code, "message": sentence(error.code, error.facts), **found}
    return {"ok": True, "code": "OK", "message": "核验通过。", **found}


def report_unverified(texts: list[str], *, as_json: bool) -> int:
    """Say what was read, and that nothing was proved by it."""
    message = "未核验:没有给出核验资料(--bundle 与 --root-key),不能凭此放行。"
    if as_json:
        print_json({"ok": False, "verified": False, "texts": texts, "message": message})
    else:
        for text in texts:
            print(f"识别到:{printable(text)}")
        print(message)
    return FAILED


def fields(token: Token) -> dict[str, object]:
    """The decoded fields by name, times as people here write them."""
    header = token.header
    return {
        "format": "KY1",
        "kid": header.kid,
        "task": header.task,
        "badge": header.badge,
        "seq": header.seq,
        "party_tag": "" if header.party_tag == NO_PARTY else header.party_tag.hex(),
        "not_before": beijing(from_unix(header.not_before)),
        "expires_at": beijing(from_unix(token.expires_at)),
        "lifetime_s": header.lifetime_s,
    }


def print_token(token: Token) -> None:
    """One field a line."""
    for name, value in fields(token).items():
        print(f"{LABELS[name]}:{'无(自然人)' if value == '' else value}")


def print_outcome(one: dict[str, object]) -> None:
    """The verdict of one code, then its fields."""
    verdict = "通过" if one["ok"] else f"拒绝 [{one['code']}]"
    print(f"{verdict} {one['message']}")
    content = one.get("token")
    for name, value in content.items() if isinstance(content, dict) else ():
        print(f"  {LABELS[name]}:{'无(自然人)' if value == '' else value}")


def print_json(content: dict[str, object]) -> None:
    """One object on one line."""
    print(json.dumps(content, ensure_ascii=False))


def prefix_of(url: str) -> str:
    """Everything up to the last slash: whose code it is does not matter where nothing is verified."""
    head, slash, _ = url.rpartition("/")
    return head + slash


def printable(text: str) -> str:
    """A stranger's text without what would move a terminal's cursor."""
    return "".join(char if char.isprintable() else "·" for char in text)


def moment(text: str | None) -> datetime:
    """The instant of `--at`, or now; UsageInvalid if it has no time zone."""
    if text is None:
        return SystemClock().now()
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise UsageInvalid(option="--at", why="应为带时区的时间,如 2026-11-23T09:30:00+08:00")
    return at


def read(path: Path) -> bytes:
    """The file; ConfigNotFound if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigNotFound(path=path, why=error.strerror) from None


def root_key(path: Path) -> bytes:
    """The 32 bytes of the root's public key; ConfigInvalid if the file holds something else."""
    try:
        key = bytes.fromhex(read(path).decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != 32:
        raise ConfigInvalid(where=str(path), why="应为 64 个十六进制字符的根公钥。")
    return key
