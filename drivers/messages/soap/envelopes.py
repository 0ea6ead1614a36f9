"""SOAP envelopes: which version one is, what its headers must be, what a fault in an answer says. Pure.

A stored envelope is never taken apart before it is sent. Not here: WSDL (`wsdl.py`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

SOAP11, SOAP12 = "http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"
_ACTION = "soapaction"
_SENDERS = {"Client", "Sender", "VersionMismatch", "MustUnderstand", "DataEncodingUnknown"}
# HL7 v3, as WS/T 501 services answer it, plain or as escaped text: <acknowledgement typeCode="AE">
_ACKNOWLEDGEMENT = re.compile(rb"""acknowledgement\b[^>&]{0,200}?typeCode\s*=\s*(?:"|'|&quot;|&\#34;)([AC][AER])""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What a service said instead of an answer."""

    code: str  # Client, soap:Server, env:Sender …
    text: str

    @property
    def by_sender(self) -> bool:
        """Whether it is the message that is declined, and not the service that failed."""
        return self.code.rpartition(":")[2].partition(".")[0] in _SENDERS


def headers_for(body: bytes, given: Mapping[str, str], charset: str) -> dict[str, str]:
    """The headers that the envelope's version asks for; what a message brings itself stays, but for SOAPAction."""
    action = next((value for name, value in given.items() if name.lower() == _ACTION), "").strip('"')
    headers = {name: value for name, value in given.items() if name.lower() != _ACTION}
    typed = any(name.lower() == "content-type" for name in headers)
    if SOAP12.encode() in body[:4096]:
        if not typed:
            named = f'; action="{action}"' if action else ""
            headers["Content-Type"] = f"application/soap+xml; charset={charset}{named}"
        return headers
    if not typed:
        headers["Content-Type"] = f"text/xml; charset={charset}"
    headers["SOAPAction"] = f'"{action}"'
    return headers


def is_envelope(body: bytes) -> bool:
    return b"Envelope" in body


def fault_in(body: bytes) -> Fault | None:
    """The fault of an answer, None where there is none or the answer cannot be read."""
    if b"Fault" not in body:
        return None
    try:
        root = ElementTree.fromstring(body)
    except (ElementTree.ParseError, LookupError, ValueError):  # LookupError, ValueError: a charset that expat lacks
        return None
    for space in (SOAP11, SOAP12):
        fault = root.find(f"{{{space}}}Body/{{{space}}}Fault")
        if fault is not None:
            return _soap11(fault) if space == SOAP11 else _soap12(fault)
    return None


def declined(body: bytes) -> str:
    """AE or AR of an HL7 v3 acknowledgement inside an answer, "" where there is none or it is good."""
    found = _ACKNOWLEDGEMENT.search(body) if b"typeCode" in body else None
    code = found[1].decode("ascii") if found else ""
    return "" if code in {"AA", "CA"} else code


def _soap11(fault: ElementTree.Element) -> Fault:
    return Fault(code=(fault.findtext("faultcode") or "").strip(), text=(fault.findtext("faultstring") or "").strip())


def _soap12(fault: ElementTree.Element) -> Fault:
    code = fault.findtext(f"{{{SOAP12}}}Code/{{{SOAP12}}}Value") or ""
    text = fault.findtext(f"{{{SOAP12}}}Reason/{{{SOAP12}}}Text") or ""
    return Fault(code=code.strip(), text=text.strip())
