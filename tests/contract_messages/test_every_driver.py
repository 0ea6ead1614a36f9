"""What all message drivers promise (`harness.ports.MessageDriver`), on real peers and on peers that misbehave."""

from __future__ import annotations

import contextlib
import socket
import time
from dataclasses import replace

import pytest

from drivers.messages import driver_for
from drivers.messages.address import address_of
from drivers.messages.line import open_line
from harness.errors import BadInput, Fault, StackRefused, StackUnreachable
from harness.message import MessageEndpoint
from harness.model import ErrorClass, Reply, ReplyKind
from harness.ports import MessageSession, Waiting
from tests.contract_messages.authority import Authority, Identity
from tests.contract_messages.conftest import Target
from tests.contract_messages.peers import Peer, Script, door

_SECRET = "geheim-7f3a"
_TIMEOUT_S = 0.4
_PATIENT_S = 10.0  # for what comes at once, on however busy a machine


def _one_sentence(fault: Fault) -> None:
    assert "\n" not in str(fault)
    assert "Traceback" not in str(fault)
    assert _SECRET not in str(fault)
    assert fault.hint


def _ok(reply: Reply, target: Target) -> None:
    assert reply.kind is ReplyKind.OK, reply
    assert reply.error_class is ErrorClass.NONE
    assert target.answer in reply.body
    assert "\n" not in reply.message


@pytest.mark.parametrize("persistent", [True, False])
def test_messages_are_answered(target: Target, persistent: bool) -> None:
    driver = target.driver(persistent=persistent)
    assert driver.kind == target.endpoint.kind
    assert driver.waiting in Waiting
    with contextlib.closing(driver.connect()) as session:
        for _ in range(3):
            _ok(session.send(target.message), target)
    session.close()  # a second time does no harm
    _ok(session.send(target.message), target)  # and a message after it opens another connection
    session.close()


def test_who_answers(target: Target) -> None:
    found = target.driver().identify()
    assert found["protocol"]
    assert found["charset"] == "UTF-8"
    assert found["answers"]
    assert "tls" not in found


def test_tls_with_an_authority_of_ones_own(secured: Target) -> None:
    driver = secured.driver()
    with contextlib.closing(driver.connect()) as session:
        _ok(session.send(secured.message), secured)
        _ok(session.send(secured.message), secured)
    found = driver.identify()
    assert found["tls"].startswith("TLSv1.")
    assert found["cipher"]
    assert found["certificate"] == "CN=127.0.0.1"
    assert found["certificate_issuer"] == "CN=Xinheng test CA"
    assert len(found["certificate_sha256"]) == 64


