"""A package examined as a package: container, every file against the manifest, signatures, timestamps.

What a verifier demands of it (a key that must have signed, a root that must have stamped) comes from outside: a
package cannot vouch for itself. Not here: event logs and verdicts of its runs (`harness.verify`).
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509

from harness import events
from harness.errors import BadInput, DiskFull, DriverMissing
from harness.evidence import description, manifest, sealing, signatures, timestamps
from harness.evidence.description import Description
from harness.evidence.keys import PublicKey
from harness.evidence.manifest import Entry, Mismatch
from harness.evidence.opening import Opened
from harness.evidence.signatures import Signature
from harness.runfile import RUN

_OUTSIDE = (f"{signatures.FOLDER}/", f"{timestamps.FOLDER}/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """Keys of which each must have signed, and roots of which one must have stamped."""

    keys: Sequence[PublicKey] = ()
    roots: Sequence[x509.Certificate] = ()


@dataclass(slots=True)
class Examined:
    """Sentences on what is wrong, what could not be checked, what should be known, and what is proven."""

    wrong: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    proofs: list[str] = field(default_factory=list)
    changed: list[Mismatch] = field(default_factory=list)  # files that are not as sealed; in `wrong` as well
    runs: list[str] = field(default_factory=list)  # folders of the runs, once unpacked
    files: int = 0
    bytes: int = 0


def examine(package: Path, into: Path, demands: Demands, tell: Callable[[events.Event], None]) -> Examined:
    """Unpack into an empty folder and check everything but the runs' contents."""
    examined = Examined()
    try:
        with package.open("rb") as file:
            opened = Opened(package, file)
            examined.wrong += [f"{package.name}：{each}" for each in opened.wrong]
            sealed = opened.small(manifest.NAME, manifest.LARGEST)
            entries = manifest.parse(sealed) if sealed is not None else None
            if sealed is None or entries is None:
                what = "不存在或已损坏" if sealed is None else "已被改动"
                examined.wrong.append(f"{manifest.NAME}：清单{what}，其余文件无法据此核对。")
                return examined
            _unpack(examined, opened, entries, into, tell)
            _signed_and_stamped(examined, opened, sealed, demands)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"磁盘已满，无法解压到 {into}。", hint="请用环境变量 TMPDIR 指定空间足够的位置。") from error
        raise
    return examined


def _unpack(
    examined: Examined, opened: Opened, entries: dict[str, Entry], into: Path, tell: Callable[[events.Event], None]
) -> None:
    """Every file of the manifest, bounded by its size there, and held against it."""
    total = sum(entry.bytes for entry in entries.values())
    if total > shutil.disk_usage(into).free:
        raise BadInput(f"解压需要 {total / 1e6:.0f} MB，{into} 没有这么多空间。", hint="请用环境变量 TMPDIR 指定别处。")
    tell(events.Stage(name="解压", total=total or 1))
    done = 0

    def passed(count: int) -> None:
        nonlocal done
        done += count
        tell(events.Progress(done=done))

    broken = opened.extract(into, {path: entry.bytes for path, entry in entries.items()}, passed)
    examined.changed += [Mismatch(path=path, kind="changed", what=what) for path, what in broken.items()]
    extra = [n for n in opened.names if n not in entries and n != manifest.NAME and not n.startswith(_OUTSIDE)]
    examined.changed += [Mismatch(path=n, kind="extra", what="清单中没有，包中却有。") for n in extra]
    tell(events.Stage(name="核对摘要", total=1))
    whole = {path: entry for path, entry in entries.items() if path not in broken}
    examined.changed += [each for each in sealing.check_against(into, whole) if each.path not in broken]
    examined.wrong += map(str, sorted(examined.changed, key=lambda each: each.path))
    examined.files, examined.bytes = len(entries), total


def _signed_and_stamped(examined: Examined, opened: Opened, sealed: bytes, demands: Demands) -> None:
    content = opened.small(description.NAME)
    about = description.load(content) if content is not None else None
    if about is None:
        claimed = description.format_of(content or b"")
        if content is not None and claimed not in (None, description.FORMAT):
            examined.unchecked.append(f"{description.NAME}：格式 {claimed} 由更新的版本写出，请用那个版本复核。")
        else:
            examined.wrong.append(f"{description.NAME}：不存在、已损坏或内容不符合格式。")
        return
    # Only what was unpacked here: a description may name any folder of this machine.
    examined.runs += [run.folder for run in about.runs if f"{run.folder}/{RUN}" in opened.names]
    _runs_as_described(examined, opened, about)
    _signatures(examined, opened, about, sealed, demands.keys)
    _timestamps(examined, opened, about, sealed, demands.roots)


