"""The reference application: stands in for a hospital's own LIS and EMR software in the simulation environment.

It is not the product. One process per simulated stack answers the packs' interfaces on loopback and keeps everything in
that stack's database, through the same drivers and with the packs' own transactions. Faults can be switched on in it,
so that tests can prove that the harness finds them.

`service.py` what a pack brings (its handlers), `__main__.py` the program; see README.md.
"""
