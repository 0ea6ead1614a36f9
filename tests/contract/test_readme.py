"""The README's table says what this very run showed. Moved to the end of the run by `conftest.py`."""

from __future__ import annotations

import pytest

from tests.contract.ledger import Ledger, State, store, stored
from tests.contract.table import README, table, written


def test_the_table_in_the_readme_is_what_this_run_showed(ledger: Ledger) -> None:
    if not ledger.whole or "other" in ledger.ways.values():
        pytest.skip("only a part of the suite was run")
    seen = ledger.states()
    if ledger.missing:  # what could not be tried on this machine is as it was where it could
        known = stored()
        seen = {
            name: {
                how: known.get(name, {}).get(how, state) if state is State.DECLARED else state
                for how, state in w.items()
            }
            for name, w in seen.items()
        }
    elif not ledger.spoiled:
        store(seen)
    shown = written(README.read_text(encoding="utf-8"))
    assert shown == table(seen), "python -m tests.contract.table writes it"
