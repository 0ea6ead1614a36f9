"""The laboratory's part of the reference application: what it answers over each of its interfaces."""

from __future__ import annotations

from scenarios.lis.interfaces import HL7, HTTP, SOAP
from scenarios.lis.pack import PACK
from scenarios.lis.service import hl7, rest, soap
from scenarios.reference.service import Service

SERVICE = Service(pack=PACK, handlers={HL7.name: hl7.handle, HTTP.name: rest.handle, SOAP.name: soap.handle})
