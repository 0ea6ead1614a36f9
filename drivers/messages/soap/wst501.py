"""Services in the manner of WS/T 501: one operation that takes the name of an action and an XML document as text.

What hospitals run under the name HIPMessageServer (namespace urn:hl7-org:v3, parameters `action` and `message`, answer
`payload`); vendors differ in names, so all of them can be given. Pure. Not here: what the documents say.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from drivers.messages.soap.envelopes import SOAP11, SOAP12
from harness.message import Outgoing


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionService:
    """How one such service wants to be called."""

    operation: str = "HIPMessageServer"
    namespace: str = "urn:hl7-org:v3"
    action: str = "action"
    message: str = "message"
    qualified: bool = True  # whether the parameters stand in the namespace, too
    soap12: bool = False
    soap_action: str = ""

    def call(self, action: str, document: str, *, charset: str = "UTF-8", path: str = "") -> Outgoing:
        """The envelope that hands over a document."""
        prefix = "s:" if self.qualified else ""
        parameters = "".join(
            f"<{prefix}{name}>{escape(text)}</{prefix}{name}>"
            for name, text in ((self.action, action), (self.message, document))
        )
        envelope = (
            f'<?xml version="1.0" encoding="{charset}"?>'
            f'<e:Envelope xmlns:e="{SOAP12 if self.soap12 else SOAP11}" xmlns:s="{self.namespace}"><e:Body>'
            f"<s:{self.operation}>{parameters}</s:{self.operation}></e:Body></e:Envelope>"
        )
        body = envelope.encode(charset, "xmlcharrefreplace")
        return Outgoing(body=body, path=path, headers={"SOAPAction": self.soap_action})


def document_in(body: bytes) -> str | None:
    """The text that a service answered with, None where the answer holds none. Raises ValueError for what is no XML."""
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise ValueError(f"应答不是 XML：{error}") from None
    texts = [(element.text or "").strip() for element in root.iter() if not len(element)]
    return next((text for text in texts if text), None)
