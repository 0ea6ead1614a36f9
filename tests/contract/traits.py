"""What products declare about themselves where they may honestly differ; tests expect by these and nothing else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """Yes/no answers of one product."""

    error_aborts_transaction: bool  # BD-60
    division_by_zero_fails: bool
    empty_text_is_null: bool = False  # BD-01
    stores_nul_character: bool = True


TRAITS: dict[str, Traits] = {
    "postgresql": Traits(error_aborts_transaction=True, division_by_zero_fails=True, stores_nul_character=False),
    "oceanbase": Traits(error_aborts_transaction=False, division_by_zero_fails=False),
    "mysql": Traits(error_aborts_transaction=False, division_by_zero_fails=False),
}
