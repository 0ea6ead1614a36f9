"""The EMR pack: records from the first draft over signature and archive to the shared document.

`README.md` (Chinese) explains it to an engineer of medical records; `pack.py` puts the parts together.
"""

from scenarios.emr.pack import PACK

__all__ = ["PACK"]
