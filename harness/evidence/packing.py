"""From run folders to a package: held against their seals, looked through, described, signed, written by rename.

The same runs give the same bytes, but for an SM2 signature, which holds a random number by its nature.
Not here: options of a command, a timestamp's response (`timestamping`), checking a package (`harness.verify`).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness import event_log, events
from harness.errors import BadInput
from harness.evidence import container, description, manifest, scanning, sealing, signatures, timestamps
from harness.evidence.container import Member
from harness.evidence.description import Description, Events, PackedRun, Signer
from harness.evidence.keys import PrivateKey
from harness.evidence.manifest import Entry
from harness.evidence.whole import whole
from harness.model import Part
from harness.recording import alone_in
from harness.runfile import RUN, parts_of, read_run

_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to pack, and how. `signing`: name of the signature → key."""

    run_dirs: Sequence[Path]
    out: Path
    signing: Mapping[str, PrivateKey] = field(default_factory=dict)
    request_to: Path | None = None
    personal_data: str = ""  # the reason why personal data may be inside
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """What was written; the digests are those of the manifest's entries, worth keeping elsewhere."""

    path: Path
    files: int
    bytes: int
    packed_bytes: int
    sha256: str
    sm3: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """A run folder that may go into the package."""

    source: Path
    folder: str
    run: dict[str, Any]
    entries: tuple[Entry, ...]  # of its own manifest, and the manifest itself


def pack(order: Order, tell: Callable[[events.Event], None]) -> Packed:
    """Write the package. Nothing is written where anything speaks against it."""
    _refuse_the_place(order)
    folders = _folders(order)
    with ExitStack() as held:
        for run_dir in order.run_dirs:
            if not (run_dir / RUN).is_file():
                raise BadInput(f"{run_dir} 不是运行目录。", hint="请给出运行目录，例如 out/demo。")
            held.enter_context(alone_in(run_dir))
        tell(events.Stage(name="核对运行目录", total=1))
        runs = [_intact(run_dir, folder) for run_dir, folder in zip(order.run_dirs, folders, strict=True)]
        notes = _looked_through(order, runs, tell)
        members = list(_members(order, runs))
        total = sum(entry.bytes for run in runs for entry in run.entries)
        tell(events.Stage(name="写入证据包", total=total))
        with whole(order.out) as out:
            container.write(out, members, _counting(tell))
        sealed = next(member.content for member in members if member.name == manifest.NAME)
        if order.request_to is not None:
            with whole(order.request_to) as out:
                out.write(timestamps.request(sealed))
    entries = list((manifest.parse(sealed) or {}).values())
    sha256, sm3 = manifest.digest_of(entries)
    return Packed(
        path=order.out, files=len(entries), bytes=total, packed_bytes=order.out.stat().st_size,
        sha256=sha256, sm3=sm3, notes=notes,
    )  # fmt: skip


def _refuse_the_place(order: Order) -> None:
    places = [order.out, *([order.request_to] if order.request_to else [])]
    for place, run_dir in ((place, run_dir) for place in places for run_dir in order.run_dirs):
        if place.resolve().is_relative_to(run_dir.resolve()):
            raise BadInput(f"{place} 在运行目录 {run_dir} 之内，写入会改动已封存的目录。", hint="请换一个位置。")
    if order.out.exists():
        raise BadInput(f"{order.out} 已存在。", hint="信衡不会覆盖证据：请换一个 --out，或先移走它。")


def _folders(order: Order) -> list[str]:
    """`runs/<name of the folder>`; folders of one name are numbered."""
    names = [run_dir.resolve().name for run_dir in order.run_dirs]
    seen: Counter[str] = Counter()
    folders = []
    for name in names:
        seen[name] += 1
        folders.append(f"{description.RUNS}/{name}" + (f"-{seen[name]}" if seen[name] > 1 else ""))
    if len(set(folders)) < len(folders) or len({d.resolve() for d in order.run_dirs}) < len(names):
        raise BadInput("同一个运行目录给了两次，或目录的名称会混淆。", hint="每个运行目录只写一次，必要时改名。")
    return folders


def _intact(run_dir: Path, folder: str) -> _Run:
    """The run as sealed; a folder that is not, or whose log does not fit together, is refused."""
    wrong = [str(each) for each in sealing.check(run_dir)]
    chain = _chain(run_dir)
    wrong += [f"{event_log.NAME}：{each}" for each in chain.broken] if chain else []
    if wrong:
        more = f" 等 {len(wrong)} 处" if len(wrong) > 1 else ""
        raise BadInput(
            f"{run_dir} 与封存时不一致：{wrong[0]}{more}",
            hint=f"请用 xinheng verify {run_dir} 查看；确认无误后用 xinheng report 重新封存。",
        )
    entries = sealing.read(run_dir)
    if odd := next((path for path in (folder, *(entry.path for entry in entries)) if "\\" in path), ""):
        raise BadInput(f"{run_dir} 中的名称 {odd} 含有反斜杠，别的系统会把它当作路径。", hint="请改名后重新封存。")
    own = sealing.hash_all(run_dir, [manifest.NAME])
    return _Run(source=run_dir, folder=folder, run=read_run(run_dir), entries=(*entries, *own))


