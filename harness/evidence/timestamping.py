"""A timestamp authority's response put beside the manifest in a package. What it proves: `timestamps`."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from harness.errors import BadInput
from harness.evidence import container, manifest, timestamps
from harness.evidence.container import Member
from harness.evidence.opening import Opened
from harness.evidence.timestamps import Stamp
from harness.evidence.whole import whole


def add(package: Path, response: Path, out: Path) -> tuple[str, Stamp]:
    """Write the package with the response to `out`, which may be the package itself; (member, what it says)."""
    try:
        content = response.read_bytes()
    except OSError as error:
        raise BadInput(f"无法读取 {response}（{error.strerror}）。", hint="请给出时间戳机构的回执（.tsr）。") from None
    sealed, names = _manifest_of(package)
    stamp = timestamps.look_at(content, sealed)
    if stamp.wrong:
        raise BadInput(f"{response}：{stamp.wrong}", hint="请用打包时写出的请求文件（.tsq）申请，并给出它的回执。")
    name = f"{timestamps.FOLDER}/{_number(names):02}.tsr"
    with whole(out) as target:
        with package.open("rb") as source:
            shutil.copyfileobj(source, target, 1 << 20)
        container.append(target, Member(name=name, content=content))
    return name, stamp


def _manifest_of(package: Path) -> tuple[bytes, list[str]]:
    """The manifest's bytes, and the names of all members, of a package that is intact as a container."""
    try:
        with package.open("rb") as file:
            opened = Opened(package, file)
            sealed = opened.small(manifest.NAME, manifest.LARGEST)
    except OSError as error:
        raise BadInput(
            f"无法读取 {package}（{error.strerror}）。", hint="请给出 xinheng package 写出的证据包。"
        ) from None
    if opened.wrong or sealed is None or manifest.parse(sealed) is None:
        raise BadInput(
            f"{package} 不是完好的证据包：{(opened.wrong or ['清单不存在或已被改动。'])[0]}",
            hint="请用 xinheng verify 查看，并用打包时的原件。",
        )
    return sealed, opened.names


def _number(names: Sequence[str]) -> int:
    return 1 + sum(name.startswith(f"{timestamps.FOLDER}/") for name in names)
