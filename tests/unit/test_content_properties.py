"""The properties of `tests/content_properties.py`, a few hundred cases each; `tests/fuzz_content.py` runs more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.content_properties import PROPERTIES


@pytest.mark.parametrize("name", PROPERTIES)
def test_property(name: str) -> None:
    holds, cases = PROPERTIES[name]
    _check(holds, cases)


def _check(holds: Callable[..., None], cases: st.SearchStrategy[tuple[Any, ...]]) -> None:
    @settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
    @given(cases)
    def run(case: tuple[Any, ...]) -> None:
        holds(*case)

    run()
