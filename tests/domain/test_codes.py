"""Check digits of official numbers: what a slip of the hand changes is found."""

from __future__ import annotations

import re

import pytest

from gateway.domain.codes import (
    USCC_ALPHABET,
    normalised,
    parse_certificate_no,
    parse_citizen_id,
    parse_uscc,
    uscc_check_character,
)
from gateway.errors import CertificateNoInvalid, CitizenIdInvalid, UsccInvalid

# Real bodies of the standard's literature (domain.md §3.1): for the algorithm only, never as demo enterprises.
REAL = (
    "914403001922038216",
    "91330100799655058B",
    "9144030071526726XG",
    "91110108551385082Q",
    "12441500196720244T",
    "11100000000013338W",
    "91350100M000100Y43",
)
DEMO = (
    "91430922MACTJ0017P",
    "91430922MACTJ0025J",
    "92430922MACTJ0033A",
    "92430922MACTJ00415",
    "93430922MACTJ005XR",
    "52430922MACTJ00681",
    "11430922DEPT000088",
    "11430922DEPT000163",
    "11430922DEPT00024X",
    "11430922DEPT00032Q",
    "11430922DEPT00040K",
    "11430922DEPT00059G",
    "11430922DEPT00067B",
    "11430922DEPT000756",
    "11430922DEPT000831",
    "11430922DEPT00091U",
    "11430922DEPT00104H",
    "11430922DEPT00112C",
    "11430922DEPT001207",
    "11430922DEPT001394",
    "11430922DEPT00147Y",
    "11430922DEPT00155R",
)
CITIZEN = "11010519491231002X"


@pytest.mark.parametrize("code", REAL + DEMO)
def test_known_codes_are_valid(code: str) -> None:
    """The published and the demo codes pass as they are."""
    assert parse_uscc(code) == code
    assert uscc_check_character(code[:17]) == code[17]


def test_every_single_substitution_is_found() -> None:
    """One wrong character, anywhere, is always refused."""
    for code in REAL + DEMO[:4]:
        for place in range(18):
            for letter in set(USCC_ALPHABET) - {code[place]}:
                with pytest.raises(UsccInvalid):
                    parse_uscc(code[:place] + letter + code[place + 1 :])


def test_every_swap_is_found_but_of_first_and_last() -> None:
    """Two exchanged characters are refused, except positions 1 and 18, which both weigh 1 (domain.md §3.1)."""
    missed = set()
    for code in REAL + DEMO:
        for first in range(18):
            for second in range(first + 1, 18):
                if code[first] == code[second]:
                    continue
                letters = list(code)
                letters[first], letters[second] = letters[second], letters[first]
                try:
                    parse_uscc("".join(letters))
                except UsccInvalid:
                    continue
                missed.add((first + 1, second + 1))
    assert missed == {(1, 18)}


def test_one_spelling_however_it_is_typed() -> None:
    """Full-width letters, spaces, hyphens and small letters lead to the same code."""
    for typed in (" 91430922-MACTJ-0017p ", "91430922MACTJ0017P", "9143 0922 MACT J001 7P"):
        assert parse_uscc(typed) == DEMO[0]
    assert normalised("A-1\u3000b") == "A1B"


@pytest.mark.parametrize(("bad", "good"), [("O", "0"), ("I", "1"), ("S", "5"), ("Z", "2")])
def test_lookalike_letters_are_never_repaired(bad: str, good: str) -> None:
    """A letter that is not in the alphabet is refused, not guessed."""
    code = next(code for code in REAL + DEMO if good in code[2:])
    with pytest.raises(UsccInvalid):
        parse_uscc(code.replace(good, bad))


@pytest.mark.parametrize("text", ["", "9143", DEMO[0] + "0", "٩1430922MACTJ0017P", "网" * 18])
def test_other_forms_are_refused(text: str) -> None:
    """Wrong length or strange digits are refused with a reason."""
    with pytest.raises(UsccInvalid) as refused:
        parse_uscc(text)
    assert refused.value.facts["why"]


@pytest.mark.parametrize("typed", [CITIZEN[:17] + "1", "430922199001010017", "13800000001", "430922900101001"])
def test_a_persons_number_in_the_wrong_field_is_not_echoed(typed: str) -> None:
    """Whoever types a citizen or telephone number where a USCC belongs does not find it in errors and records."""
    with pytest.raises(UsccInvalid) as refused:
        parse_uscc(typed)
    assert typed not in str(refused.value.facts)
    assert not re.search(r"\d{8}", refused.value.facts["uscc"])


def test_the_vector_of_the_citizen_number() -> None:
    """The standard's own number passes, in either case of X."""
    assert parse_citizen_id(CITIZEN) == CITIZEN
    assert parse_citizen_id(" 11010519491231002x") == CITIZEN


def test_every_wrong_digit_of_a_citizen_number_is_found() -> None:
    """One wrong character is refused, and the number is never echoed."""
    for place in range(18):
        for digit in set("0123456789X") - {CITIZEN[place]}:
            number = CITIZEN[:place] + digit + CITIZEN[place + 1 :]
            with pytest.raises(CitizenIdInvalid) as refused:
                parse_citizen_id(number)
            assert number not in str(refused.value)


@pytest.mark.parametrize("number", ["110105194902300020", "11010519491331002X", "1101051949123100", "X" * 18])
def test_impossible_citizen_numbers_are_refused(number: str) -> None:
    """30 February, month 13, too short, no digits."""
    with pytest.raises(CitizenIdInvalid):
        parse_citizen_id(number)


def test_certificate_numbers() -> None:
    """Six to twenty-four letters, digits or hyphens; nothing else."""
    assert parse_certificate_no(" 湘J-0001".replace("湘", "HN")) == "HNJ-0001"
    for bad in ("", "12345", "1" * 25, "湘J00001", "1234 567", "123456\n7"):
        with pytest.raises(CertificateNoInvalid):
            parse_certificate_no(bad)
