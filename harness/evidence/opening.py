"""A package taken apart, trusting nothing that it says: every byte of the container accounted for, no path that leads
out, nothing larger than the manifest allows.

Not here: whether files are as sealed (`sealing`), signatures, verdicts.
"""

from __future__ import annotations

import errno
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from harness.errors import BadInput
from harness.evidence.container import COMMENT, COMMENT_LENGTH, DATE, MODE, seal_of

# A member's own head: signature, version, flags, method, time, date, CRC, sizes, lengths of name and extra.
_LOCAL = struct.Struct("<4s5H3I2H")
# Bytes of a directory entry without its texts, of the end, of the end of zip64.
_CENTRAL, _END, _END64 = 46, 22, 56 + 20
_WIDE = 0xFFFFFFFF  # the size stands in the zip64 field
_CHUNK = 1 << 20
_SMALL = 1 << 22
# What the standard library raises over a damaged archive, names that are no text among it.
_UNREADABLE = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError,
)  # fmt: skip
DAMAGED = "容器中的数据已损坏（无法解压，或校验码不符）。"


class Opened:
    """A container that is open for reading, and what is wrong with it as a container."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self.wrong: list[str] = []
        self._infos: dict[str, zipfile.ZipInfo] = {}
        self._archive: zipfile.ZipFile | None = None
        try:
            self._archive = zipfile.ZipFile(file)
        except _UNREADABLE:
            self.wrong.append("容器的目录已损坏，无法打开。")
            return
        self.wrong += _sealed(file)
        self.wrong += _laid_out(file, self._archive)
        for info in self._archive.infolist():
            if problem := _odd(info) or ("出现两次" if info.filename in self._infos else ""):
                self.wrong.append(f"成员 {info.filename!r} {problem}。")
            else:
                self._infos[info.filename] = info

    @property
    def names(self) -> list[str]:
        return sorted(self._infos)

    def small(self, name: str, limit: int = _SMALL) -> bytes | None:
        """The content of a member that must be small; None where it is missing, damaged or too large."""
        info = self._infos.get(name)
        if self._archive is None or info is None or info.file_size > limit:
            return None
        try:
            return b"".join(self._chunks(info, limit))
        except _UNREADABLE:
            return None

    def extract(self, into: Path, sizes: Mapping[str, int], passed: Callable[[int], None]) -> dict[str, str]:
        """Write the members that `sizes` names, none larger than it says; member → what is wrong with it."""
        wrong: dict[str, str] = {}
        for name, info in self._infos.items():
            if name not in sizes:
                continue
            target = into / name
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("xb") as out:
                    for chunk in self._chunks(info, sizes[name]):
                        out.write(chunk)
                        passed(len(chunk))
            except _UNREADABLE as error:
                wrong[name] = str(error) if isinstance(error, _TooLarge) else DAMAGED
            except OSError as error:  # a name too long, a file where a folder should be
                if error.errno in (errno.ENOSPC, errno.EDQUOT):
                    raise
                wrong[name] = f"无法解压（{error.strerror}）。"
        return wrong

    def _chunks(self, info: zipfile.ZipInfo, limit: int) -> Iterator[bytes]:
        assert self._archive is not None
        passed = 0
        with self._archive.open(info) as source:
            while chunk := source.read(min(_CHUNK, limit - passed + 1)):
                passed += len(chunk)
                if passed > limit:
                    raise _TooLarge(f"解压后超过清单所写的 {limit} 字节。")
                yield chunk


class _TooLarge(RuntimeError):
    """A member holds more than it may."""


def is_container(path: Path) -> bool:
    """Whether this file is, or was before somebody damaged it, a package of ours."""
    try:
        with path.open("rb") as file:
            head = file.read(4)
            file.seek(max(0, path.stat().st_size - COMMENT_LENGTH))
            return head == b"PK\x03\x04" or file.read(len(COMMENT)) == COMMENT
    except OSError as error:
        raise BadInput(f"无法读取 {path}（{error.strerror}）。", hint="请给出证据包（.zip）或运行目录。") from None


def _sealed(file: BinaryIO) -> list[str]:
    length = file.seek(0, 2) - COMMENT_LENGTH
    file.seek(max(length, 0))
    if length >= 0 and file.read() == seal_of(file, length):
        return []
    return ["容器的字节在打包之后被改动过，或它不是由 xinheng package 写出的。"]


def _laid_out(file: BinaryIO, archive: zipfile.ZipFile) -> list[str]:
    """Members follow each other without a gap, the directory follows the last, the end follows the directory."""
    at = 0
    for info in sorted(archive.infolist(), key=lambda each: each.header_offset):
        if info.header_offset != at:
            return [f"成员 {info.filename!r} 之前有多余的数据，或与前一个成员重叠。"]
        file.seek(at)
        head = file.read(_LOCAL.size)
        if len(head) < _LOCAL.size:
            return [f"成员 {info.filename!r} 的本地头不完整。"]
        signature, _, flags, method, _, _, crc, packed, size, name, extra = _LOCAL.unpack(head)
        agreed = (signature, flags, method, crc) == (b"PK\3\4", info.flag_bits, info.compress_type, info.CRC)
        sizes = {packed, size} == {_WIDE} or (packed, size) == (info.compress_size, info.file_size)
        if not (agreed and sizes and file.read(name) == _name(info)):
            return [f"成员 {info.filename!r} 的本地头与目录不一致。"]
        at += _LOCAL.size + name + extra + info.compress_size
    directory = sum(_CENTRAL + len(_name(i)) + len(i.extra) + len(i.comment) for i in archive.infolist())
    if archive.start_dir != at:
        return ["最后一个成员与目录之间有多余的数据。"]
    rest = file.seek(0, 2) - at - directory - len(archive.comment)
    return [] if rest in (_END, _END + _END64) else ["容器的目录之后有多余的数据。"]


def _name(info: zipfile.ZipInfo) -> bytes:
    return info.orig_filename.encode("utf-8" if info.flag_bits & 0x800 else "cp437", "replace")


def _odd(info: zipfile.ZipInfo) -> str:
    """Why this member is none that a package holds; empty when it is one."""
    path = PurePosixPath(info.orig_filename)
    if info.filename != info.orig_filename or "\\" in info.filename or "\0" in info.orig_filename:
        return "的名称含有不允许的字符"
    if path.is_absolute() or path.as_posix() != info.filename or {"..", "."} & set(path.parts) or info.is_dir():
        return "的路径不允许：可能指向包外"
    if info.external_attr != MODE or info.create_system != 3:
        return "不是普通文件（链接、目录或设备）"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or info.flag_bits & ~0x800:
        return "用了不允许的压缩或加密方式"
    return "的日期不是打包所写的" if info.date_time != DATE else ""
