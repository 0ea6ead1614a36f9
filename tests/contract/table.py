"""`python -m tests.contract.table`: writes what the last whole run of the contract suite showed into README.md.

Not here: what counts as verified (`ledger.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from drivers.sql.product import Product
from drivers.sql.registry import every
from tests.contract.ledger import FOLDER, State, States, stored

README = FOLDER.parents[1] / "README.md"
BEGIN = "<!-- 本表由 python -m tests.contract.table 按测试结果写成，请勿手改 -->"
END = "<!-- 本表到此为止 -->"
_TITLES = {State.VERIFIED: "**实测通过**", State.DRIVER: "驱动已验证", State.DECLARED: "仅有声明"}
_WAYS = {"native": "原生", "jdbc": "JDBC"}


def table(states: States) -> str:
    """One line per product, in the order of the registry."""
    lines = [
        "| 产品 | `product` | 协议族 | 原生驱动 | JDBC 驱动类 | 默认端口 | 状态 |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [_line(product, states[product.id]) for product in every()]
    return "\n".join(lines)


def _line(product: Product, ways: Mapping[str, State]) -> str:
    native = f"`{product.native.package or product.native.module}`" if product.native else "—"
    classes = f"`{product.jdbc.classes[0]}`" if product.jdbc else "—"
    port = str(product.default_port or "—")
    cells = (product.title, f"`{product.id}`", product.family, native, classes, port, _shown(ways))
    return f"| {' | '.join(cells)} |"


def _shown(ways: Mapping[str, State]) -> str:
    return "，".join(f"{_WAYS[how]} {_TITLES[state]}" for how, state in ways.items())


def written(readme: str) -> str:
    """The table as a README has it."""
    return readme.partition(BEGIN)[2].partition(END)[0].strip()


def main() -> None:
    before, _, rest = README.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    README.write_text(f"{before}{BEGIN}\n\n{table(stored())}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
