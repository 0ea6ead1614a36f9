"""`xinheng package · timestamp · verify · keygen`: evidence handed over, and checked by whoever gets it."""

from __future__ import annotations

import os
import re
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from harness.cli import parts
from harness.cli.parts import Json
from harness.errors import BadInput

if TYPE_CHECKING:
    from harness.evidence.keys import PrivateKey
    from harness.evidence.packing import Packed
    from harness.verify import Verified


def package(
    run_dirs: Annotated[list[Path], typer.Argument(help="运行目录，可给多个")],
    out: Annotated[Path | None, typer.Option("--out", help="证据包文件；默认是第一个运行目录加 .zip")] = None,
    sign: Annotated[list[Path] | None, typer.Option("--sign", help="签名私钥（Ed25519 或 SM2），可给多次")] = None,
    timestamp_request: Annotated[
        Path | None, typer.Option("--timestamp-request", help="把 RFC 3161 时间戳请求写到这个文件（.tsq）")
    ] = None,
    allow_personal_data: Annotated[
        str, typer.Option("--allow-personal-data", help="允许含有个人信息，并写明理由")
    ] = "",
    json_: Json = False,
) -> None:
    """把运行目录做成一个可移交的证据包：核对、查找凭据、列清单、签名。"""
    from harness.evidence import packing
    from harness.progress import Display

    order = packing.Order(
        run_dirs=run_dirs,
        out=out or run_dirs[0].with_name(run_dirs[0].resolve().name + ".zip"),
        signing=_signing(sign or []),
        request_to=timestamp_request,
        personal_data=allow_personal_data.strip(),
    )
    with Display(parts.errors) as display:
        packed = packing.pack(order, display)
    told = {key: str(value) if isinstance(value, Path) else value for key, value in asdict(packed).items()}
    parts.say(told, lambda: _print_packed(packed, order.request_to), as_json=json_)


def timestamp(
    package: Annotated[Path, typer.Argument(help="证据包（.zip）")],
    response: Annotated[Path, typer.Argument(help="时间戳机构的回执（.tsr）")],
    out: Annotated[Path | None, typer.Option("--out", help="写到另一个文件；默认写回证据包本身")] = None,
    json_: Json = False,
) -> None:
    """把时间戳机构的回执放进证据包。"""
    from harness.evidence import timestamping

    target = out or package
    if out is not None and out.exists():
        raise BadInput(f"{out} 已存在。", hint="请换一个 --out，或先移走它。")
    name, stamp = timestamping.add(package, response, target)
    parts.say(
        {"package": str(target), "member": name, "time": f"{stamp.when:%Y-%m-%dT%H:%M:%SZ}", "serial": stamp.serial},
        lambda: typer.echo(f"回执已放入 {target}（{name}），时间 {stamp.when:%Y-%m-%d %H:%M:%S} UTC。"),
        as_json=json_,
    )


def verify(
    path: Annotated[Path, typer.Argument(help="证据包（.zip）或运行目录")],
    trust: Annotated[list[Path] | None, typer.Option("--trust", help="必须有这个公钥的签名，可给多次")] = None,
    tsa_root: Annotated[Path | None, typer.Option("--tsa-root", help="时间戳机构的根证书，必须能证明时间戳")] = None,
    json_: Json = False,
) -> None:
    """离线复核：容器、每个文件的 SHA-256 与 SM3、事件链、签名、时间戳，并由记录重新计算判定。"""
    from harness.cli.report import rewritten
    from harness.evidence import keys, opening, timestamps
    from harness.evidence.examining import Demands
    from harness.progress import Display
    from harness.verify import Readers, verify_folder, verify_package
    from reports import resultfile

    readers = Readers(result=resultfile.read_result, series=resultfile.read_series, rewritten=rewritten)
    demands = Demands(
        keys=[keys.read_public(each) for each in trust or []],
        roots=timestamps.read_root(tsa_root) if tsa_root else [],
    )
    with Display(parts.errors) as display:
        if path.is_dir():
            if demands.keys or demands.roots:
                raise BadInput("运行目录没有签名和时间戳。", hint="--trust 和 --tsa-root 只用于证据包（.zip）。")
            verified = verify_folder(path, readers, display)
        elif opening.is_container(path):
            verified = verify_package(path, readers, demands, display)
        else:
            raise BadInput(
                f"{path} 既不是证据包也不是运行目录。", hint="请给出 xinheng package 写出的 .zip，或运行目录。"
            )
    fine = not verified.wrong and not verified.unchecked
    told = {"ok": fine, "mismatches": verified.wrong} | {
        name: value for name, value in asdict(verified).items() if name != "wrong"
    }
    parts.say(told, lambda: _print_verified(verified), as_json=json_)
    raise typer.Exit(1 if verified.wrong else BadInput.exit_code if verified.unchecked else 0)


