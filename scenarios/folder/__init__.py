"""Packs that a hospital brings itself: a folder with `pack.toml` and message files, no Python and no tables.

`reading.py` makes a pack of it, `template.py` says what may stand in a message file, `writing.py` writes such folders
(`xinheng pack new`, `xinheng pack import`); README.md explains it to those who use it.
"""
