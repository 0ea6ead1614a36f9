"""The interfaces of the EMR: what answers, who is on the other side, and which document they agreed on."""

from __future__ import annotations

from pathlib import Path

from harness.message import Interface

_HERE = Path(__file__).parent

HTTP = Interface(
    name="emr_http",
    title="病历书写、签名、归档、首页、检索与质控",
    kind="http",
    peer="医生站、病案室、质控科",
    version="REST 1.0",
    document=_HERE / "emr_http.yaml",
    battery=("post_record", "put_version", "put_front_page"),
)
SOAP = Interface(
    name="emr_soap",
    title="共享文档注册、检索与调阅",
    kind="soap",
    peer="集成平台、区域平台",
    version="WS/T 501—2016",
    document=_HERE / "emr_soap.wsdl",
    battery=("document_register",),
)
HL7 = Interface(
    name="emr_hl7",
    title="检验结果引用与文档通知",
    kind="mllp",
    peer="检验系统、集成平台",
    version="HL7 v2.5.1",
    document=_HERE / "emr_hl7.csv",
    battery=("oru_result_copy", "mdm_document"),
)

INTERFACES = (HTTP, SOAP, HL7)
