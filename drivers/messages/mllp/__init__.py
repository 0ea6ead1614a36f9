"""HL7 v2 over MLLP: sending (`session.py`) and receiving (`listener.py`)."""
