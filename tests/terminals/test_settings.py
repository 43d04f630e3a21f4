"""Rules of the kiosk's settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config.values import Address
from gateway.errors import ConfigInvalid, ConfigNotFound, ConfigUnknownKey
from terminals.settings import load_settings, read_root_key

EXAMPLE = Path(__file__).parents[2] / "configs/kiosk.example.yaml"
GOOD = """\
device: /dev/kiosk
data_dir: data
root_key: root.pub
gateway: {address: "127.0.0.1:7443", certificate: a.pem, key: a.key, authority: ca.pem}
"""


def loaded(folder: Path, text: str) -> object:
    """The settings of a text."""
    (folder / "kiosk.yaml").write_text(text, "utf-8")
    return load_settings(folder / "kiosk.yaml")


def test_example() -> None:
    """The example is valid and names every key there is."""
    settings = load_settings(EXAMPLE)
    assert settings.model_fields_set == set(type(settings).model_fields)
    assert settings.gateway.model_fields_set == set(type(settings.gateway).model_fields)
    assert settings.screen.model_fields_set == set(type(settings.screen).model_fields)


def test_defaults_and_paths(tmp_path: Path) -> None:
    """What is not said has its default, and paths count from the file's folder."""
    (tmp_path / "kiosk.yaml").write_text(GOOD)
    settings = load_settings(tmp_path / "kiosk.yaml")
    assert (settings.baud, settings.gateway.deadline_s) == (9600, 1.5)
    assert settings.screen.listen == Address("127.0.0.1", 8090)
    assert settings.data_dir == tmp_path / "data"


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        (GOOD + "buad: 9600\n", ConfigUnknownKey, "baud"),
        (GOOD.replace("key: a.key", "kye: a.key"), ConfigInvalid, ":4:"),
        (GOOD + "baud: 9601\n", ConfigInvalid, "波特率"),
        (GOOD + "screen: {listen: '0.0.0.0:8090'}\n", ConfigInvalid, "只能是本机地址"),
        (GOOD + "device: [\n", ConfigInvalid, ":"),
        ("", ConfigInvalid, "device"),
    ],
)
def test_mistakes(tmp_path: Path, text: str, error: type[ConfigInvalid], words: str) -> None:
    """A mistake is named with its place, and an unknown key with what was probably meant."""
    with pytest.raises(error) as caught:
        loaded(tmp_path, text)
    assert words in " ".join(caught.value.facts.values())


def test_root_key(tmp_path: Path) -> None:
    """The root key is 64 hex digits and nothing else."""
    file = tmp_path / "root.pub"
    file.write_text("ab" * 32 + "\n")
    assert read_root_key(file) == b"\xab" * 32
    for text in ("ab" * 31, "zz" * 32, "密钥"):
        file.write_text(text, "utf-8")
        with pytest.raises(ConfigInvalid):
            read_root_key(file)
    with pytest.raises(ConfigNotFound):
        read_root_key(tmp_path / "none")
