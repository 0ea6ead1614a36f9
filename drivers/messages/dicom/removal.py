"""Taking a study away from an archive by the way that the endpoint names: DICOM itself knows none.

dicomweb:http://…/dicom-web deletes the study there; orthanc:http://… does it by Orthanc's own interface;
command:/path/to/program is called with the Study Instance UID. Not here: whether the study is ours.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import re
import shlex
import subprocess
from collections.abc import Mapping
from urllib.parse import urlsplit

from drivers.messages import replies
from drivers.messages.address import address_of, secret
from drivers.messages.line import trust
from harness.errors import BadInput
from harness.message import MessageEndpoint
from harness.model import ErrorClass, Reply, ReplyKind

_UID = re.compile(r"[0-9]+(\.[0-9]+)+")


def remove(endpoint: MessageEndpoint, study: str) -> Reply:
    """Raises BadInput where the endpoint says nothing, or what is not understood."""
    way, _, where = endpoint.removal.partition(":")
    if not _UID.fullmatch(study):
        return replies.unsendable(f"“{study}”不是检查实例 UID")
    if way == "command" and where:
        return _by_program(where, study, endpoint.timeout_s)
    if way in {"dicomweb", "orthanc"} and urlsplit(where).hostname:
        return _by_web(endpoint, way, where.rstrip("/"), study)
    raise BadInput(
        f"没有写明怎样从 {endpoint.url} 删去影像。" if not way else f"removal = “{endpoint.removal}”看不懂。",
        hint='请在该端点写 removal = "dicomweb:http://…"、"orthanc:http://…" 或 "command:/程序"。',
    )


def _by_program(program: str, study: str, timeout_s: float) -> Reply:
    try:
        done = subprocess.run([*shlex.split(program), study], capture_output=True, timeout=timeout_s, check=False)
    except subprocess.TimeoutExpired:
        return replies.timed_out(timeout_s)
    except (OSError, ValueError) as error:
        return replies.unopened(f"程序 {program} 无法运行：{error}")
    told = (done.stderr or done.stdout).decode(errors="replace")
    if done.returncode:
        return replies.of(ReplyKind.FAILED, ErrorClass.OTHER, f"{done.returncode} {replies.one_line(told)}".strip())
    return Reply(ReplyKind.OK, message=replies.one_line(told), status="success")


def _by_web(endpoint: MessageEndpoint, way: str, base: str, study: str) -> Reply:
    parts = urlsplit(base)
    headers = _authorization(endpoint)
    try:
        with contextlib.closing(_connection(base, endpoint)) as connection:
            path = f"{parts.path}/studies/{study}"
            if way == "orthanc":
                connection.request("POST", f"{parts.path}/tools/lookup", body=study, headers=headers)
                found = connection.getresponse()
                text = found.read()
                if found.status != http.HTTPStatus.OK:
                    return _judged(found.status, found.reason, text)
                studies = [each["ID"] for each in json.loads(text) if each["Type"] == "Study"]
                if not studies:
                    return _judged(http.HTTPStatus.NOT_FOUND, "没有这个检查", b"")
                path = f"{parts.path}/studies/{studies[0]}"
            connection.request("DELETE", path, headers=headers)
            answer = connection.getresponse()
            return _judged(answer.status, answer.reason, answer.read())
    except TimeoutError:
        return replies.timed_out(endpoint.timeout_s)
    except OSError as error:
        return replies.unopened(f"连接不到 {base}：{error}")
    except (http.client.HTTPException, ValueError, KeyError, TypeError) as error:
        return replies.no_answer(f"{base} 的应答看不懂：{error}")


def _connection(base: str, endpoint: MessageEndpoint) -> http.client.HTTPConnection:
    parts = urlsplit(base)
    host, port, timeout_s = parts.hostname or "", parts.port, endpoint.timeout_s
    if parts.scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=timeout_s, context=trust(endpoint.ca))
    return http.client.HTTPConnection(host, port, timeout=timeout_s)


def _authorization(endpoint: MessageEndpoint) -> Mapping[str, str]:
    where = address_of(endpoint)
    password, token = secret(endpoint.password_env, where), secret(endpoint.token_env, where)
    if token:
        return {"Authorization": f"Bearer {token}"}
    if where.user:
        return {"Authorization": f"Basic {base64.b64encode(f'{where.user}:{password}'.encode()).decode()}"}
    return {}


def _judged(status: int, reason: str, body: bytes) -> Reply:
    told = f"{status} {reason}"
    if status < http.HTTPStatus.BAD_REQUEST:
        return Reply(ReplyKind.OK, message=told, status="success")
    told = f"{told} {replies.one_line(body.decode(errors='replace'))}".strip()
    kind = ReplyKind.REFUSED if status < http.HTTPStatus.INTERNAL_SERVER_ERROR else ReplyKind.FAILED
    error_class = ErrorClass.FOREIGN_KEY if status == http.HTTPStatus.NOT_FOUND else ErrorClass.OTHER
    return Reply(kind, error_class=error_class, message=told, status="failure")
