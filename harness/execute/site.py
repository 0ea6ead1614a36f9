"""Where a pass runs: one stack with its driver and one pack's data on it. Loading, checking, cleaning in one place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import BadInput, StackProtected
from harness.events import Event, Progress, Stage
from harness.execute.peers import MessageDriverFor, message_drivers
from harness.message import Interface
from harness.model import Pack, Part, Probe, Role, SqlEndpoint, Stack
from harness.ports import Driver, MessageDriver, ReferenceServer
from harness.runfile import used_endpoints
from harness.settings import Plan
from harness.workload import reachable

TITLES = {Role.ORIGINAL: "原系统", Role.MIGRATED: "迁移后系统"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hospital:
    """A pack with the hospital generated for it; generated once, loaded many times."""

    pack: Pack
    world: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What the composition root hands to the harness, which knows no product and no pack."""

    driver_for: Callable[[SqlEndpoint], Driver]
    locustfile: Callable[[str], Path]
    message_driver_for: MessageDriverFor
    probes: Callable[[], tuple[Probe, ...]] = tuple  # the database compatibility suite
    # Speaks a family (http postgresql mysql) with a median service time in ms; none: the generator is not calibrated.
    reference_server: Callable[[str, float], AbstractContextManager[ReferenceServer]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One `xinheng run`: everything its passes share."""

    run_dir: Path
    plan: Plan
    stacks: Mapping[Role, Stack]
    drivers: Mapping[Role, Driver]
    hospitals: tuple[Hospital, ...]
    tools: Tools
    parts: tuple[Part, ...] = (Part.FUNCTIONAL, Part.LOAD)
    probes: tuple[Probe, ...] = ()
    resumed: bool = False
    decided: Callable[[str, int], str] | None = None  # (pack, level index) → why the level may stop, or ""
    prepared: set[tuple[Role, str]] = field(default_factory=set)  # schema made in this process

    @property
    def endpoints(self) -> frozenset[str]:
        """The interfaces that both stacks answer for; only these are used, so that both get the same work."""
        return used_endpoints(self.stacks.values())

    def interfaces(self, pack: Pack) -> list[Interface]:
        """Those of a pack's interfaces that are used."""
        return [interface for interface in pack.interfaces if interface.name in self.endpoints]

    def message_drivers(self, role: Role, pack: Pack) -> dict[str, MessageDriver]:
        known = {name: self.stacks[role].endpoints[name] for name in self.endpoints}
        return message_drivers(pack, known, self.tools.message_driver_for)

    def keeps_data(self, role: Role) -> bool:
        """Whether the migrated stack's tables are the migration's own work and must not be made by us."""
        return role is Role.MIGRATED and self.plan.data.mode == "keep"


def mark_of(pack: Pack) -> str:
    """How the harness marks tables that it made."""
    return f"xinheng:{pack.name}:{pack.version}"


def refuse_protected(stacks: Mapping[Role, Stack]) -> None:
    """No write, load or fault on a production stack (DESIGN.md rule 10)."""
    for role, stack in stacks.items():
        if stack.production:
            raise StackProtected(
                f"{TITLES[role]}（{stack.title}）标记为生产环境（production = true），拒绝运行。",
                hint="请改用仿真测试环境；确认不是生产环境后，再把 stacks.toml 中的 production 改为 false。",
            )


def refuse_without_database(stacks: Mapping[Role, Stack], packs: Iterable[Pack]) -> None:
    """A pack that keeps its business in tables needs the database of every stack."""
    for pack in packs:
        for role, stack in stacks.items():
            if not stack.sql.url and (pack.metadata.tables or pack.statements):
                raise BadInput(
                    f"{TITLES[role]}没有写数据库地址，场景包 {pack.name} 有自己的表，不能在它上面运行。",
                    hint=f"请在 stacks.toml 中写出 [stacks.{role}.sql]，或只运行由文件描述、没有表的场景包。",
                )


def refuse_unreachable(endpoints: Collection[str], packs: Iterable[Pack]) -> None:
    """A pack of which nothing ordinary can be carried out makes no run."""
    for pack in packs:
        if not any(t.weight > 0 for t in reachable(pack, endpoints)):
            wanted = "、".join(i.name for i in pack.interfaces)
            there = "、".join(sorted(endpoints)) or "没有"
            raise BadInput(
                f"场景包 {pack.name} 没有一项业务能够办理：它要用的接口是 {wanted}，技术栈文件里有地址的是 {there}。",
                hint="请在 stacks.toml 中用 [stacks.….endpoints.接口名称] 写出地址，名称与场景包中的一致，两侧都要写。",
            )


_OF_DATABASES = (Part.COMPAT, Part.DATA)


def possible_parts(stacks: Mapping[Role, Stack], *, planned: Sequence[Part], named: Sequence[Part]) -> tuple[Part, ...]:
    """What a run consists of. What asks the databases themselves is left out without one; named, it is refused."""
    without = [TITLES[role] for role, stack in stacks.items() if not stack.sql.url]
    refused = [part for part in named if part in _OF_DATABASES]
    if without and refused:
        raise BadInput(
            f"{'、'.join(without)}没有写数据库地址，{'、'.join(refused)} 不能执行。",
            hint="请在 stacks.toml 中写出两侧的 sql，或从 --only 中去掉它。",
        )
    return tuple(part for part in named or planned if part not in _OF_DATABASES or not without)


def refuse_foreign(job: Job, role: Role, pack: Pack) -> None:
    """Tables of the pack's names that we did not make hold somebody's data."""
    foreign = job.drivers[role].foreign_tables([t.name for t in pack.metadata.sorted_tables])
    if foreign:
        shown = "、".join(foreign[:5]) + ("…" if len(foreign) > 5 else "")
        raise StackProtected(
            f"{TITLES[role]}中已有不是信衡建立的同名表：{shown}，拒绝覆盖。",
            hint='请换一个空的数据库或模式；若这些表由迁移工具装入，请在方案中写 data.mode = "keep"。',
        )


def tables_not_ours(job: Job, role: Role, pack: Pack) -> bool:
    """Whether a stack's tables were kept and are not ours to empty."""
    tables = [table.name for table in pack.metadata.sorted_tables]
    return job.keeps_data(role) and bool(job.drivers[role].foreign_tables(tables))


def fill(job: Job, role: Role, hospital: Hospital, *, afresh: bool) -> Iterator[Event]:
    """Bring a stack to the pack's initial data; `afresh` also makes the schema anew where it is ours to make."""
    driver, pack = job.drivers[role], hospital.pack
    tables = [t.name for t in pack.metadata.sorted_tables]
    yield Stage(name=f"装载数据：{TITLES[role]}", total=len(tables))
    key = (role, pack.name)
    if job.keeps_data(role) or (key in job.prepared and not afresh):
        driver.clear(pack.metadata)
    else:
        refuse_foreign(job, role, pack)
        driver.create(pack.metadata, mark=mark_of(pack))
        job.prepared.add(key)
    for done, (table, columns, rows) in enumerate(pack.rows(hospital.world), 1):
        driver.load(table, columns, rows)
        yield Progress(done=done)
    driver.finish_load(pack.metadata)
