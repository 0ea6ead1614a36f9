"""The pack that `xinheng pack new` lays into a folder: small, complete, explained, to be changed line by line."""

from __future__ import annotations

from scenarios.folder.described import HowTable, InterfaceTable, MessageTable, PackFile, TransactionTable
from scenarios.folder.writing import Draft

HEADING = "# 场景包：每一项的写法见同一文件夹中的 README.md。\n"
ADMIT = """MSH|^~\\&|HIS|医院|EMR|医院|{{datetime}}||ADT^A01^ADT_A01|{{control_id}}|P|2.5.1||||||{{charset}}
EVN|A01|{{datetime}}
PID|1||{{number:P}}^^^HIS^PI||{{pick:patients.csv:name}}||{{pick:patients.csv:birth}}|{{pick:patients.csv:sex}}
PV1|1|I|N01^101^01||||D001^主管医师|||||||||||{{number:V}}
"""
DISCHARGE = ADMIT.replace("ADT^A01^ADT_A01", "ADT^A03^ADT_A03").replace("EVN|A01", "EVN|A03")
UNKNOWN = ADMIT.replace("ADT^A01^ADT_A01", "XXX^X99")
PATIENTS = "name,birth,sex\n测试甲,19800101,M\n测试乙,19921130,F\n测试丙,20150607,M\n"
README = """# {title}

这是一个由文件描述的信衡场景包：不需要写程序，没有表，经接口向两套系统发送同样的报文并比对应答。

```
pack.toml            接口、报文、业务
messages/            报文文件；{{{{…}}}} 处每次发送时换成新的值
patients.csv         供报文抽取的名单（虚构）
stacks.toml          两套系统的地址
```

1. 在 stacks.toml 中写出两套系统的地址，端点的名称与 pack.toml 中的接口同名。
2. `xinheng run --packs . --stacks stacks.toml --only functional`：每条报文在两侧各办理多次并比对。
3. `xinheng run --packs . --stacks stacks.toml`：再加上负载；也可手工加压：
   `locust -f <信衡>/scenarios/folder/locustfile.py --pack . --stacks stacks.toml --stack migrated -u 20 -r 5 -t 1m`。

样例里有三条报文：入院与出院连在一起发送（[[transaction]]），患者号、住院号在两条里相同；第三条的报文类型不存在，
应被拒绝（expect = "refused"），只在功能比对的末尾发送，不参加压测。删改它们，换成自己的报文即可。

## 占位符

| 写法 | 换成 |
|---|---|
| `{{{{control_id}}}}` | 每条报文自己的编号 |
| `{{{{number:ORD}}}}` | 以 ORD 开头的新业务号；同一笔业务的各条报文相同；开头全是数字时号码也全是数字 |
| `{{{{pick:patients.csv:name}}}}` | 名单中随机一行的一列；同一笔业务取同一行 |
| `{{{{date}}}}` `{{{{datetime}}}}` | 20260105、20260105083000；加 `:iso` 为 2026-01-05、2026-01-05T08:30:00 |
| `{{{{charset}}}}` | 该端点的字符集，按报文的写法声明 |

同一份 pack.toml、名单和种子，两侧每一遍发送的内容完全相同。因此被测系统要在每一遍之前恢复到同样的状态，
或者报文重复办理也无妨。
"""


def skeleton(name: str, title: str) -> Draft:
    described = PackFile(
        name=name,
        title=title,
        interface=(
            InterfaceTable(name=f"{name}_hl7", title="入出转消息", kind="mllp", peer="HIS", version="HL7 v2.5.1"),
        ),
        message=(
            MessageTable(
                name="adt_a01",
                title="入院登记",
                interface=f"{name}_hl7",
                file="messages/adt_a01.hl7",
                how=HowTable(volatile=("MSA.3",)),
            ),
            MessageTable(name="adt_a03", title="出院登记", interface=f"{name}_hl7", file="messages/adt_a03.hl7"),
            MessageTable(
                name="unknown_type",
                title="不存在的报文类型",
                interface=f"{name}_hl7",
                file="messages/unknown_type.hl7",
                expect="refused",
            ),
        ),
        transaction=(TransactionTable(name="stay", title="入院到出院", messages=("adt_a01", "adt_a03")),),
    )
    files = {
        "messages/adt_a01.hl7": ADMIT,
        "messages/adt_a03.hl7": DISCHARGE,
        "messages/unknown_type.hl7": UNKNOWN,
        "patients.csv": PATIENTS,
        "README.md": README.format(title=title),
    }
    return Draft(described=described, files=files)
