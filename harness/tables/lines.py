"""Lines of CSV (`harness/canonical.py`) → columns of text, NULL where nothing stood. Not here: what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa
import pyarrow.csv as csv


def columns_of(blobs: Iterable[bytes], names: Sequence[str]) -> pa.Table:
    """All rows of some blobs of whole lines; one chunk per column."""
    whole = b"".join(blobs)
    schema = pa.schema([(name, pa.string()) for name in names])
    if not whole:
        return schema.empty_table()
    found = csv.read_csv(
        pa.py_buffer(whole),
        read_options=csv.ReadOptions(column_names=list(names), block_size=max(1 << 20, len(whole) + 1)),
        parse_options=csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=csv.ConvertOptions(
            column_types=schema,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            check_utf8=False,
        ),
    )
    return found.combine_chunks()
