"""The processes that generate load, over Locust's own distribution: one alone, or a master and its workers.

`share.py` is what one process does with its users; `alone.py`, `block_master.py` and `block_worker.py` carry out the
blocks of `xinheng run`; `hand_*.py` the runs that a person starts, on one machine or several.
"""
