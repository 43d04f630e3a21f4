"""Check digits and formats of official numbers (domain.md §3.1, §3.2, §3.5)."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from gateway.errors import CertificateNoInvalid, CitizenIdInvalid, UsccInvalid

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_FORM = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CERTIFICATE_FORM = re.compile(r"[0-9A-Za-z-]{6,24}")


def normalised(text: str) -> str:
    """Full-width to half-width, no spaces or hyphens, upper case. Look-alike letters are never repaired."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()


def uscc_check_character(body: str) -> str:
    """The 18th character for the first 17 (GB 32100-2015, GB/T 17710 mod 31)."""
    total = sum(USCC_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def parse_uscc(text: str) -> str:
    """A unified social credit code in its one spelling; UsccInvalid says what is wrong with it."""
    code = normalised(text)
    if len(code) != 18:
        raise UsccInvalid(uscc=_shown(code), why=f"应为 18 位,实为 {len(code)} 位")
    if not _USCC_FORM.fullmatch(code):
        raise UsccInvalid(uscc=_shown(code), why="含有不允许的字符")
    if uscc_check_character(code[:17]) != code[17]:
        raise UsccInvalid(uscc=_shown(code), why="校验位不符")
    return code


def _shown(code: str) -> str:
    """The beginning of what was typed; a row of digits may be a person's number in the wrong field and is masked."""
    return f"{code[:2]}***{code[-4:]}" if re.search(r"\d{9}", code) else code[:24]


def parse_citizen_id(text: str) -> str:
    """A citizen number (GB 11643-1999) with a real date and check character. The number is never echoed."""
    number = normalised(text)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise CitizenIdInvalid(why="应为 18 位")
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise CitizenIdInvalid(why="出生日期不存在") from None
    total = sum(int(digit) * weight for digit, weight in zip(number, _CITIZEN_WEIGHTS, strict=False))
    if "10X98765432"[total % 11] != number[17]:
        raise CitizenIdInvalid(why="校验位不符")
    return number


def parse_certificate_no(text: str) -> str:
    """An enforcement certificate number: 6 to 24 letters, digits or hyphens; the layout is not public."""
    number = text.strip()
    if not _CERTIFICATE_FORM.fullmatch(number):
        raise CertificateNoInvalid()
    return number