def _runs_as_described(examined: Examined, opened: Opened, about: Description) -> None:
    """Each run's own manifest says of its files what the package's says; their hashes need no second look."""
    sealed = manifest.parse(opened.small(manifest.NAME, manifest.LARGEST) or b"") or {}
    for run in about.runs:
        place = f"{run.folder}/{manifest.NAME}"
        own = manifest.parse(opened.small(place, manifest.LARGEST) or b"")
        here = {
            path.removeprefix(f"{run.folder}/"): entry
            for path, entry in sealed.items()
            if path.startswith(f"{run.folder}/") and path != place
        }
        same = own is not None and {p: _said(e) for p, e in own.items()} == {p: _said(e) for p, e in here.items()}
        described = (run.sha256, run.sm3) == manifest.digest_of((own or {}).values())
        if not (same and described) and all(each.path != place for each in examined.changed):
            examined.wrong.append(f"{place}：与证据包的清单或 {description.NAME} 所写的不一致。")


def _said(entry: Entry) -> tuple[int, str, str]:
    return entry.bytes, entry.sha256, entry.sm3


def _signatures(
    examined: Examined, opened: Opened, about: Description, sealed: bytes, trusted: Sequence[PublicKey]
) -> None:
    """Every signature that the description names, no other, and one by each trusted key."""
    expected = {signer.file: signer for signer in about.signers}
    found = [name for name in opened.names if name.startswith(f"{signatures.FOLDER}/")]
    examined.wrong += [f"{name}：签名缺失。" for name in expected if name not in found]
    examined.wrong += [f"{name}：不是打包时的签名。" for name in found if name not in expected]
    right: set[bytes] = set()
    for name in found:
        signature = signatures.load(opened.small(name) or b"")
        if signature is None:
            examined.wrong.append(f"{name}：签名文件已损坏或被改动。")
        elif name in expected and signature.key.fingerprint != expected[name].fingerprint:
            examined.wrong.append(f"{name}：签名所用的密钥不是打包时的密钥。")
        elif _holds(examined, name, signature, sealed):
            right.add(signature.key.der)
            examined.proofs.append(f"{name}：{signature.key.algorithm} 签名有效，公钥指纹 {signature.key.fingerprint}")
    examined.wrong += [f"没有受信任的密钥 {key.fingerprint} 的有效签名。" for key in trusted if key.der not in right]
    if right and not trusted:
        examined.notes.append("签名只与包内附带的公钥核对；要确认签名人，请用 --trust 给出另行取得的公钥。")


def _holds(examined: Examined, name: str, signature: Signature, sealed: bytes) -> bool:
    try:
        right = signature.right(sealed)
    except DriverMissing as missing:
        examined.unchecked.append(f"{name}：{missing.message}{missing.hint}")
        return False
    if not right:
        examined.wrong.append(f"{name}：签名与清单不符。")
    return right


def _timestamps(
    examined: Examined, opened: Opened, about: Description, sealed: bytes, roots: Sequence[x509.Certificate]
) -> None:
    """Every response; with roots, at least one must be proven by them."""
    found = [name for name in opened.names if name.startswith(f"{timestamps.FOLDER}/")]
    proven = False
    for name in found:
        stamp = timestamps.look_at(opened.small(name) or b"", sealed, roots)
        if stamp.wrong:
            examined.wrong.append(f"{name}：{stamp.wrong}")
            continue
        proven |= stamp.chained
        how = "签名与证书链有效" if stamp.chained else "摘要相符；签名未核对，请用 --tsa-root 给出时间戳机构的根证书"
        examined.proofs.append(f"{name}：{stamp.when:%Y-%m-%d %H:%M:%S} UTC，序号 {stamp.serial}，{how}")
    if roots and not proven:
        examined.wrong.append(f"{timestamps.FOLDER}/：没有能由给出的根证书证明的时间戳。")
    if about.timestamp_requested and not found:
        examined.notes.append("打包时写出了时间戳请求，包中还没有回执（xinheng timestamp）。")
