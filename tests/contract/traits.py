"""Where products may honestly differ, and how each answers; tests expect by these and nothing else.

What a product does not have at all stands in its own file, as `Product.lacks`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from drivers.sql.product import Product
from harness.model import ErrorClass, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """The answers of one product, or of a family."""

    error_aborts_transaction: bool = False  # BD-60
    division_by_zero_fails: bool = True
    empty_text_is_null: bool = False  # BD-01
    stores_nul_character: bool = True
    keeps_scale: bool = True  # 1.50 comes back as 1.50, not as 1.5
    dates_have_a_time: bool = False  # a DATE column answers with a datetime
    times_are_durations: bool = False  # a TIME column answers with a timedelta
    too_large_a_decimal: ErrorClass = ErrorClass.NUMERIC_OVERFLOW

    def stored(self, value: Any) -> Any:
        """What becomes of a value."""
        if self.empty_text_is_null and value == "":
            return None
        if self.dates_have_a_time and type(value) is dt.date:
            return dt.datetime.combine(value, dt.time())
        if self.times_are_durations and isinstance(value, dt.time):
            return dt.datetime.combine(dt.date.min, value) - dt.datetime.combine(dt.date.min, dt.time())
        return value

    def stored_row(self, row: Row) -> Row:
        return tuple(self.stored(value) for value in row)


_TRAITS: dict[str, Traits] = {
    "postgresql": Traits(error_aborts_transaction=True, stores_nul_character=False),
    "mysql": Traits(division_by_zero_fails=False, times_are_durations=True),
    "h2": Traits(
        empty_text_is_null=True,
        keeps_scale=False,
        dates_have_a_time=True,
        too_large_a_decimal=ErrorClass.TOO_LONG,  # it has one code for both
    ),
    "sqlite": Traits(division_by_zero_fails=False, keeps_scale=False),
}


def traits_of(product: Product) -> Traits:
    """Those of the product itself, else its family's."""
    return _TRAITS.get(product.id) or _TRAITS.get(product.family) or Traits()
