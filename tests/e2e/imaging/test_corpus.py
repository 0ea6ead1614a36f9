"""Every file that pydicom ships ends in one state of the ledger between two real archives, and none differs."""

from __future__ import annotations

import contextlib
from collections import Counter

import pytest

from tests.e2e.imaging import corpus
from tests.e2e.imaging.corpus import State
from tests.e2e.imaging.orthancs import NEEDED, Orthanc

pytestmark = [pytest.mark.e2e, *NEEDED]


def test_every_file_ends_in_one_state(on_postgresql: Orthanc, on_mariadb: Orthanc) -> None:
    with contextlib.closing(on_postgresql.archive()) as original, contextlib.closing(on_mariadb.archive()) as migrated:
        ended = list(corpus.walked((original, migrated)))
    ledger = Counter(each.state for each in ended)
    print("、".join(f"{state} {ledger[state]}" for state in State), f"，共 {len(ended)}")
    for each in ended:
        if each.why:
            print(f"{each.state}  {each.file}  {each.why}")
    assert sorted(each.file for each in ended) == [name for name, _ in corpus.files()]
    assert [each for each in ended if each.state is State.DIFFERENT] == []
    assert ledger[State.EQUAL] + ledger[State.BY_RULE] > 0.7 * len(ended)
    assert all(each.why for each in ended if each.state in {State.ERROR, State.NOT_RUN})
