"""The option that renews stored documents, without which a missing or differing one fails; and a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.golden.chromium import Tab, tab


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the stored documents anew")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    """One for the pages of a module; what uses it needs chromium."""
    with tab(tmp_path_factory.mktemp("profile")) as made:
        yield made
