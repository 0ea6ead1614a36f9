"""A CT study of 300 slices by WADO-RS from a real Orthanc: how much of the wall time is our client's processor time.

Target: at most 25 % (issue 5), so that the archive is measured and not we. The client is a process of its own that
retrieves the study several times; that its memory does not grow with that is shown, too.
Run: `python -m tests.bench.bench_dicomweb [slices]`
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from drivers.messages.dicomweb.driver import DicomwebDriver
from drivers.servers import server_for
from drivers.servers.orthanc import OrthancServer
from harness.message import MessageEndpoint
from tests.contract_messages.slices import slices_of

ROUNDS = 6
MOST = 0.25

_CLIENT = """
import json, sys, time
from pathlib import Path
from drivers.messages import driver_for
from harness.message import MessageEndpoint, Outgoing
def peak():
    told = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
    return int(told)
session = driver_for(MessageEndpoint(kind="dicomweb", url=sys.argv[1], timeout_s=60)).connect()
question = Outgoing(body=b"", method="GET", path=f"studies/{sys.argv[2]}")
session.send(question)  # the first one of a process also pays for its memory
before = peak()
walls, spent = [], []
for _ in range(int(sys.argv[3])):
    reply = None
    wall, cpu = time.monotonic(), time.process_time()
    reply = session.send(question)
    walls.append(time.monotonic() - wall)
    spent.append(time.process_time() - cpu)
grown = peak() - before
reading = time.process_time()
objects = len(json.loads(reply.body)["objects"])
reading = time.process_time() - reading
found = {"wall_s": walls, "cpu_s": spent, "grown_mb": grown / 1024, "objects": objects, "reading_s": reading}
print(json.dumps(found))
"""


def fill(url: str, slices: int) -> str:
    """The study, by STOW-RS; its UID."""
    study = "2.25.300"
    archive = DicomwebDriver(MessageEndpoint(kind="dicomweb", url=url)).archive()
    for item in slices_of(study, slices):
        reply = archive.store(item)
        assert reply.kind == 0, reply.message
    archive.close()
    return study


def main(slices: int) -> int:
    if shutil.which("Orthanc", path="/usr/bin:/usr/sbin:/usr/local/bin") is None:
        print(json.dumps({"skipped": "Orthanc is not installed"}))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "orthanc").mkdir()
        database, orthanc = server_for("postgresql", home / "index"), OrthancServer(home / "orthanc")
        try:
            url = orthanc.start(database.start())["dicomweb"]["url"]
            command = [sys.executable, "-c", _CLIENT, url, fill(url, slices), str(ROUNDS)]
            found = json.loads(subprocess.check_output(command, text=True, timeout=120))
        finally:
            orthanc.discard()
            database.discard()
    share = sum(found["cpu_s"]) / sum(found["wall_s"])
    figures = {name: round(statistics.median(found.pop(name)), 3) for name in ("wall_s", "cpu_s")}
    print(json.dumps({**figures, **found, "cpu_share": round(share, 3), "most": MOST}))
    return 0 if share <= MOST and found["objects"] == slices else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 300))
