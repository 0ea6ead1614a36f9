"""Faults that can be switched on in the reference application, so that tests can prove that the harness finds them.

They know no pack and no interface: whatever an interface stores or answers, they find something in it to spoil.
`switches.py` how one is switched on; README.md, one folder up, lists them all.
"""

from collections.abc import Mapping

from scenarios.reference.faults.fault import Fault
from scenarios.reference.faults.imaging import IMAGING
from scenarios.reference.faults.replying import LISTS
from scenarios.reference.faults.replying import VALUES as REPLIED
from scenarios.reference.faults.storing import REFUSALS, WORKS
from scenarios.reference.faults.storing import VALUES as STORED
from scenarios.reference.faults.transport import TRANSPORT
from scenarios.reference.faults.wholes import WHOLES

FAULTS: Mapping[str, Fault] = {
    fault.name: fault for fault in (*STORED, *WORKS, *REFUSALS, *REPLIED, *LISTS, *WHOLES, *TRANSPORT, *IMAGING)
}
