"""Packs are found by name, on demand."""

from __future__ import annotations

import subprocess
import sys

import pytest

import scenarios
from harness.errors import BadInput
from harness.model import Pack


def test_every_name_leads_to_its_pack(pack: Pack) -> None:
    assert pack.name in scenarios.names()
    assert pack.title
    assert pack.version
    assert scenarios.locustfile(pack.name).is_file()


def test_an_unknown_pack_names_the_nearest() -> None:
    with pytest.raises(BadInput) as caught:
        scenarios.pack("hsi")
    assert "hsi" in caught.value.message
    assert "his" in caught.value.hint


def test_a_pack_is_not_imported_before_it_is_asked_for() -> None:
    code = "import sys, scenarios; scenarios.names(); print([m for m in sys.modules if m.startswith('scenarios.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_a_pack_is_frozen(pack: Pack) -> None:
    with pytest.raises(AttributeError):
        pack.version = "changed"  # type: ignore[misc]
