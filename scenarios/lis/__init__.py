"""The LIS pack: the clinical laboratory, from the request to the report, the critical value and the archive.

`README.md` (Chinese) explains it to a laboratory engineer; `pack.py` puts the parts together.
"""

from scenarios.lis.pack import PACK

__all__ = ["PACK"]
