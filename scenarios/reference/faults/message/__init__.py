"""An answer taken apart for spoiling: its values, its lists, and what it is written as.

The paths are those of `harness.content.path`, but found by code of their own: what a test expects must not come from
what it tests. Not here: what is spoilt.
"""

from scenarios.reference.faults.message.parts import Leaf, Message, Siblings
from scenarios.reference.faults.message.spoken import Spoken, content_of, opened, spoken

__all__ = ["Leaf", "Message", "Siblings", "Spoken", "content_of", "opened", "spoken"]
