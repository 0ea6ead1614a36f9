"""What an interface says where its handler stumbled: an AE, a problem, a server's fault. Not here: good answers."""

from __future__ import annotations

from collections.abc import Mapping

from scenarios import hl7_received, rest, soap
from scenarios.reference.reception import Apology
from scenarios.reference.service import DICOM_JSON, Answer, Request

PROCESSING_FAILURE = 0x0110


def _hl7(request: Request, sentence: str) -> Answer:
    why = hl7_received.Declined(sentence, condition=hl7_received.INTERNAL)
    segments = hl7_received.declined(request.body, why, request.charset)
    return Answer(body=hl7_received.answer(request.body, *segments, kind=("ACK",), charset=request.charset))


def _http(request: Request, sentence: str) -> Answer:
    return rest.Problem(500, sentence).answer(request.charset)


def _soap(request: Request, sentence: str) -> Answer:
    return soap.Fault(sentence, code="Server").answer(request.charset)


def _dicom(request: Request, sentence: str) -> Answer:
    return Answer(body=b"[]", status=PROCESSING_FAILURE, content_type=DICOM_JSON)


APOLOGIES: Mapping[str, Apology] = {"mllp": _hl7, "http": _http, "soap": _soap, "dicom": _dicom, "dicomweb": _http}
