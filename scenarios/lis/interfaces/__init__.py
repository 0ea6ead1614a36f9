"""The interfaces of the laboratory: what answers, who is on the other side, and which document they agreed on."""

from __future__ import annotations

from pathlib import Path

from harness.message import Interface

_HERE = Path(__file__).parent

HL7 = Interface(
    name="lis_hl7",
    title="检验申请、仪器结果与结果查询",
    kind="mllp",
    peer="HIS 医生站、检验仪器、微生物工作站",
    version="HL7 v2.5.1",
    document=_HERE / "lis_hl7.csv",
    battery=("oml_order", "oru_results"),
)
HTTP = Interface(
    name="lis_http",
    title="标本流转、审核发布、危急值与质控",
    kind="http",
    peer="采集终端、检验工作站、医生站",
    version="REST 1.0",
    document=_HERE / "lis_http.yaml",
    battery=("post_rejection", "post_report"),
)
SOAP = Interface(
    name="lis_soap",
    title="报告调阅与危急值通知",
    kind="soap",
    peer="集成平台",
    version="WS/T 501—2016",
    document=_HERE / "lis_soap.wsdl",
    battery=("soap_critical_notice",),
)

INTERFACES = (HL7, HTTP, SOAP)
