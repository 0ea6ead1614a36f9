"""The agent of another host, over real sockets, with and without TLS."""

import datetime as dt
import ipaddress
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from harness.agent import remote
from harness.agent.agents import Agent, agent_for
from harness.agent.link import Clock, Link, better, midpoint
from harness.agent.local import LocalAgent
from harness.agent.reader import read_lines, read_notes, read_readings
from harness.agent.reading import KIND
from harness.agent.remote import RemoteAgent
from harness.agent.serve import AgentServer, Options, address_of
from harness.agent.spool import Spool
from harness.errors import BadInput, BadSettings, StackRefused, StackUnreachable
from harness.model import Host

TOKEN = "correct-horse-battery"
FAST = 0.1


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("AGENT_TOKEN", TOKEN)
    return TOKEN


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AgentServer]:
    found = AgentServer(Options(listen="127.0.0.1:0", token=TOKEN, spool=tmp_path / "spool", interval_s=FAST))
    found.start()
    yield found
    found.stop()


def host(port: int, **more: str) -> Host:
    return Host(**{"name": "db1", "agent": f"http://127.0.0.1:{port}", "token_env": "AGENT_TOKEN", **more})


def ask(there: Host, path: str) -> dict[str, Any]:
    link = Link(there)
    try:
        return link.get(path)[1]
    finally:
        link.close()


def test_readings_arrive_on_our_clock(server: AgentServer, token: str, tmp_path: Path) -> None:
    out = tmp_path / "r.jsonl"
    before = time.monotonic_ns()
    agent: Agent = RemoteAgent(host(server.port), out, pull_every_s=FAST)
    agent.start()
    until(lambda: len(list(read_readings(out))) >= 4)
    assert agent.alive()
    agent.stop()
    readings = list(read_readings(out))
    slack = 50_000_000  # both clocks are the same one here
    assert all(before - slack < r.mono_ns < time.monotonic_ns() + slack for r in readings)
    assert all(r.cpu is not None for r in readings)
    header = next(iter(read_lines(out)))
    assert header["kind"] == KIND and header["host"] == "db1"
    assert abs(header["clock"]["mono_shift_ns"]) < slack and abs(header["clock"]["wall_shift_s"]) < 0.05
    assert TOKEN not in out.read_text()
    assert agent.facts()["cores"] == str(os.cpu_count())


