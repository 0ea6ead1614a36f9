"""Reading and comparing the content of messages. Pure: bytes in, values out.

`reading.fields` makes a document of a body, `path.py` says how its places are called, `bodies.of_bodies` holds two
bodies against each other as `How` declares, `noise.py` learns what moves, `groups.py` sums up, `stored.carried` holds a
message against a database row, `message_checks.check` against its interface document, `acknowledgement.py` reads the
answer's code, `battery.py` makes bad messages of a good one; `dicom/` reads and compares what image archives hold.
Not here: sending anything.
"""