def _chain(run_dir: Path) -> event_log.Chain | None:
    log = run_dir / event_log.NAME
    return event_log.check(log.read_bytes()) if log.is_file() else None


# --------------------------------------------------------------------------- what must not leave the house


def synthetic(run: Mapping[str, Any]) -> bool:
    """Whether all data of a run was generated by our packs: nothing that was there before, nobody's own pack."""
    generated = run["plan"].get("data", {}).get("mode", "load") != "keep"
    ours = all(pack.get("known_as", name) == name for name, pack in run["packs"].items())
    return generated and ours and bool(run["packs"]) and parts_of(run) != (Part.DATA,)


def _looked_through(order: Order, runs: Sequence[_Run], tell: Callable[[events.Event], None]) -> tuple[str, ...]:
    """Refuse what must not leave; what could not be looked for is said."""
    tell(events.Stage(name="查找凭据与个人信息", total=sum(e.bytes for run in runs for e in run.entries)))
    passed = _counting(tell)
    found: list[scanning.Place] = []
    unset: set[str] = set()
    for run in runs:
        names = scanning.secret_names(run.run["stacks"])
        unset |= {name for name in names if not scanning.secret_values([name], order.environ)}
        wanted = scanning.Wanted(
            secrets=scanning.secret_values(names, order.environ),
            personal=not (order.personal_data or synthetic(run.run)),
        )
        paths = [entry.path for entry in run.entries]
        places = scanning.look_through(run.source, paths, wanted, passed)
        found += [replace(place, path=f"{run.source.name}/{place.path}") for place in places]
    _refuse(found)
    if not unset:
        return ()
    return (f"环境变量 {'、'.join(sorted(unset))} 没有设置或太短，没有按它的值查找。",)


def _refuse(found: Sequence[scanning.Place]) -> None:
    """Credentials always; personal data where nobody gave a reason to keep it."""
    if not found:
        return
    secret = [place for place in found if not place.kind.personal]
    shown = secret or found
    what = "凭据，不能打包" if secret else "个人信息，不能打包"
    lines = "\n".join(f"  {place}" for place in shown[:_SHOWN])
    more = f"\n  …… 另有 {len(shown) - _SHOWN} 处" if len(shown) > _SHOWN else ""
    hint = (
        "请从来源处去掉（密码只写在环境变量里），重新运行；信衡不会打印凭据本身。"
        if secret
        else "确有理由保留时：--allow-personal-data 理由（理由会写入证据包）。"
    )
    raise BadInput(f"在运行目录中找到{what}：\n{lines}{more}", hint=hint)


# --------------------------------------------------------------------------- what goes in


def _members(order: Order, runs: Sequence[_Run]) -> Iterator[Member]:
    about = description.dump(_described(order, runs))
    entries = [replace(entry, path=f"{run.folder}/{entry.path}") for run in runs for entry in run.entries]
    sources = {f"{run.folder}/{entry.path}": run.source / entry.path for run in runs for entry in run.entries}
    own = Entry(path=description.NAME, **manifest.digests_of(about))
    sealed = manifest.canonical(sorted([*entries, own], key=lambda each: each.path))
    yield Member(name=description.NAME, content=about)
    yield Member(name=manifest.NAME, content=sealed)
    for name, key in order.signing.items():
        yield Member(name=_signature(name), content=signatures.dump(signatures.sign(key, sealed)))
    for entry in entries:
        yield Member(name=entry.path, source=sources[entry.path], entry=entry)


def _described(order: Order, runs: Sequence[_Run]) -> Description:
    return Description(
        made_by=description.made_by(),
        libraries=description.libraries(),
        runs=tuple(_packed(run, order) for run in runs),
        personal_data=order.personal_data,
        not_looked_into=tuple(sorted(scanning.OPAQUE)),
        signers=tuple(
            Signer(file=_signature(name), algorithm=key.public.algorithm, fingerprint=key.public.fingerprint)
            for name, key in order.signing.items()
        ),
        timestamp_requested=order.request_to is not None,
    )


def _packed(run: _Run, order: Order) -> PackedRun:
    chain = _chain(run.source)
    sha256, sm3 = manifest.digest_of(run.entries[:-1])
    data = "synthetic" if synthetic(run.run) else "allowed" if order.personal_data else "none found"
    return PackedRun(
        folder=run.folder,
        run_id=str(run.run["run_id"]),
        created=str(run.run["created"]),
        files=len(run.entries),
        bytes=sum(entry.bytes for entry in run.entries),
        sha256=sha256,
        sm3=sm3,
        data=data,
        events=Events(lines=chain.lines if chain else 0, head=chain.head if chain else ""),
    )


def _signature(name: str) -> str:
    return f"{signatures.FOLDER}/{name}.json"


def _counting(tell: Callable[[events.Event], None]) -> Callable[[int], None]:
    """Bytes that went by, as events."""
    done = 0

    def passed(count: int) -> None:
        nonlocal done
        done += count
        tell(events.Progress(done=float(done)))

    return passed
