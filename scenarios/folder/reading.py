"""A folder → its pack, or everything that is wrong with it: file, key, what to write instead.

Not here: the schema (`described.py`), what a message file says (`content_check.py`).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.execute.conversation import COMMIT, ROLLBACK
from harness.message import Interface, Message
from harness.model import Transaction
from harness.settings_check import complaint, nearest, read_toml, validated
from scenarios.folder import template
from scenarios.folder.content_check import flaw
from scenarios.folder.described import PATTERNS, USUAL_CONTENT, InterfaceTable, MessageTable, PackFile
from scenarios.folder.drawing import CHARSET, Supply, draw_for
from scenarios.folder.files import PACK_FILE, Files
from scenarios.folder.pack import FolderPack
from scenarios.folder.sending import Compose, Send, body_of

Problem = tuple[str, str]


def read(folder: Path) -> FolderPack:
    """The pack that lies in a folder. Raises BadSettings with a line for each problem, BadInput where there is none."""
    file = folder / PACK_FILE
    if not file.is_file():
        raise BadInput(
            f"{folder} 不是场景包的文件夹：其中没有 {PACK_FILE}。",
            hint="用 xinheng pack new 名称 建一个样例，或用 xinheng pack import 由现有的报文生成。",
        )
    described = validated(PackFile, read_toml(file), file=str(file), patterns=PATTERNS)
    reading = _Reading(described, Files(folder))
    if reading.problems:
        raise complaint(str(file), reading.problems)
    return reading.pack()


class _Reading:
    """One folder while it is read: every message becomes what is sent, every problem is kept."""

    def __init__(self, described: PackFile, files: Files) -> None:
        self._described, self._files = described, files
        self._interfaces = {table.name: table for table in described.interface}
        self._lists: dict[str, list[Mapping[str, str]]] = {}
        self._composed: dict[str, Compose] = {}
        self.problems: list[Problem] = [*self._names(), *self._documents()]
        for number, table in enumerate(described.message, 1):
            self._message(f"message[第 {number} 项]", table)
        self.problems += self._transactions()

    # ------------------------------------------------------------------ what is wrong

    def _names(self) -> Iterator[Problem]:
        described = self._described
        groups = {
            "interface": [each.name for each in described.interface],
            "message": [each.name for each in described.message],
            "transaction": [each.name for each in described.transaction],
        }
        for key, names in groups.items():
            for name, uses in Counter(names).items():
                if uses > 1:
                    yield key, f"名称 {name} 用了 {uses} 次，请改用不同的名称"
        for name in sorted({COMMIT, ROLLBACK} & {*groups["message"], *groups["transaction"]}):
            yield "message", f"名称 {name} 另有用途，请换一个"
        for name in sorted({*groups["message"]} & {*groups["transaction"]}):
            yield "transaction", f"名称 {name} 已用于一条报文，请换一个"
        if described.first is None:
            yield "first_day", "没有这一天，请改正"

    def _documents(self) -> Iterator[Problem]:
        for number, table in enumerate(self._described.interface, 1):
            if table.document and not self._files.exists(table.document):
                yield f"interface[第 {number} 项].document", f"找不到文件 {table.document}，请检查路径或删去这一行"

    def _message(self, at: str, table: MessageTable) -> None:
        interface = self._interfaces.get(table.interface)
        if interface is None:
            meant = nearest(table.interface, self._interfaces) or "、".join(self._interfaces)
            self.problems.append((f"{at}.interface", f"没有名为 {table.interface} 的接口，是否想写 {meant}"))
            return
        before = len(self.problems)
        self.problems += _out_of_place(at, table, interface)
        texts = dict(self._texts(f"{at}.file", table))
        for key, text in (("path", table.path), *((f"headers.{n}", value) for n, value in table.headers.items())):
            self.problems += [(f"{at}.{key}", sentence) for _, sentence in template.problems(text)]
        if len(self.problems) > before:
            return
        sends = sends_of(table, interface)
        composed = Compose(
            sends=sends,
            bodies=tuple(body_of(text, sends) for text in texts.values()) or (template.NOTHING,),
            path=template.template(table.path),
            method=table.method,
            headers={name: template.template(value) for name, value in table.headers.items()},
        )
        self._composed[table.name] = composed
        self.problems += self._picked(at, composed)
        if table.expect == "ok" and len(self.problems) == before:
            sample = self._sample(composed)
            flaws = {name: flaw(composed, {**sample, "variant": n}) for n, name in enumerate(texts)}
            self.problems += [(f"{at}.file", f"{name}：{broken}") for name, broken in flaws.items() if broken]

    def _texts(self, at: str, table: MessageTable) -> Iterator[tuple[str, str]]:
        """The message's files with what stands in them."""
        names = self._files.names(table.file) if table.file else []
        if table.file and not names:
            self.problems.append((at, f"文件夹 {table.file} 是空的，请放入报文文件"))
        for name in names:
            text, problem = self._files.text(name)
            wrong = [problem] if problem else [f"{name} {line}：{says}" for line, says in template.problems(text)]
            self.problems += [(at, sentence) for sentence in wrong]
            yield name, text

    def _picked(self, at: str, composed: Compose) -> Iterator[Problem]:
        """Lists that are not there, columns that they do not have."""
        for need in sorted(need for need in composed.needs if need.kind == "pick"):
            file, _, column = need.argument.partition(":")
            rows, problem = self._files.rows(file)
            if problem:
                yield at, problem
            elif column not in rows[0]:
                meant = nearest(column, rows[0]) or "、".join(rows[0])
                yield at, f"{file} 没有名为 {column} 的列，是否想写 {meant}"
            else:
                self._lists[file] = list(rows)

    def _sample(self, composed: Compose) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for need in composed.needs - {CHARSET}:
            file, _, column = need.argument.partition(":")
            values[need.key] = self._lists[file][0][column] if need.kind == "pick" else "1"
        return values

    def _transactions(self) -> Iterator[Problem]:
        messages = {table.name: table for table in self._described.message}
        for number, table in enumerate(self._described.transaction, 1):
            at = f"transaction[第 {number} 项].messages"
            for name in table.messages:
                if name not in messages:
                    meant = nearest(name, messages) or "、".join(messages)
                    yield at, f"没有名为 {name} 的报文，是否想写 {meant}"
                elif messages[name].expect == "refused":
                    yield at, f"报文 {name} 应被拒绝（expect），只能单独发送，请从这里删去"
        together = {name for table in self._described.transaction for name in table.messages}
        weights = [table.weight for table in self._described.transaction]
        weights += [m.weight for m in messages.values() if m.name not in together and m.expect == "ok"]
        if not any(weights):
            yield "message", '没有一条报文既应被受理（expect = "ok"）又有权重（weight 大于 0），请至少留一条'

    # ------------------------------------------------------------------ what it becomes

    def pack(self) -> FolderPack:
        described = self._described
        messages = {table.name: self._as_message(table) for table in described.message}
        return FolderPack(
            folder=self._files.folder,
            name=described.name,
            title=described.title,
            version=f"{described.version}+{self._files.digest[:8]}",
            interfaces=tuple(self._as_interface(table) for table in described.interface),
            messages=messages,
            transactions=tuple(self._as_transactions(messages)),
        )

    def _as_interface(self, table: InterfaceTable) -> Interface:
        own = [m for m in self._described.message if m.interface == table.name and m.battery is not None]
        return Interface(
            name=table.name,
            title=table.title,
            kind=table.kind,
            peer=table.peer,
            version=table.version,
            document=self._files.folder / table.document if table.document else None,
            battery=tuple(message.name for message in own),
        )

    def _as_message(self, table: MessageTable) -> Message:
        content = table.content or USUAL_CONTENT[self._interfaces[table.interface].kind]
        return Message(
            name=table.name,
            title=table.title,
            interface=table.interface,
            content=content,
            sends=self._composed[table.name].sends,
            compose=self._composed[table.name],
            how=table.how.how(content),
            battery=table.battery.knowledge if table.battery else None,
        )

    def _as_transactions(self, messages: Mapping[str, Message]) -> Iterator[Transaction]:
        together = {name for table in self._described.transaction for name in table.messages}
        supply = Supply(lists=self._lists, first_day=self._described.first or dt.date.min)

        def made(name: str, title: str, of: tuple[str, ...]) -> Transaction:
            composed = [self._composed[each] for each in of]
            return Transaction(
                name=name,
                title=title,
                draw=draw_for(supply, [c.needs for c in composed], [len(c.bodies) for c in composed]),
                act=Send(tuple(messages[each] for each in of)),
                interfaces=tuple(dict.fromkeys(messages[each].interface for each in of)),
            )

        for table in self._described.transaction:
            yield replace(made(table.name, table.title, table.messages), weight=table.weight)
        for alone in self._described.message:
            one = made(alone.name, alone.title, (alone.name,))
            if alone.expect == "refused":
                yield replace(one, act=Send((messages[alone.name],), refused=True), weight=0.0, probe=True)
            elif alone.name not in together:
                yield replace(one, weight=alone.weight)


def sends_of(table: MessageTable, interface: InterfaceTable) -> str:
    """The content of what is sent: that of the reply where nothing else is said."""
    return table.sends or table.content or USUAL_CONTENT[interface.kind]


def _out_of_place(at: str, table: MessageTable, interface: InterfaceTable) -> Iterator[Problem]:
    """Keys that mean nothing on this kind of interface, and what it cannot do without."""
    kind = interface.kind
    if kind == "mllp" and sends_of(table, interface) != "hl7":
        yield f"{at}.sends", "mllp 接口只发 HL7 报文，请删去或写 hl7"
    if kind == "mllp" and table.path:
        yield f"{at}.path", "mllp 接口没有路径，请删去"
    if kind == "mllp" and table.headers:
        yield f"{at}.headers", "mllp 接口没有报文头，请删去"
    if kind != "http" and table.method != "POST":
        yield f"{at}.method", f"{kind} 接口没有别的方法，请删去"
    if kind != "http" and not table.file:
        yield f"{at}.file", "缺少这个键：请写出报文文件的路径"
