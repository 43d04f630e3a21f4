"""Reading pictures strangers send."""

from __future__ import annotations

import io
import sys
from itertools import product

import pytest
import segno
from PIL import Image, ImageChops, ImageFilter

from gateway.errors import LibraryMissing, PictureUnreadable
from gateway.trust.picture import draw_png
from gateway.trust.read_picture import grey, load_zbar, read_codes, scan


def saved(picture: Image.Image, kind: str = "PNG") -> bytes:
    """The bytes of an image file."""
    file = io.BytesIO()
    picture.save(file, kind)
    return file.getvalue()


@pytest.fixture
def code(url: str, prefix: str) -> Image.Image:
    """A drawn code, in grey."""
    return Image.open(io.BytesIO(draw_png(url, prefix, scale=4))).convert("L")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF"])
def test_every_usual_format_is_read(kind: str, code: Image.Image, url: str) -> None:
    """What phones and scanners save is read."""
    assert read_codes(saved(code, kind)) == [url]


@pytest.mark.parametrize("mode", ["1", "P", "RGB", "RGBA", "LA", "I;16"])
def test_every_usual_mode_is_read_or_refused(mode: str, code: Image.Image, url: str) -> None:
    """Colour modes are no reason to fail."""
    assert read_codes(saved(code.convert("I").convert(mode) if mode == "I;16" else code.convert(mode))) == [url]


def test_transparent_pictures_are_put_on_white(code: Image.Image, url: str) -> None:
    """Black modules on a transparent ground are what a web page shows."""
    picture = Image.new("RGBA", code.size, (0, 0, 0, 0))
    picture.putalpha(ImageChops.invert(code))
    assert read_codes(saved(picture)) == [url]


def photograph(code: Image.Image, width: int, angle: int, shadow: float) -> bytes:
    """Small, turned, blurred, pale and partly in the shade."""
    small = code.resize((width, width), Image.Resampling.BICUBIC).point(lambda level: 90 + level * 110 // 255)
    page = Image.new("L", (640, 480), 200)
    page.paste(small, (150, 100))
    page = page.rotate(angle, Image.Resampling.BICUBIC, fillcolor=200).filter(ImageFilter.GaussianBlur(1))
    light = Image.linear_gradient("L").resize(page.size).point(lambda level: round(255 * (1 - shadow) + shadow * level))
    return saved(ImageChops.multiply(page, light))


def test_the_second_pass_reads_what_the_first_does_not(code: Image.Image, url: str) -> None:
    """On hard photographs the local threshold reads clearly more, and neither pass ever reads wrongly."""
    first = both = 0
    for width, angle, shadow in product((120, 130, 150), (0, 7, 20, 33), (0.0, 0.6)):
        data = photograph(code, width, angle, shadow)
        alone = scan(load_zbar(), grey(data))
        assert alone in ([], [url])
        first += len(alone)
        try:
            assert read_codes(data) == [url]
            both += 1
        except PictureUnreadable:
            assert alone == []
    assert both >= first + 6, (first, both)


def test_several_codes_are_each_read_once(code: Image.Image, url: str) -> None:
    """A poster and our code on one picture are both told; the same text twice is told once."""
    poster = io.BytesIO()
    segno.make("https://example.com/示例").save(poster, kind="png", scale=4)
    page = Image.new("L", (800, 500), 255)
    page.paste(code, (20, 20))
    page.paste(code, (20, 260))
    page.paste(Image.open(poster), (400, 20))
    assert sorted(read_codes(saved(page))) == sorted([url, "https://example.com/示例"])


@pytest.mark.parametrize(
    "picture",
    [
        Image.new("L", (1, 1)),
        Image.new("L", (60_000, 1)),
        Image.new("1", (5_000, 4_801)),
        Image.new("1", (10_000, 10_000)),
        Image.new("1", (20_000, 20_000)),
        Image.new("RGB", (300, 300), (255, 0, 0)),
    ],
    ids=["dot", "line", "over the cap", "warned of by Pillow", "bomb", "empty"],
)
def test_pictures_without_a_code_or_too_large(picture: Image.Image) -> None:
    """No code, or more than 24 megapixels: refused before the pixels are unpacked."""
    with pytest.raises(PictureUnreadable):
        read_codes(saved(picture))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0" * 100,
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a\x01\x00\x01\x00",
        b"\xff\xd8\xff\xe0",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n",
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    ],
)
def test_other_files_are_unreadable(data: bytes) -> None:
    """Whatever Pillow raises on a hostile file is one refusal; PostScript is never run."""
    with pytest.raises(PictureUnreadable):
        read_codes(data)


def test_every_cut_is_read_or_refused(url: str, prefix: str) -> None:
    """A file cut off anywhere is still read, if its pixels are all there, or a refusal, never a traceback."""
    data = draw_png(url, prefix, scale=2)
    for length in range(0, len(data), 7):
        try:
            assert read_codes(data[:length]) == [url]
        except PictureUnreadable:
            continue
        assert length > len(data) - 20


def test_an_inverted_code_is_refused(code: Image.Image) -> None:
    """zbar reads no inverted code, which is why none is ever drawn."""
    with pytest.raises(PictureUnreadable):
        read_codes(saved(ImageChops.invert(code)))


def test_missing_zbar_says_what_to_install(code: Image.Image, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without libzbar the operator is told the package."""
    monkeypatch.setitem(sys.modules, "pyzbar.pyzbar", None)
    with pytest.raises(LibraryMissing) as caught:
        read_codes(saved(code))
    assert caught.value.facts["package"] == "libzbar0"
