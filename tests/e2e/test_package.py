"""The commands around a package, as their users type them: keys, packing, timestamp, verifying, exit codes, JSON."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from harness.evidence import sealing
from harness.evidence.description import our_version
from tests.e2e.running import xinheng
from tests.unit.evidence.authority import Authority
from tests.unit.evidence.tiny_runs import edit_json, sealed_run

pytestmark = [pytest.mark.e2e, pytest.mark.needs_apt("openssl")]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    sealed_run(home / "out/demo", version=our_version())
    return home


def said(*words: str | Path, cwd: Path, code: int = 0) -> str:
    """What a command prints; it must leave with this code and without a traceback."""
    process = xinheng(*map(str, words), cwd=cwd)
    out, told = process.communicate(timeout=240)
    assert process.returncode == code, out + told
    assert "Traceback" not in out + told
    return out + (told if code == 3 else "")


def test_from_a_run_to_a_package_that_is_signed_stamped_and_verified(home: Path) -> None:
    for name, kind in (("评估", []), ("hospital", ["--sm2"])):
        made = json.loads(said("keygen", f"{name}.pem", *kind, "--json", cwd=home))
        assert (home / made["private_key"]).stat().st_mode & 0o077 == 0
    assert "已存在" in said("keygen", "评估.pem", cwd=home, code=3)
    words = ["--sign", "评估.pem", "--sign", "hospital.pem", "--timestamp-request", "p.tsq", "--out", "p.zip"]
    packed = json.loads(said("package", "out/demo", *words, "--json", cwd=home))
    assert packed["files"] > 20 and packed["packed_bytes"] == (home / "p.zip").stat().st_size

    authority = Authority(home / "tsa")
    authority.answer(home / "p.tsq", home / "p.tsr")
    assert "回执已放入" in said("timestamp", "p.zip", "p.tsr", "--out", "stamped.zip", cwd=home)
    demands = ["--trust", "评估.pub.pem", "--trust", "hospital.pub.pem", "--tsa-root", authority.root]
    told = said("verify", "stamped.zip", *demands, cwd=home)
    assert told.count("签名有效") == 2 and "签名与证书链有效" in told and "复核通过" in told
    assert "没有能由给出的根证书证明的时间戳" in said("verify", "p.zip", *demands, cwd=home, code=1)
    (home / "other.tsq").write_bytes((home / "p.tsq").read_bytes())
    assert "不是完好的证据包" in said("timestamp", "p.tsr", "p.tsr", cwd=home, code=3)


def test_a_forged_verdict_is_named(home: Path) -> None:
    copy = Path(shutil.copytree(home / "out/demo", home / "forged"))
    result = json.loads((copy / "result.json").read_bytes())
    (verdict,) = (v for v in result["verdicts"] if v["clause"] == "PV-PERF-1")
    was, verdict["verdict"] = verdict["verdict"], "not run"
    edit_json(copy / "result.json", result)
    sealing.seal(copy)
    expected = f"result.json：PV-PERF-1 的判定写作“not run”，由记录重算为“{was}”"
    assert expected in said("verify", "forged", cwd=home, code=1)
    told = json.loads(said("verify", "forged", "--json", cwd=home, code=1))
    assert not told["ok"] and expected in told["mismatches"]


def test_bad_input_is_said_in_a_sentence(home: Path) -> None:
    (home / "text").write_text("no package", encoding="utf-8")
    assert "既不是证据包也不是运行目录" in said("verify", "text", cwd=home, code=3)
    assert "无法读取" in said("verify", "nowhere.zip", cwd=home, code=3)
    assert "只用于证据包" in said("verify", "out/demo", "--tsa-root", home / "tsa/ca.pem", cwd=home, code=3)
    assert "不是运行目录" in said("package", "nowhere", cwd=home, code=3)
    assert "无法读取密钥" in said("package", "out/demo", "--sign", "nowhere.pem", cwd=home, code=3)
