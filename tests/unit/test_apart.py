"""Both stacks under load at once: only where every host is known and no machine serves two of the three."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.agent.serve import AgentServer, Options
from harness.errors import BadInput
from harness.execute import apart
from harness.model import Host, Role, SqlEndpoint, Stack


def stacks(original: tuple[str, ...], migrated: tuple[str, ...]) -> dict[Role, Stack]:
    sides = {Role.ORIGINAL: original, Role.MIGRATED: migrated}
    return {
        role: Stack(
            role=role, title=role.value, sql=SqlEndpoint(url="postgresql://h/d", product="postgresql"),
            hosts=tuple(Host(name=name, agent="local") for name in names),
        )
        for role, names in sides.items()
    }  # fmt: skip


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is one machine here. A host's machine is its name up to the point; "unknown" has none."""
    monkeypatch.setattr(apart, "machine_of", lambda host: host.name.partition(".")[0].removeprefix("unknown"))
    monkeypatch.setattr(apart, "boot_id", lambda: "generator")


@pytest.mark.usefixtures("pretended")
def test_machines_of_their_own_are_fine_also_several_of_one_side() -> None:
    apart.refuse_shared(stacks(("a.db", "a.app", "b"), ("c", "d")))


@pytest.mark.usefixtures("pretended")
@pytest.mark.parametrize(
    ("original", "migrated", "said"),
    [
        (("a", "x.db"), ("b", "x.app"), "迁移后系统的主机 x.app与原系统的主机 x.db在同一台机器上"),
        (("a",), ("b", "generator.db"), "迁移后系统的主机 generator.db与压测机在同一台机器上"),
        (("generator",), ("b",), "原系统的主机 generator与压测机在同一台机器上"),
        (("a",), (), "迁移后系统没有配置主机（hosts）"),
        (("unknown",), ("b",), "不能确认原系统的主机 unknown是哪一台机器"),
    ],
)
def test_what_shares_a_machine_or_is_not_known_is_refused(
    original: tuple[str, ...], migrated: tuple[str, ...], said: str
) -> None:
    with pytest.raises(BadInput, match=r"load\.parallel") as refused:
        apart.refuse_shared(stacks(original, migrated))
    assert said in str(refused.value)
    assert "turn_seconds" in refused.value.hint


def test_a_machine_is_the_same_seen_from_within_and_over_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENT_TOKEN", "correct-horse-battery")
    server = AgentServer(
        Options(listen="127.0.0.1:0", token="correct-horse-battery", spool=tmp_path / "spool", interval_s=1.0)
    )
    server.start()
    try:
        remote = Host(name="far", agent=f"http://127.0.0.1:{server.port}", token_env="AGENT_TOKEN")
        assert apart.machine_of(remote) == apart.machine_of(Host(name="here", agent="local")) == apart.boot_id() != ""
    finally:
        server.stop()
