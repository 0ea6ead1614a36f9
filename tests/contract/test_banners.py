"""Every product is recognised by what its server says, and by nothing that another server says."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from drivers.sql import driver_for, registry, render
from drivers.sql.grammar import CAPABILITIES
from drivers.sql.product import Product
from harness.errors import BadInput
from harness.model import SqlEndpoint

Texts = dict[str, str]
ENGINES = {"h2", "hsqldb", "sqlite"}  # of the contract suite only
PRODUCTS = [product for product in registry.every() if product.id not in ENGINES]
FAMILIES = tuple(dict.fromkeys(product.family for product in PRODUCTS))

# (family, what the server answers, product, version): banners as vendors' pages and users' posts show them; those of
# Oracle, SQL Server and OceanBase in Oracle mode are written from memory.
DOCUMENTED: list[tuple[str, Texts, str, str]] = [
    ("postgresql", {"version": "PostgreSQL 15.4 (Debian 15.4-1.pgdg120+1) on x86_64"}, "postgresql", "15.4"),
    ("postgresql", {"version": "PostgreSQL 18.6 on aarch64-unknown-linux-gnu, compiled by gcc"}, "postgresql", "18.6"),
    (
        "postgresql",
        {"version": "KingbaseES V008R006C005B0023 on x86_64-pc-linux-gnu, compiled by gcc"},
        "kingbase",
        "V008R006C005B0023",
    ),
    (
        "postgresql",
        {"version": "KingbaseES V009R001C010", "mode": "pg KingbaseES V009R001C010"},
        "kingbase",
        "V009R001C010",
    ),
    ("postgresql", {"version": "V009R001C002B0014 on x86_64-pc-linux-gnu"}, "kingbase", "V009R001C002B0014"),
    (
        "postgresql",
        {"version": "KingbaseES V009R001C010", "mode": "oracle KingbaseES V009R001C010"},
        "kingbase_oracle",
        "V009R001C010",
    ),
    (
        "postgresql",
        {"version": "V009R001C002B0014 on", "mode": "mysql V009R001C002B0014 on"},
        "kingbase_mysql",
        "V009R001C002B0014",
    ),
    (
        "postgresql",
        {"version": "KingbaseES V009R001C010", "mode": "sqlserver KingbaseES V009R001C010"},
        "kingbase_sqlserver",
        "V009R001C010",
    ),
    ("postgresql", {"version": "(openGauss 5.0.0 build a07d57c3) compiled at 2023"}, "opengauss", "5.0.0"),
    ("postgresql", {"version": "PostgreSQL 9.2.4 (openGauss 5.0.0 build a07d57c3) compiled"}, "opengauss", "5.0.0"),
    ("postgresql", {"version": "gaussdb (GaussDB Kernel 507.0.0 build 1)"}, "gaussdb", "507.0.0"),
    ("postgresql", {"version": "(GaussDB Kernel V500R002C00 build fab4f5ea) compiled"}, "gaussdb", "V500R002C00"),
    (
        "postgresql",
        {"version": "PostgreSQL 9.2.4 (GaussDB Kernel V500R001C20 build 9eff8f60)"},
        "gaussdb",
        "V500R001C20",
    ),
    ("postgresql", {"version": "(Vastbase G100 V2.2 (Build 11) Alpha) compiled at"}, "vastbase", "2.2"),
    ("postgresql", {"version": "PostgreSQL 9.2.4 (Vastbase G100 V2.2 (Build 5.83.5339))"}, "vastbase", "2.2"),
    ("postgresql", {"version": "PostgreSQL 18 (IvorySQL 5beta1) on x86_64"}, "ivorysql", "5beta1"),
    (
        "postgresql",
        {"version": "PostgreSQL 18 (IvorySQL 5beta1) on", "ivorysql": "pg PostgreSQL 18 (IvorySQL 5beta1) on"},
        "ivorysql",
        "5beta1",
    ),
    (
        "postgresql",
        {"version": "PostgreSQL 18 (IvorySQL 5beta1) on", "ivorysql": "oracle PostgreSQL 18 (IvorySQL 5beta1) on"},
        "ivorysql_oracle",
        "5beta1",
    ),
    ("mysql", {"version": "5.7.25-OceanBase-v4.1.0.0", "version_comment": ""}, "oceanbase", ""),
    (
        "mysql",
        {"version": "5.7.25-OceanBase_CE-v4.2.0.0", "version_comment": "OceanBase_CE 4.2.0.0 (r1)"},
        "oceanbase",
        "4.2.0.0",
    ),
    ("mysql", {"version": "8.0.30", "version_comment": "OceanBase 4.1.0.0 (r10)"}, "oceanbase", "4.1.0.0"),
    ("mysql", {"version": "8.0.11-TiDB-v8.5.2", "version_comment": "TiDB Server"}, "tidb", "8.5.2"),
    ("mysql", {"version": "8.0.33-v24-txsql-22.6.9-20250509", "version_comment": "Source"}, "tdsql", "8.0.33"),
    ("mysql", {"version": "5.7.18-txsql-log", "version_comment": "Source distribution"}, "tdsql", "5.7.18"),
    ("mysql", {"version": "5.7.25-TDDL-5.4.19-20251031", "version_comment": ""}, "polardb_x", "5.4.19"),
    ("mysql", {"version": "5.6.29-TDDL-5.4.12-16327949", "version_comment": ""}, "polardb_x", "5.4.12"),
    ("mysql", {"version": "8.0.32-X-Cluster-8.4.19", "version_comment": ""}, "polardb_x", "8.0.32"),
    ("mysql", {"version": "10.11.6-MariaDB-0+deb12u1", "version_comment": "Debian 12"}, "mariadb", "10.11.6"),
    ("mysql", {"version": "5.5.5-10.4.8-MariaDB", "version_comment": ""}, "mariadb", "10.4.8"),
    ("mysql", {"version": "8.0.36", "version_comment": "MySQL Community Server - GPL"}, "mysql", "8.0.36"),
    ("oracle", {"version": "DM Database Server 64 V8", "id_code": "1-1-190-21.03.12-136419-ENT"}, "dm", "8"),
    ("oracle", {"version": "DM Database Server x64 V8"}, "dm", "8"),
    ("oracle", {"ob_version": "4.2.1.0"}, "oceanbase_oracle", "4.2.1.0"),
    ("oracle", {"yashandb": "Enterprise Edition Release 23.3.1.100 x86_64"}, "yashandb", "23.3.1.100"),
    (
        "oracle",
        {
            "version": "Oracle Database 19c Enterprise Edition Release 19.0.0.0.0 - Production",
            "yashandb": "19.0.0.0.0",  # what Oracle answers to the same question
        },
        "oracle",
        "19.0.0.0.0",
    ),
    (
        "oracle",
        {"version": "Oracle Database 11g Enterprise Edition Release 11.2.0.4.0 - 64bit Production"},
        "oracle",
        "11.2.0.4.0",
    ),
    (
        "sqlserver",
        {"version": "Microsoft SQL Server 2019 (RTM-CU18) (KB5017593) - 15.0.4261.1 (X64)\n\tSep 12 2022 15:07:06"},
        "sqlserver",
        "15.0.4261.1",
    ),
    ("gbase8s", {"version": "GBase Server Version 12.10.FC4G1TL"}, "gbase8s", "12.10.FC4G1TL"),
]
# Their banners were looked for and not found. Tested is that the product's name leads to it, or what it alone has.
NAMED_ONLY: list[tuple[str, Texts, str, str]] = [
    ("postgresql", {"version": "HighGo Security Enterprise Edition 4.5.8"}, "highgo", "4.5.8"),
    ("postgresql", {"version": "PostgreSQL 12.7 on x86_64", "administrators": "sysdba syssao syssso"}, "highgo", ""),
    ("postgresql", {"version": "PostgreSQL 14.10 (PolarDB 14.10.16.0) on x86_64"}, "polardb_pg", "14.10.16.0"),
    ("mysql", {"version": "5.7.25-GoldenDB-v1", "version_comment": ""}, "goldendb", ""),
    ("mysql", {"version": "5.7.25", "version_comment": "GoldenDB"}, "goldendb", ""),
    ("mysql", {"version": "8.6.2.43", "version_comment": "GBase 8a MPP"}, "gbase8a", ""),
    ("oracle", {"oscar": "ShenTong OSCAR 7.0"}, "oscar", ""),
]


def ids(sample: object) -> str | None:
    return next(iter(sample.values()))[:40] if isinstance(sample, dict) else None


@pytest.mark.parametrize(("family", "texts", "product", "version"), DOCUMENTED + NAMED_ONLY, ids=ids)
def test_a_banner_leads_to_its_product(family: str, texts: Texts, product: str, version: str) -> None:
    found = [(each.id, *known) for each in registry.family(family) if (known := each.recognise(texts))]
    assert found, "nobody knows this banner"
    assert (found[0][0], found[0][2]) == (product, version)


def test_every_product_has_a_sample() -> None:
    assert {product for _, _, product, _ in DOCUMENTED + NAMED_ONLY} == {product.id for product in PRODUCTS}


def test_no_imitator_is_taken_for_the_plain_product_and_the_other_way_round() -> None:
    for family, texts, product, _ in DOCUMENTED:
        takers = {each.id for each in registry.family(family) if each.recognise(texts)}
        plain = registry.family(family)[-1].id
        if product == "oceanbase" and "OceanBase" not in texts["version"]:
            continue  # an administrator changed the variable: here the order of detection decides
        if product == plain:
            assert takers == {plain}
        else:
            assert plain not in takers, "only the order of detection would save it"


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_ends_with_the_product_that_names_it(family: str) -> None:
    assert registry.family(family)[-1].id == family


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.id)
class TestDeclared:
    """What every file of `products/` has to say."""

    def test_it_is_registered_under_its_id(self, product: Product) -> None:
        assert registry.product(product.id) is product
        assert re.fullmatch(r"\w+", product.id), "has to serve as the scheme of a URL"

    def test_its_banner_rules_are_asked_for(self, product: Product) -> None:
        assert product.banners
        assert {banner.source for banner in product.banners} <= set(product.ask)

    def test_there_is_a_way_in(self, product: Product) -> None:
        assert product.jdbc is not None
        assert product.jdbc.classes
        assert product.jdbc.jars
        assert "{host}:{port}" in product.jdbc.url
        assert 0 < product.default_port < 65536

    def test_its_sql_can_be_written(self, product: Product) -> None:
        assert render.dialect_of(product.dialect).name in {"postgresql", "mysql", "oracle", "mssql"}
        for text in (*product.setup, *product.timeout):
            assert "{" not in text.format(s="1", ms="1000", us="1000000")

    def test_it_lacks_only_known_capabilities(self, product: Product) -> None:
        assert product.lacks <= CAPABILITIES

    def test_what_it_says_to_people_is_chinese_and_whole(self, product: Product) -> None:
        for quirk in product.quirks:
            assert re.fullmatch(r"BD-\d\d", quirk.id)
        for said in (*(quirk.says for quirk in product.quirks), *(fixed.breaks for fixed in product.fixed)):
            assert re.search(r"[\u4e00-\u9fff]", said)
            assert said.endswith("。")
        assert len({quirk.id for quirk in product.quirks}) == len(product.quirks)

    def test_a_name_in_the_url_is_enough(self, product: Product) -> None:
        endpoint = SqlEndpoint(url=f"{product.id}://u@h/db")
        if product.native is None:
            with pytest.raises(BadInput) as caught:
                driver_for(endpoint)
            assert "jdbc = true" in (caught.value.hint or "")


def test_an_alias_leads_to_a_product() -> None:
    for alias, known in registry.ALIASES.items():
        assert alias not in registry.PRODUCTS
        assert registry.product(alias).id == known


IMAGINARY = '''
"""An imaginary product grown from PostgreSQL."""

from dataclasses import replace

from drivers.sql.families.postgresql import BASE
from drivers.sql.product import Banner

PRODUCT = replace(
    BASE,
    id="newsql",
    title="新库 NewSQL",
    banners=(Banner(source="version", pattern=r"\\(NewSQL (?P<version>[\\d.]+)", name="NewSQL"),),
)
'''


def test_a_further_product_takes_one_file_and_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    banner = {"version": "PostgreSQL 16.1 (NewSQL 3.1) on x86_64"}
    before = next(each for each in registry.family("postgresql") if each.recognise(banner))
    assert before.id == "postgresql"
    (tmp_path / "newsql_of_a_test.py").write_text(IMAGINARY, encoding="utf-8")  # the file
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(registry, "PRODUCTS", {"newsql": "newsql_of_a_test", **registry.PRODUCTS})  # the line
    try:
        found = next(each for each in registry.family("postgresql") if each.recognise(banner))
        assert (found.id, found.recognise(banner)) == ("newsql", ("NewSQL", "3.1"))
        assert driver_for(SqlEndpoint(url="newsql://u@h/db")).product_id == "newsql"
    finally:
        sys.modules.pop("newsql_of_a_test", None)
