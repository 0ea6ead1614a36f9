"""The agent: watches one host of a stack and writes one reading per second.

`reading.py` is the file format, `rates.py` the arithmetic; `counters.py`, `kernel.py` and `processes.py` read the
operating system, `collector.py` is the loop, `local.py` and `remote.py` are what the pipeline holds, `serve.py` is the
agent on another host. This file imports nothing: the agent's own process must stay small.
"""
