"""Secrets come by reference, and nothing shows them."""

from __future__ import annotations

import pytest

from gateway.config.load import load_settings
from gateway.config.secret import Secret
from gateway.errors import ConfigInvalid, ConfigNotFound

HIDDEN = "correct-horse-battery"

LITERALS = {
    "master key": ("keys: {secret: hunter2}", "7:16"),
    "half a reference": ("keys: {secret: '${env:}'}", "7:16"),
    "unknown kind": ("keys: {secret: '${vault:x}'}", "7:16"),
    "reference inside a text": ("keys: {secret: 'a${env:X}'}", "7:16"),
    "number": ("keys: {secret: 5}", "7:16"),
    "database password": ("database: {url: 'postgresql+psycopg://u:hunter2@h/db'}", "7:17"),
    "database password as parameter": ("database: {url: 'postgresql+psycopg://h/db?password=hunter2'}", "7:17"),
    "other database": ("database: {url: 'mysql://h/db'}", "7:17"),
    "plugin password": ("plugins: {sms-http: {password: hunter2}}", "7:32"),
    "plugin secret deeper": ("plugins: {sms-http: {a: [{app_secret: hunter2}]}}", "7:39"),
    "plugin url with password": ("plugins: {sms-http: {url: 'https://u:hunter2@h/'}}", "7:27"),
}


@pytest.mark.parametrize("case", LITERALS)
def test_a_literal_secret_is_refused(case, problems, good) -> None:
    """A secret written out is refused at its place, and the refusal does not repeat it."""
    line, place = LITERALS[case]
    found = problems(f"{good}{line}\n")
    assert [where for where, _ in found] == [place]
    assert "hunter2" not in str(found)


def test_a_secret_is_read_when_needed_and_never_shown(write, good, monkeypatch) -> None:
    """Whoever uses a secret gets its text; print, repr and dump show the reference."""
    monkeypatch.setenv("KANYAN_TEST_SECRET", HIDDEN)
    path = write(
        f"{good}keys: {{secret: '${{env:KANYAN_TEST_SECRET}}'}}\n"
        "database: {url: '${file:url.txt}'}\n"
        "plugins: {sms-http: {password: '${env:KANYAN_TEST_SECRET}', more: ['${file:url.txt}']}}\n"
    )
    url = f"postgresql+psycopg://u:{HIDDEN}@h/db"
    (path.parent / "url.txt").write_text(url + "\n")
    settings = load_settings(path)
    assert isinstance(settings.keys.secret, Secret)
    assert settings.keys.secret.reveal() == HIDDEN
    assert settings.database_url() == url
    assert settings.plugin_settings("sms-http") == {"password": HIDDEN, "more": [url]}
    for shown in (repr(settings), str(settings), str(settings.model_dump()), settings.model_dump_json()):
        assert HIDDEN not in shown
        assert "${env:KANYAN_TEST_SECRET}" in shown


def test_a_systemd_credential_is_found(monkeypatch, tmp_path) -> None:
    """`${cred:…}` reads from the folder systemd gives, and only from there."""
    (tmp_path / "master").write_text(HIDDEN)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(ConfigInvalid, match="CREDENTIALS_DIRECTORY"):
        Secret("${cred:master}").reveal()
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert Secret("${cred:master}").reveal() == HIDDEN
    with pytest.raises(ConfigInvalid, match="路径"):
        Secret("${cred:../master}").reveal()


def test_an_absent_secret_is_said(monkeypatch, tmp_path) -> None:
    """A secret that is not there, empty or no text stops the start with a sentence."""
    monkeypatch.delenv("KANYAN_TEST_SECRET", raising=False)
    with pytest.raises(ConfigInvalid, match="环境变量没有设置"):
        Secret("${env:KANYAN_TEST_SECRET}").reveal()
    with pytest.raises(ConfigNotFound):
        Secret("${file:none}", tmp_path).reveal()
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(ConfigInvalid, match="内容为空"):
        Secret("${file:empty}", tmp_path).reveal()
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigInvalid, match="UTF-8"):
        Secret("${file:binary}", tmp_path).reveal()
    (tmp_path / "large").write_bytes(b"x" * 100_000)
    with pytest.raises(ConfigInvalid, match="64 KiB"):
        Secret("${file:large}", tmp_path).reveal()
