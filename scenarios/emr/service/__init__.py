"""The EMR's part of the reference application: what it answers over each of its interfaces."""

from __future__ import annotations

from scenarios.emr.interfaces import HL7, HTTP, SOAP
from scenarios.emr.pack import PACK
from scenarios.emr.service import hl7, rest, soap
from scenarios.reference.service import Service

SERVICE = Service(pack=PACK, handlers={HTTP.name: rest.handle, SOAP.name: soap.handle, HL7.name: hl7.handle})