def keygen(
    out: Annotated[Path, typer.Argument(help="私钥文件，例如 评估.pem；公钥写在旁边的 评估.pub.pem")],
    sm2: Annotated[bool, typer.Option("--sm2", help="生成 SM2 密钥，而不是 Ed25519")] = False,
    json_: Json = False,
) -> None:
    """生成一对签名密钥。私钥只有本人可读，请妥善保管；公钥交给复核的人。"""
    from harness.evidence import keys
    from harness.evidence.whole import whole

    public = out.with_name(out.stem + ".pub.pem")
    for path in (out, public):
        if path.exists():
            raise BadInput(f"{path} 已存在。", hint="信衡不会覆盖密钥：请换一个名称。")
    key = keys.generate(keys.SM2 if sm2 else keys.ED25519)
    for path, pem, mode in ((out, key.pem, 0o600), (public, key.public.pem, 0o644)):
        with whole(path, mode) as file:
            file.write(pem.encode())
    told = {"private_key": str(out), "public_key": str(public), "fingerprint": key.public.fingerprint}
    parts.say(
        told,
        lambda: typer.echo(f"私钥 {out}\n公钥 {public}\n指纹 {key.public.fingerprint}"),
        as_json=json_,
    )


def _signing(paths: list[Path]) -> dict[str, PrivateKey]:
    """Name of the signature → key: the name of the key's file."""
    from harness.evidence import keys

    found = {re.sub(r"[^\w.-]", "_", path.stem): keys.read_private(path, os.environ) for path in paths}
    twice = next((name for name, uses in Counter(path.stem for path in paths).items() if uses > 1), "")
    if twice or len(found) < len(paths):
        raise BadInput(
            f"--sign 给出的密钥中有两个名为“{twice or paths[-1].stem}”。", hint="签名以密钥的文件名命名，请改名。"
        )
    return found


def _print_packed(packed: Packed, request_to: Path | None) -> None:
    typer.echo(
        f"证据包 {packed.path}：{packed.files} 个文件，{packed.bytes / 1e6:.1f} MB，"
        f"压缩后 {packed.packed_bytes / 1e6:.1f} MB"
    )
    typer.echo(f"清单摘要（请另行保存）  SM3 {packed.sm3}  SHA-256 {packed.sha256}")
    if request_to is not None:
        typer.echo(f"时间戳请求 {request_to}：交给时间戳机构，再用 xinheng timestamp 放入回执。")
    for note in packed.notes:
        typer.echo(f"注意：{note}")


def _print_verified(verified: Verified) -> None:
    for sentence in verified.wrong:
        typer.echo(f"✗ {sentence}")
    for sentence in verified.unchecked:
        typer.echo(f"？ {sentence}")
    for sentence in verified.proofs:
        typer.echo(f"✓ {sentence}")
    for sentence in verified.notes:
        typer.echo(f"注意：{sentence}")
    if verified.wrong:
        typer.echo(f"复核不通过：{len(verified.wrong)} 处不符。")
    elif verified.unchecked:
        typer.echo("复核没有做完：有内容不能核对，见上。")
    else:
        runs = f"{verified.runs} 次运行的" if verified.runs > 1 else ""
        typer.echo(f"复核通过：{verified.files} 个文件的摘要一致，{runs}判定可由记录重算得出。")
