"""The PACS pack: an imaging department from the order over worklist, images and archive to the report, with its RIS.

`README.md` (Chinese) explains it to an engineer of imaging systems; `pack.py` puts the parts together.
"""

from scenarios.pacs.pack import PACK

__all__ = ["PACK"]
