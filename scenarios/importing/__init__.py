"""What a hospital already has becomes a folder pack: HL7 messages, a browser's HAR, OpenAPI, WSDL.

`hl7_messages.py`, `har.py`, `openapi.py` and `soap.py` each make a draft of what they read; `identities.py` replaces
who it is about before anything is written (`xinheng pack import`). Not here: writing (`scenarios/folder/writing.py`).
"""
