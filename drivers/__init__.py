"""Everything that knows a vendor: client libraries (`sql`) and the servers of the simulation environment (`servers`).

Not here: anything that decides, compares or records. The harness reaches this package through `harness.ports` only.
"""
