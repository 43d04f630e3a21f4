"""A plugin's HTTP against a real loopback server: who may be asked, and what is known when an answer is lost."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from gateway.plugin_host.http import LARGEST_REPLY, CallHttp, HostNotAllowed, Wire, allowed_hosts, host_port
from gateway.sdk import HttpNoAnswer, HttpNotSent
from gateway.testkit.clock import FakeClock

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\nX-Id: 7\r\n\r\n"


class Server:
    """Answers every connection with the given bytes and closes; keeps what it was sent."""

    def __init__(self) -> None:
        self.answer = b""
        self.hold: threading.Event | None = None
        self.requests: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            with closing(connection):
                request = self._read(connection)
                if request == b"stop":
                    return
                self.requests.append(request)
                if self.hold is not None:
                    self.hold.wait(10)
                try:
                    connection.sendall(self.answer)
                except OSError:
                    continue

    def _read(self, connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return data
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        while len(body) < length:
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body

    def stop(self) -> None:
        """End the thread."""
        if self.hold is not None:
            self.hold.set()
        with closing(socket.create_connection(self._socket.getsockname())) as last:
            last.sendall(b"stop")
        self._thread.join(10)
        self._socket.close()


@pytest.fixture
def server() -> Iterator[Server]:
    """A loopback server."""
    made = Server()
    yield made
    made.stop()


@pytest.fixture
def clock() -> FakeClock:
    """A clock under the test's hand."""
    return FakeClock()


@pytest.fixture
def http(server: Server, clock: FakeClock) -> Iterator[CallHttp]:
    """HTTP that may ask this server, with five seconds."""
    wire = Wire(frozenset({server.host}), clock)
    yield wire.open(5)
    wire.close()


def url(server: Server, path: str = "/a") -> str:
    """An address at the server."""
    return f"http://{server.host}{path}"


def test_a_json_answer_is_decoded(server: Server, http: CallHttp) -> None:
    """Status, headers and body arrive; parameters and body were sent."""
    server.answer = OK + b'{"ok": "yes"}'
    reply = http.get(url(server), params={"since": "号 1"})
    http.post(url(server), json={"a": "示例"}, headers={"X-Key": "k1"})

    assert (reply.status, reply.headers["x-id"], reply.body) == (200, "7", {"ok": "yes"})
    assert b"GET /a?since=%E5%8F%B7%201 " in server.requests[0].replace(b"+", b"%20")
    assert '{"a":"示例"}'.encode() in server.requests[1]
    assert b"x-key: k1" in server.requests[1].lower()


@pytest.mark.parametrize("body", [b"<html>!!!</h>", b"\xff" * 13, b"[" * 13])
def test_what_is_no_json_has_no_body(server: Server, http: CallHttp, body: bytes) -> None:
    """The status is still told."""
    server.answer = OK.replace(b"200 OK", b"502 Bad") + body

    reply = http.get(url(server))

    assert (reply.status, reply.body) == (502, None)


def test_a_redirect_is_an_answer_not_followed(server: Server, http: CallHttp) -> None:
    """Following could leave the allowed hosts and send a message twice."""
    server.answer = b"HTTP/1.1 307 Moved\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n"

    assert http.post(url(server), json={}).status == 307
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 20",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    ],
    ids=["closed", "cut head", "no http", "cut body", "cut chunk", "compressed"],
)
def test_an_answer_that_is_lost_is_not_known(server: Server, http: CallHttp, answer: bytes) -> None:
    """The request went out; whether it was taken nobody knows."""
    server.answer = answer

    with pytest.raises(HttpNoAnswer):
        http.post(url(server), json={})

    assert len(server.requests) == 1


def test_silence_is_no_answer(server: Server, clock: FakeClock) -> None:
    """The wait ends with the call's time."""
    server.hold = threading.Event()
    wire = Wire(frozenset({server.host}), clock)

    with pytest.raises(HttpNoAnswer, match="ReadTimeout"):
        wire.open(0.2).post(url(server), json={})

    wire.close()


def test_a_huge_answer_is_cut(server: Server, http: CallHttp) -> None:
    """A broken platform cannot fill our memory."""
    size = LARGEST_REPLY + 1
    server.answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b" " * size

    with pytest.raises(HttpNoAnswer, match="longer"):
        http.get(url(server))


def test_a_refused_connection_was_not_sent(clock: FakeClock) -> None:
    """Nobody listens: the receiver surely has nothing."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        host = f"127.0.0.1:{listener.getsockname()[1]}"
    wire = Wire(frozenset({host}), clock)

    with pytest.raises(HttpNotSent):
        wire.open(5).post(f"http://{host}/", json={})

    wire.close()


def test_without_time_nothing_is_sent(server: Server, http: CallHttp, clock: FakeClock) -> None:
    """A context kept beyond its call sends nothing."""
    clock.advance(timedelta(seconds=6))

    with pytest.raises(HttpNotSent):
        http.post(url(server), json={})

    assert server.requests == []


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:{port}/",
        "http://127.0.0.1/",
        "http://127.0.0.1:{port}@example.invalid/",
        "http://example.invalid\\@127.0.0.1:{port}/",
        "http://me:pw@127.0.0.1:{port}/",
        "ftp://127.0.0.1:{port}/",
        "//127.0.0.1:{port}/",
        "/a",
        "http://[",
    ],
)
def test_only_named_hosts_are_asked(server: Server, http: CallHttp, address: str) -> None:
    """Another host, port or form of address is refused before a byte is sent."""
    target = address.format(port=server.host.rpartition(":")[2])

    with pytest.raises(HostNotAllowed):
        http.get(target)

    assert server.requests == []


def test_the_environments_proxy_is_ignored(server: Server, http: CallHttp, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the operator's shell says must not reroute citizens' data."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.answer = OK + b'{"ok": "yes"}'

    assert http.get(url(server)).status == 200


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://Example.Invalid/x", "example.invalid:80"),
        ("https://example.invalid", "example.invalid:443"),
        ("http://[::1]:8081/", "[::1]:8081"),
    ],
)
def test_an_address_has_one_host_and_port(address: str, expected: str) -> None:
    """Written the way a manifest writes it."""
    assert host_port(address) == expected


def test_allowed_hosts_come_from_the_manifest_and_its_settings() -> None:
    """`config:` stands for the host of a setting; one that is not set allows nothing."""
    settings = {"base_url": "http://127.0.0.1:8081/api", "other_url": None}

    assert allowed_hosts(("sms.invalid:443", "config:base_url", "config:other_url"), settings) == {
        "sms.invalid:443",
        "127.0.0.1:8081",
    }
