"""Image archives and worklists that speak DICOM. Not here: one conversation (`session.py`)."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from drivers.messages import replies
from drivers.messages.dicom import receiver, services
from drivers.messages.dicom.archive import DicomArchive
from drivers.messages.dicom.asked import Asked, asked
from drivers.messages.dicom.association import Association, Rejected
from drivers.messages.dicom.exchange import Exchange
from drivers.messages.dicom.negotiation import offer
from drivers.messages.dicom.session import DicomSession
from drivers.messages.dicom.wire import NotDicom
from drivers.messages.driver import LineDriver
from drivers.messages.line import Line, one_line
from drivers.messages.misbehaving import misbehave
from harness.errors import StackRefused, StackUnreachable
from harness.message import MessageEndpoint, Misbehaviour, Outgoing
from harness.model import Reply
from harness.ports import Archive, MessageSession

Way = Callable[[], Line]
_CHECK = "请核对主机、端口，以及地址应写 dicom:// 还是 dicoms://。"


class DicomDriver(LineDriver):
    """An application entity at one address."""

    def __init__(self, endpoint: MessageEndpoint) -> None:
        super().__init__(endpoint)
        receiver.places(endpoint.receive_at, endpoint.calling)

    @property
    def misbehaviours(self) -> tuple[Misbehaviour, ...]:
        """An association has one request open at a time, so that two in one piece would be no DICOM."""
        return tuple(each for each in Misbehaviour if each is not Misbehaviour.PIPELINED)

    def connect(self) -> DicomSession:
        return self.session_over(self.open)

    def session_over(self, opener: Way) -> DicomSession:
        with self._refusals():
            return DicomSession(self.endpoint, opener)

    def archive(self) -> Archive:
        return DicomArchive(self.endpoint, self.connect(), self._associated)

    def identify(self) -> dict[str, str]:
        """What an association shows that proposes everything and asks nothing."""
        contexts = (*services.usual(), *services.returning())
        association = self._associated(contexts)
        agreement = association.agreement
        association.leave()
        association.part()
        classes = dict.fromkeys(contexts[(n - 1) // 2].abstract for n in agreement.accepted)
        storage = [each for each in classes if each not in services.NAMES]
        return {
            "protocol": "DICOM",
            "answers": f"{agreement.version} {agreement.implementation}".strip(),
            "called": self.endpoint.called,
            "calling": self.endpoint.calling,
            "max_pdu": str(agreement.longest),
            "services": " ".join(services.NAMES[each] for each in classes if each in services.NAMES),
            "storage_classes": str(len(storage)),
            "transfer_syntaxes": " ".join(sorted(set(agreement.accepted.values()))),
            **self.tls_facts(),
            "charset": self.endpoint.charset,
        }

    def misbehave(self, how: Misbehaviour, message: Outgoing, /) -> tuple[Reply, ...]:
        """Only the message is treated badly: what comes before it is agreed on well."""
        wanted = asked(message)
        if wanted is None:
            return (replies.unsendable(f"不认识的 DICOM 服务 {message.method}"),)
        begun: list[Association] = []

        def associated() -> Line:
            begun.append(self._associated((wanted.context,)))
            return begun[-1].line

        def session_over(opener: Way) -> MessageSession:
            bent = opener()
            begun[-1].line = bent
            return _Once(begun[-1], wanted)

        return misbehave(how, message, session_over, associated)

    def _associated(self, contexts: tuple[services.Context, ...]) -> Association:
        proposed = offer(self.endpoint.called, self.endpoint.calling, contexts)
        with self._refusals():
            return Association.called(self.open(), proposed)

    @contextlib.contextmanager
    def _refusals(self) -> Iterator[None]:
        """What goes wrong while an association begins, as faults."""
        try:
            yield
        except Rejected as rejected:
            raise StackRefused(
                f"{self.address} {one_line(rejected)}（被叫 {self.endpoint.called}，主叫 {self.endpoint.calling}）。",
                hint="请核对 called、calling，并确认对端已登记本机的 AE 标题。",
            ) from None
        except TimeoutError:
            raise StackUnreachable(f"{self.address} 接受了连接，但没有应答关联请求。", hint=_CHECK) from None
        except (NotDicom, OSError) as error:
            raise StackUnreachable(f"{self.address} 建立关联失败：{one_line(error)}。", hint=_CHECK) from None


class _Once:
    """One message over an association that is ready, and nothing more."""

    def __init__(self, association: Association, wanted: Asked) -> None:
        self._association, self._wanted = association, wanted

    def send(self, message: Outgoing, /) -> Reply:
        return Exchange(self._association, self._wanted).reply()

    def close(self) -> None:
        self._association.close()
