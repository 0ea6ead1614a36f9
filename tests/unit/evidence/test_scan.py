"""Credentials and identities are found wherever they stand and never shown; what only looks like one is left alone."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.evidence import scanning
from harness.evidence.scan import Kind, credentials, is_id_number, personal_data, spellings
from harness.evidence.scanning import Place, Wanted, look_through

SECRET = 'Hx7-堡垒"q9/Z'  # needs escaping in JSON and in an address


def kinds(text: str, *, known: tuple[bytes, ...] = ()) -> set[Kind]:
    return {hit.kind for hit in credentials(text.encode(), known)}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("-----BEGIN PRIVATE KEY-----\nMIGH", Kind.PRIVATE_KEY),
        ("x -----BEGIN ENCRYPTED PRIVATE KEY-----", Kind.PRIVATE_KEY),
        ("-----BEGIN RSA PRIVATE KEY-----", Kind.PRIVATE_KEY),
        ('{"url": "postgresql+psycopg2://his:Kx9q2@10.1.1.5/his"}', Kind.URL),
        ("http://u:p4ss@host/", Kind.URL),
        ('"password": "Kx9q2w"', Kind.PASSWORD),
        ("DB_PASSWORD=Kx9q2w", Kind.PASSWORD),
        ('{\\"access_token\\":\\"a8f7e6d5\\"}', Kind.PASSWORD),
        ("Pwd = 'oracle19'", Kind.PASSWORD),
        ("api-key", None),
        ("apikey: 0a1b2c3d", Kind.PASSWORD),
        ("密码：Kx9q2w", Kind.PASSWORD),
        ("CREATE USER his IDENTIFIED BY 'Kx9q2w'", Kind.PASSWORD),
        ("Authorization: Bearer abcdef0123456789", Kind.TOKEN),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkw.SflKxwRJSMeKKF2QT4", Kind.TOKEN),
        ('"password_env": "HIS_PASSWORD"', None),
        ('"password": ""', None),
        ('"password": null', None),
        ('"password": "********"', None),
        ('"token": "string"', None),
        ('password = "${DB_PASSWORD}"', None),
        ("postgresql+psycopg2://his@10.1.1.5/his", None),
        ("请把密码放进环境变量，并用 password_env 写出", None),
        ("密码：请放进环境变量", None),
        ("http://127.0.0.1:8080/a?b=c@d", None),
        ("-----BEGIN PUBLIC KEY-----", None),
        ("mllp://127.0.0.1:36409", None),
    ],
)
def test_credentials_are_told_from_what_looks_like_them(text: str, kind: Kind | None) -> None:
    assert kinds(text) == ({kind} if kind else set())


def test_a_known_secret_is_found_however_it_is_written() -> None:
    known = spellings(SECRET)
    for text in (SECRET, f'"{SECRET}"'.replace('"', '\\"'), "a Hx7-%E5%A0%A1%E5%9E%92%22q9%2FZ b"):
        assert Kind.KNOWN in kinds(text, known=known), text
    assert spellings("12345") == ()
    assert kinds("x 123456 y", known=spellings("123456")) == {Kind.KNOWN}
    assert kinds("x 9123456 y", known=spellings("123456")) == set()


def with_check_digit(first_17: str) -> str:
    weights = [pow(2, 17 - place, 11) for place in range(17)]  # GB 11643: 2^(i-1) modulo 11
    total = sum(weight * int(digit) for weight, digit in zip(weights, first_17, strict=True))
    return first_17 + "10X98765432"[total % 11]


@given(st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2100, 12, 31)), st.integers(0, 999))
def test_a_right_number_is_known_and_a_wrong_digit_is_seen(born: dt.date, sequence: int) -> None:
    number = with_check_digit(f"110101{born:%Y%m%d}{sequence:03}")
    assert is_id_number(number.encode())
    assert not is_id_number((number[:16] + str((int(number[16]) + 1) % 10) + number[17]).encode())


def personal(text: str, *, json: bool = False) -> list[Kind]:
    return [hit.kind for hit in personal_data(text.encode(), numbers_are_quoted=json)]


def test_identities_are_words_of_their_own() -> None:
    number = with_check_digit("11010119900307001")
    for text in (number, f'"{number}"', f"^{number}^", f"张三{number}，男", number.lower(), f"a|{number}"):
        assert personal(text) == [Kind.ID_NUMBER], text
    for text in (f"1{number}", f"{number}1", f"A{number}", f"1.{number}", f"uid_{number}", number[:17]):
        assert personal(text) == [], text
    assert personal(f"{number},{number}") == [Kind.ID_NUMBER] * 2


def test_mobile_numbers_are_told_from_other_numbers() -> None:
    for text in ('"13812345678"', "|13812345678^", "电话13812345678", "13812345678"):
        assert personal(text, json=True) == [Kind.MOBILE], text
    assert personal("name,13812345678,x") == [Kind.MOBILE]
    for text in ("[1,13812345678,2]", '{"at":13812345678}', "0.13812345678", "138123456789", "12812345678"):
        assert personal(text, json=True) == [], text


@given(st.binary(max_size=400))
def test_no_bytes_are_too_odd(content: bytes) -> None:
    list(credentials(content))
    list(personal_data(content))


# --------------------------------------------------------------------------- folders


def found(folder: Path, *, secrets: tuple[bytes, ...] = (), personal: bool = True) -> list[Place]:
    paths = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
    return list(look_through(folder, paths, Wanted(secrets=secrets, personal=personal), lambda _: None))


def test_file_and_line_are_named_and_the_secret_is_not(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{}\n{}\n{"password": "Kx9q2wZZ"}\n{"password": "Kx9q2wZZ"}\n', encoding="utf-8")
    (place,) = found(tmp_path)
    assert (place.path, place.line, place.count) == ("a.jsonl", 3, 2)
    assert "Kx9q2" not in str(place)
    assert str(place) == "a.jsonl 第 3 行：密码或令牌，共 2 处"


@pytest.mark.parametrize("seam", [1 << 20, (1 << 20) - 4096, 2 << 20])
@pytest.mark.parametrize("shift", [-18, -9, -1, 0, 1])
def test_nothing_hides_at_a_seam_or_counts_twice(tmp_path: Path, seam: int, shift: int) -> None:
    number = with_check_digit("11010119900307001").encode()
    content = bytearray(b"-\n" * (5 << 18))
    content[seam + shift : seam + shift + 20] = b" " + number + b" "
    (tmp_path / "big.txt").write_bytes(content)
    (place,) = found(tmp_path)
    assert place.count == 1
    assert place.line == content[: seam + shift + 1].count(b"\n") + 1


def test_office_documents_are_looked_into_and_opaque_files_are_not(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "报告.docx", "w", zipfile.ZIP_DEFLATED) as office:
        office.writestr("word/document.xml", "<w:t>13812345678</w:t>")
    (tmp_path / "broken.xlsx").write_bytes(b"PK no zip, password=Kx9q2w")
    (tmp_path / "x.parquet").write_bytes(b"password=Kx9q2w")
    assert {(p.path, p.kind) for p in found(tmp_path)} == {
        ("报告.docx（word/document.xml）", Kind.MOBILE), ("broken.xlsx", Kind.PASSWORD),
    }  # fmt: skip


def test_secrets_are_those_that_the_stacks_name() -> None:
    stacks = {
        "original": {
            "sql": {"password_env": "HIS_DB", "url": "x"},
            "hosts": [{"token_env": "AGENT"}, {"token_env": ""}],
        }
    }
    names = scanning.secret_names(stacks)
    assert names == {"HIS_DB", "AGENT"}
    assert scanning.secret_values(names, {"HIS_DB": "Kx9q2w", "AGENT": "x", "OTHER": "abcdefgh"}) == (b"Kx9q2w",)
