"""Stored documents: a change of wording shows in review. `pytest tests/golden --update-golden` renews them."""