def test_a_broken_link_loses_no_reading(token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The agent goes on reading while we cannot reach it; its spool outlives it too."""
    monkeypatch.setattr(remote, "SILENT_S", 0.5)
    options = Options(listen="127.0.0.1:0", token=TOKEN, spool=tmp_path / "spool", interval_s=FAST)
    first = AgentServer(options)
    first.start()
    out = tmp_path / "r.jsonl"
    agent = RemoteAgent(host(first.port), out, pull_every_s=FAST)
    agent.start()
    until(lambda: len(list(read_readings(out))) >= 2)
    first.stop()
    until(lambda: not agent.reachable())
    assert agent.alive()
    second = AgentServer(
        Options(listen=f"127.0.0.1:{first.port}", token=TOKEN, spool=tmp_path / "spool", interval_s=FAST)
    )
    second.start()
    until(agent.reachable)
    until(lambda: len(list(read_readings(out))) >= 6)
    agent.stop()
    second.stop()
    theirs = [
        json.loads(line)["mono_ns"]
        for path in sorted((tmp_path / "spool").glob("readings-*"))
        for line in path.read_text().splitlines()
        if "gap_s" in line
    ]
    ours = [r.mono_ns for r in read_readings(out)]
    begin = next(i for i, t in enumerate(theirs) if abs(t - ours[0]) < 40_000_000)
    assert len(theirs[begin : begin + len(ours)]) == len(ours)
    assert all(abs(a - b) < 40_000_000 for a, b in zip(theirs[begin:], ours, strict=False))
    assert sum(1 for line in read_lines(out) if line.get("kind") == KIND) == 2  # the restart shows
    assert any("失联" in note for note in read_notes(out))


def test_a_wrong_token_is_refused_and_named(
    server: AgentServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENT_TOKEN", "wrong")
    with pytest.raises(StackRefused, match=r"db1.*令牌"):
        RemoteAgent(host(server.port), tmp_path / "r").start()
    with pytest.raises(StackRefused):
        ask(host(server.port, token_env=""), "/v1/readings?after=0")


@pytest.mark.parametrize(
    "path", ["/", "/v1/readings?after=-1", "/v1/readings?after=x", "/v1/readings?after=" + "9" * 40]
)
def test_other_questions_are_declined(server: AgentServer, token: str, path: str) -> None:
    with pytest.raises(ValueError, match="HTTP 40"):
        ask(host(server.port), path)


def test_a_silent_client_blocks_nobody(server: AgentServer, token: str) -> None:
    with socket.create_connection(("127.0.0.1", server.port)):
        assert ask(host(server.port), "/v1/facts")["failure"] == ""


def certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "agent of a test")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert_file, key_file


def test_tls_is_verified(tmp_path: Path, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cert, key = certificate(tmp_path)
    server = AgentServer(
        Options(listen="127.0.0.1:0", token=TOKEN, cert=cert, key=key, spool=tmp_path / "spool", interval_s=FAST)
    )
    server.start()
    there = host(server.port, agent=f"https://127.0.0.1:{server.port}")
    try:
        with socket.create_connection(("127.0.0.1", server.port)):  # never shakes hands, must not block the others
            with pytest.raises(StackUnreachable, match=r"(?i)certificate.*SSL_CERT_FILE"):
                RemoteAgent(there, tmp_path / "no.jsonl").start()
            monkeypatch.setenv("SSL_CERT_FILE", str(cert))
            agent = RemoteAgent(there, tmp_path / "r.jsonl", pull_every_s=FAST)
            agent.start()
            until(lambda: len(list(read_readings(tmp_path / "r.jsonl"))) >= 2)
            agent.stop()
    finally:
        server.stop()


def test_nothing_listening_is_a_sentence(tmp_path: Path, token: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(StackUnreachable, match=r"db1.*没有应答"):
            RemoteAgent(host(free.getsockname()[1]), tmp_path / "r").start()


@pytest.mark.parametrize(
    "address",
    [
        "http://10.0.0.5:9461",
        "http://127.0.0.1.example.org",
        "ftp://127.0.0.1",
        "10.0.0.5:9461",
        "https://a:port",
        "https://a/x",
    ],
)
def test_only_encrypted_or_local_addresses(address: str, token: str) -> None:
    with pytest.raises(BadSettings, match="db1"):
        Link(host(0, agent=address))


def test_a_token_that_is_not_set_is_named() -> None:
    with pytest.raises(BadInput, match="NO_SUCH_TOKEN"):
        Link(host(0, token_env="NO_SUCH_TOKEN"))


@pytest.mark.parametrize("listen", ["0.0.0.0:1", "10.0.0.5:9461", "[::]:9461"])
def test_it_does_not_expose_the_host(tmp_path: Path, listen: str) -> None:
    cert = tmp_path / "cert.pem"
    for token, tls in (("", None), (TOKEN, None), ("", cert), ("short", cert)):
        with pytest.raises(BadInput, match="拒绝"):
            address_of(Options(listen=listen, token=token, cert=tls, spool=tmp_path))
    assert address_of(Options(listen=listen, token=TOKEN, cert=cert, spool=tmp_path))[1] > 0


@pytest.mark.parametrize("listen", ["9461", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:99999", "db1:9461", ":9461"])
def test_bad_listening_addresses(tmp_path: Path, listen: str) -> None:
    with pytest.raises(BadInput):
        address_of(Options(listen=listen, spool=tmp_path))


def test_a_taken_port_is_a_sentence(server: AgentServer, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="监听"):
        AgentServer(Options(listen=f"127.0.0.1:{server.port}", spool=tmp_path / "other"))


def test_a_spool_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "readings-other.jsonl").write_text("")
    for folder in (tmp_path / "file", tmp_path):
        with pytest.raises(BadInput, match="暂存目录"):
            AgentServer(Options(listen="127.0.0.1:0", spool=folder))


def test_a_refused_token_in_the_middle_ends_the_asking_with_a_note(
    token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, spool = tmp_path / "r.jsonl", tmp_path / "spool"
    server = AgentServer(Options(listen="127.0.0.1:0", token=TOKEN, spool=spool, interval_s=FAST))
    server.start()
    agent = RemoteAgent(host(server.port), out, pull_every_s=FAST)
    agent.start()
    server.stop()
    server = AgentServer(Options(listen=f"127.0.0.1:{server.port}", token="another", spool=spool, interval_s=FAST))
    server.start()
    until(lambda: not agent.alive())
    agent.stop()
    server.stop()
    assert "令牌" in agent.last_words() and any("令牌" in note for note in read_notes(out))


def test_the_command_runs_until_sigterm(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = """
import sys
from pathlib import Path
from harness.agent.serve import Options, serve
serve(Options(listen=sys.argv[1], spool=Path(sys.argv[2]), interval_s=0.1))
"""
    with subprocess.Popen(
        [sys.executable, "-c", code, f"127.0.0.1:{port}", str(tmp_path)], cwd=Path(__file__).parents[2]
    ) as process:
        agent = RemoteAgent(host(port, token_env=""), tmp_path / "r.jsonl", pull_every_s=FAST)

        def started() -> bool:
            try:
                agent.start()
            except StackUnreachable:
                return False
            return True

        until(started)
        until(lambda: len(list(read_readings(tmp_path / "r.jsonl"))) >= 2)
        agent.stop()
        process.terminate()
        assert process.wait(10) == 0


def test_a_certificate_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "c").write_text("not a certificate")
    for cert in (tmp_path / "c", tmp_path / "missing"):
        with pytest.raises(BadInput, match="证书"):
            AgentServer(Options(listen="127.0.0.1:0", token=TOKEN, cert=cert, spool=tmp_path))


def test_the_choice_between_the_two_kinds(tmp_path: Path) -> None:
    assert isinstance(agent_for(Host(name="a"), tmp_path / "a"), LocalAgent)
    assert isinstance(agent_for(Host(name="a", agent="http://127.0.0.1:1"), tmp_path / "a"), RemoteAgent)


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(-(10**15), 10**15))
def test_the_clock_estimate_is_as_good_as_it_says(there: int, back: int, shift: int) -> None:
    sent = 10**15
    state = {"boot": "b", "mono_ns": sent + there - shift, "wall": (sent + there) / 1e9}
    clock = midpoint(sent, sent + there + back, (sent + there + back) / 1e9, state)
    assert abs(clock.mono_ns - shift) <= clock.uncertainty_ns + 1
    assert abs(clock.wall_s) <= clock.uncertainty_ns / 1e9 + 1e-3


def test_a_less_sure_clock_does_not_replace_a_sure_one() -> None:
    def clock(boot: str, uncertainty: int) -> Clock:
        return Clock(boot=boot, mono_ns=0, wall_s=0.0, uncertainty_ns=uncertainty)

    sure = clock("a", 200_000)
    assert better(None, sure) is sure
    assert better(sure, clock("a", 90_000_000)) is sure
    assert better(sure, clock("a", 300_000)).uncertainty_ns == 300_000
    assert better(sure, clock("b", 90_000_000)).boot == "b"


# --------------------------------------------------------------------------- spool


def test_the_spool_is_bounded_and_says_what_it_dropped(tmp_path: Path) -> None:
    spool = Spool(tmp_path, segment_bytes=100, keep=3)
    lines = [f"{i:03d} {'x' * 25}\n".encode() for i in range(40)]
    for line in lines:
        spool.write(line)
    assert len(list(tmp_path.glob("readings-*"))) == 3
    whole, after = b"".join(lines), 0
    start, found = spool.read(after, 10_000)
    assert start > 0  # larger than asked for: the oldest are gone
    after = start + len(found)
    while after < spool.end:
        begin, more = spool.read(after, 10_000)
        assert begin == after and more
        found, after = found + more, after + len(more)
    assert found == whole[start:]
    assert spool.read(spool.end, 100) == (spool.end, b"")
    assert spool.read(spool.end + 999, 100) == (spool.end, b"")
    spool.close()


def test_the_spool_goes_on_after_a_restart_and_hands_out_whole_lines(tmp_path: Path) -> None:
    first = Spool(tmp_path)
    first.write(b"one\n")
    first.close()
    with next(tmp_path.glob("readings-*")).open("ab") as file:
        file.write(b"torn")
    second = Spool(tmp_path)
    second.write(b"two\n")
    assert second.id == first.id
    assert second.read(0, 100) == (0, b"one\ntorn\ntwo\n")
    assert second.read(0, 6) == (0, b"one\n")
    second.close()


def test_a_replaced_spool_and_a_dropped_stretch_are_said(token: str, tmp_path: Path) -> None:
    out, folder = tmp_path / "r.jsonl", tmp_path / "spool"
    server = AgentServer(Options(listen="127.0.0.1:0", token=TOKEN, spool=folder, interval_s=FAST))
    server.start()
    agent = RemoteAgent(host(server.port), out, pull_every_s=FAST)
    agent.start()
    until(lambda: len(list(read_readings(out))) >= 1)
    port = server.port
    server.stop()
    shutil.rmtree(folder)
    server = AgentServer(Options(listen=f"127.0.0.1:{port}", token=TOKEN, spool=folder, interval_s=FAST))
    server.start()
    until(lambda: any("换过" in note for note in read_notes(out)))
    agent.stop()
    server.stop()
