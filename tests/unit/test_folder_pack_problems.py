"""The sentence for everything that can be wrong with a pack that is described by files."""

from __future__ import annotations

from pathlib import Path

import pytest

import scenarios
from harness.errors import BadInput, BadSettings
from tests.unit.test_folder_pack import PACK, SENT, laid

NUMBER = "{{number:ORD}}，冒号后是号码的开头，最多 8 个字母或数字"


def complaints(folder: Path) -> list[str]:
    """The sentences about a folder, without the file name that each must begin with."""
    with pytest.raises(BadSettings) as caught:
        scenarios.pack(str(folder))
    lines = caught.value.message.splitlines()
    beginning = f"{folder / 'pack.toml'}："
    assert all(line.startswith(beginning) and line.endswith("。") for line in lines)
    return [line.removeprefix(beginning).removesuffix("。") for line in lines]


FILE = 'file = "order.hl7"'


@pytest.mark.parametrize(
    ("old", "new", "key", "says"),
    [
        ('kind = "mllp"', 'kind = "x"', "interface[第 1 项].kind", "应为 'mllp'、'http'、'soap'、'amqp' 之一"),
        ('"orders_hl7"\nfile', '"order_hl7"\nfile', "message[第 1 项].interface", "是否想写 orders_hl7"),
        (
            FILE,
            'file = "a.hl7"',
            "message[第 1 项].file",
            "找不到文件 a.hl7，请检查路径（从 pack.toml 所在的文件夹算起）",
        ),
        (FILE, "", "message[第 1 项].file", "缺少这个键：请写出报文文件的路径"),
        (FILE, f'{FILE}\npath = "/x"', "message[第 1 项].path", "mllp 接口没有路径，请删去"),
        (FILE, f'{FILE}\nsends = "json"', "message[第 1 项].sends", "mllp 接口只发 HL7 报文，请删去或写 hl7"),
        (FILE, 'fil = "order.hl7"', "message[第 1 项].fil", "没有这个键，是否想写 file"),
        ('name = "ask"', 'name = "order"', "message", "名称 order 用了 2 次，请改用不同的名称"),
        ('name = "ask"', 'name = "commit"', "message", "名称 commit 另有用途，请换一个"),
        (
            "{{date:iso}}",
            "{{dat}}",
            "message[第 2 项].headers.X-Day",
            "没有占位符 dat，是否想写 {{date}} 或 {{date:iso}}",
        ),
        ('title = "申请"\n', 'title = "申请"\nfirst_day = 2026-01-05\nfirst = 1\n', "first", "是否想写 first_day"),
        ('title = "申请"\n', 'title = "申请"\nfirst_day = "2026-02-30"\n', "first_day", "没有这一天，请改正"),
    ],
)
def test_one_sentence_says_which_key_is_wrong_and_what_to_write(
    tmp_path: Path, old: str, new: str, key: str, says: str
) -> None:
    assert old in PACK
    (sentence,) = complaints(laid(tmp_path, pack__toml=PACK.replace(old, new, 1)))
    assert sentence.startswith(f"{key}：")
    assert says in sentence


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("ask.json", '{"a": "{{numbr:P}}"}', f"ask.json 第 1 行：没有占位符 numbr，是否想写 {NUMBER}"),
        ("ask.json", '{"a":\n "{{number}}"}', f"ask.json 第 2 行：占位符 number 的写法不对，应为 {NUMBER}"),
        ("ask.json", '{"a": 1,}', "ask.json：第 1 行第 9 列起不是合法的 JSON，请改正"),
        ("order.hl7", "PID|1\n", "order.hl7：不是 HL7 v2 报文，第一段应为 MSH|^~\\&|…"),
        ("order.hl7", f"{SENT}又一行\n", "order.hl7：第 3 段不以段名开头（三个大写字母或数字），一段是否被分成了两行"),
        ("p.csv", "nam,sex\n张三,M\n", "p.csv 没有名为 name 的列，是否想写 nam"),
        ("p.csv", "name,sex\n", "文件 p.csv 除列名外没有内容，请至少写一行"),
    ],
)
def test_the_files_are_looked_at_before_anything_is_sent(tmp_path: Path, file: str, text: str, says: str) -> None:
    assert complaints(laid(tmp_path, **{file.replace(".", "__"): text}))[0].endswith(says)


def test_a_file_in_another_charset_is_not_guessed_at(tmp_path: Path) -> None:
    (laid(tmp_path) / "order.hl7").write_bytes(f"{SENT}NTE|1||血常规\n".encode("gbk"))
    (sentence,) = complaints(tmp_path)
    assert "order.hl7 不是 UTF-8 编码" in sentence


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    text = (
        PACK.replace('"orders_http"\nfile', '"http"\nfile')
        + '[[transaction]]\nname="t"\ntitle="t"\nmessages=["odrer"]\n'
    )
    found = complaints(laid(tmp_path, pack__toml=text, order__hl7="{{x}}"))
    assert [each.partition("：")[0] for each in found] == [
        "message[第 1 项].file",
        "message[第 2 项].interface",
        "transaction[第 1 项].messages",
    ]
    assert found[2].endswith("没有名为 odrer 的报文，是否想写 order")


def test_a_folder_without_pack_and_a_taken_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"没有 pack\.toml"):
        scenarios.pack(str(tmp_path))
    with pytest.raises(BadInput, match="自带的场景包 his 同名"):
        scenarios.pack(str(laid(tmp_path, pack__toml=PACK.replace('name = "orders"', 'name = "his"'))))
