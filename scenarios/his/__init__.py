"""The HIS pack: outpatient and inpatient business of a hospital, from registration to settlement.

`README.md` (Chinese) explains it to a hospital engineer; `pack.py` puts the parts together.
"""

from scenarios.his.pack import PACK

__all__ = ["PACK"]