@pytest.mark.parametrize("scheme", ["mllps", "https", "amqps"])
def test_a_certificate_must_fit(
    scheme: str, authority: Authority, identity: Identity, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = Authority(tmp_path_factory.mktemp("stranger"))
    with Peer(_silent, tls=identity.context()) as peer:
        for host, ca in (("localhost", authority.ca), ("127.0.0.1", stranger.ca)):
            url = f"{scheme}://{host}:{peer.port}"
            endpoint = MessageEndpoint(kind=scheme[:-1], url=url, ca=str(ca), timeout_s=_PATIENT_S)
            with pytest.raises(StackUnreachable, match=rf"{host}.*证书不可信") as caught:
                driver_for(endpoint).connect()
            _one_sentence(caught.value)
        with pytest.raises(BadInput, match=r"absent\.pem"):
            driver_for(replace(endpoint, ca="absent.pem")).connect()


def test_tls_is_not_spoken_to_a_plain_port(target: Target) -> None:
    scheme, _, rest = target.endpoint.url.partition("://")
    with pytest.raises(StackUnreachable, match="TLS") as caught:
        target.driver(url=f"{scheme}s://{rest}", timeout_s=_PATIENT_S).connect()
    _one_sentence(caught.value)


def test_nobody_listens(target: Target) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    scheme = target.endpoint.url.partition("://")[0]
    for host in ("127.0.0.1", "no-such-host.invalid"):
        with pytest.raises(StackUnreachable, match=host) as caught:
            target.driver(url=f"{scheme}://{host}:{port}").connect()
        _one_sentence(caught.value)


@pytest.mark.parametrize("kind", ["mllp", "http", "soap", "amqp"])
def test_addresses_that_cannot_be(kind: str) -> None:
    for url, told in (
        (f"{kind}://u:{_SECRET}@h", "password_env" if kind != "soap" else "soap"),
        ("ftp://h/x", "ftp"),
        ("http://[half" if kind in {"http", "soap"} else f"{kind}://[half", "解析"),
        (f"{'http' if kind == 'soap' else kind}://", "主机"),
    ):
        with pytest.raises(BadInput, match=told) as caught:
            driver_for(MessageEndpoint(kind=kind, url=url))
        _one_sentence(caught.value)


def test_a_charset_must_be_known() -> None:
    with pytest.raises(BadInput, match="GB19030") as caught:
        driver_for(MessageEndpoint(kind="mllp", url="mllp://h", charset="GB19030"))
    _one_sentence(caught.value)


def test_small_messages_do_not_wait_for_one_another() -> None:
    """Nagle's algorithm and delayed acknowledgements make steps of 40 ms that no tested system is to blame for."""
    with Peer(_silent) as peer:
        address = address_of(MessageEndpoint(kind="mllp", url=f"mllp://127.0.0.1:{peer.port}"))
        with contextlib.closing(open_line(address, None, 1.0)) as line:
            assert line._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert line._socket.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_an_unknown_kind_names_the_nearest() -> None:
    with pytest.raises(BadInput, match="mllp"):
        driver_for(MessageEndpoint(kind="mlpp", url="mllp://h"))


def test_secrets_come_from_the_environment(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    if target.endpoint.kind == "mllp":
        pytest.skip("MLLP knows no passwords")
    changed = {"user": "nobody", "password_env": "CONTRACT_SECRET"}
    with pytest.raises(BadInput, match="CONTRACT_SECRET") as caught:
        target.driver(**changed).connect()
    _one_sentence(caught.value)
    monkeypatch.setenv("CONTRACT_SECRET", _SECRET)
    driver = target.driver(**changed)
    if target.endpoint.kind == "amqp":
        with pytest.raises(StackRefused, match="nobody") as refused:
            driver.connect()
        _one_sentence(refused.value)
        return
    with contextlib.closing(driver.connect()) as session:
        reply = session.send(target.message)
    assert _SECRET not in f"{reply} {driver.endpoint}"


# ------------------------------------------------------------------ peers that misbehave


def _silent(line: socket.socket) -> None:
    while line.recv(65536):
        pass


def _gone(line: socket.socket) -> None:
    line.recv(65536)


def _reset(line: socket.socket) -> None:
    line.recv(65536)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def _garbage(line: socket.socket) -> None:
    line.recv(65536)
    line.sendall(b"\x00\xff what is this?\r\n\r\n")


def _dripping(begin: bytes) -> Script:
    """An answer that begins well and never ends, a byte at a time."""

    def drip(line: socket.socket) -> None:
        line.recv(65536)
        line.sendall(begin)
        while True:
            line.sendall(b"x")
            time.sleep(0.05)

    return drip


_BEGIN = {
    "mllp": b"\x0bMSH|^~\\&|LIS|",
    "http": b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n",
    "soap": b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n<Envelope>",
}


def _at(target: Target, peer: Peer, timeout_s: float) -> MessageSession:
    scheme = target.endpoint.url.partition("://")[0]
    endpoint = replace(target.endpoint, url=f"{scheme}://127.0.0.1:{peer.port}", timeout_s=timeout_s)
    return driver_for(endpoint).connect()


def _misbehaved(target: Target, script: Script, timeout_s: float = _TIMEOUT_S) -> tuple[Reply, Reply, float]:
    """The replies of two messages, and how long the first took."""
    with Peer(script) as peer, contextlib.closing(_at(target, peer, timeout_s)) as session:
        began = time.monotonic()
        first = session.send(target.message)
        took = time.monotonic() - began
        again = session.send(target.message)
        assert peer.callers == 2, "a connection that went wrong is not used again, and nothing is sent twice"
    for reply in (first, again):
        assert reply.message
        assert "\n" not in reply.message
    return first, again, took


_LINES = ("mllp", "http", "soap")


@pytest.mark.parametrize("target", _LINES, indirect=True)
@pytest.mark.parametrize(
    ("script", "kind", "error_class"),
    [
        (_gone, ReplyKind.UNREACHABLE, ErrorClass.CONNECTION_LOST),
        (_reset, ReplyKind.UNREACHABLE, ErrorClass.CONNECTION_LOST),
        (_garbage, ReplyKind.FAILED, ErrorClass.PROTOCOL),
        (_silent, ReplyKind.TIMED_OUT, ErrorClass.STATEMENT_TIMEOUT),
    ],
)
def test_peers_that_do_not_answer(target: Target, script: Script, kind: ReplyKind, error_class: ErrorClass) -> None:
    timeout_s = _TIMEOUT_S if kind is ReplyKind.TIMED_OUT else _PATIENT_S
    first, again, took = _misbehaved(target, script, timeout_s)
    assert (first.kind, first.error_class) == (kind, error_class)
    assert (again.kind, again.error_class) == (kind, error_class)
    assert took < _PATIENT_S


@pytest.mark.parametrize("target", _LINES, indirect=True)
def test_a_slow_drip_has_one_deadline(target: Target) -> None:
    first, _, took = _misbehaved(target, _dripping(_BEGIN[target.endpoint.kind]))
    assert first.kind is ReplyKind.TIMED_OUT
    assert "字节" in first.message, "what did come is told"
    assert _TIMEOUT_S * 0.9 < took < _PATIENT_S  # a deadline for each byte would never come


@pytest.mark.parametrize("target", _LINES, indirect=True)
def test_a_peer_that_hangs_up_in_the_middle(target: Target) -> None:
    def half(line: socket.socket) -> None:
        line.recv(65536)
        line.sendall(_BEGIN[target.endpoint.kind])

    first, _, _ = _misbehaved(target, half, _PATIENT_S)
    assert first.kind is ReplyKind.UNREACHABLE
    assert "字节" in first.message


@pytest.mark.parametrize("script", [_gone, _garbage, _silent])
def test_no_broker_answers(script: Script) -> None:
    with Peer(script) as peer:
        driver = driver_for(MessageEndpoint(kind="amqp", url=f"amqp://127.0.0.1:{peer.port}", timeout_s=_TIMEOUT_S))
        with pytest.raises(StackUnreachable, match="AMQP") as caught:
            driver.connect()
        _one_sentence(caught.value)


def test_a_peer_that_leaves_between_two_messages(target: Target) -> None:
    """A server may end a quiet connection; that is noticed before anything is sent, and costs nobody a message."""
    scheme, _, rest = target.endpoint.url.partition("://")
    with contextlib.ExitStack() as opened:
        port, cut = opened.enter_context(door(int(rest.rpartition(":")[2])))
        session = opened.enter_context(contextlib.closing(target.driver(url=f"{scheme}://127.0.0.1:{port}").connect()))
        _ok(session.send(target.message), target)
        cut()
        time.sleep(0.05)
        _ok(session.send(target.message), target)
