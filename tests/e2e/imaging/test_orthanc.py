"""The real archive of this folder's tests: it answers here and nowhere else, and keeps what it has."""

from __future__ import annotations

import os
import socket
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest
from pydicom.data import get_testdata_file

from drivers.servers.orthanc import CALLED, CALLING
from tests.e2e.imaging.defective import wipe
from tests.e2e.imaging.orthancs import NEEDED, Orthanc, started

pytestmark = [pytest.mark.e2e, *NEEDED, pytest.mark.needs_apt("dcmtk")]

CT = Path(str(get_testdata_file("CT_small.dcm", download=False)))


def dcmtk(program: str, orthanc: Orthanc, *arguments: str, calling: str = CALLING, host: str = "127.0.0.1") -> str:
    """What an independent tool says of it; nothing where all went well."""
    command = [program, "-aet", calling, "-aec", CALLED, host, str(orthanc.dicom_port), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    return "" if done.returncode == 0 else done.stderr


@pytest.mark.parametrize("name", ["on_postgresql", pytest.param("on_mariadb", marks=pytest.mark.long)])
def test_it_keeps_what_it_has_over_a_restart(name: str, request: pytest.FixtureRequest) -> None:
    orthanc: Orthanc = request.getfixturevalue(name)
    assert dcmtk("storescu", orthanc, str(CT)) == ""
    held = orthanc.ask("/instances")
    orthanc.server.stop()
    assert not orthanc.server.running()
    again = started(orthanc.server, orthanc.sql)
    assert again.endpoints == orthanc.endpoints
    assert sorted(again.ask("/instances")) == sorted(held) != []
    wipe(again)


def test_nobody_else_is_served(on_postgresql: Orthanc) -> None:
    assert dcmtk("echoscu", on_postgresql) == ""
    assert "Calling AE Title Not Recognized" in dcmtk("echoscu", on_postgresql, calling="STRANGER")


def test_no_other_machine_is_served(on_postgresql: Orthanc) -> None:
    addresses = [
        each.address
        for found in psutil.net_if_addrs().values()
        for each in found
        if each.family is socket.AF_INET and not each.address.startswith("127.")
    ]
    if not addresses:
        pytest.skip("this machine has no address but loopback")
    assert "Calling AE Title Not Recognized" in dcmtk("echoscu", on_postgresql, host=addresses[0])
    elsewhere = on_postgresql.rest.replace("127.0.0.1", addresses[0])
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"{elsewhere}/system", timeout=5)


def test_it_is_found_again_and_ended_by_its_own_pid(on_mariadb: Orthanc) -> None:
    pid = int(on_mariadb.server.pid_file.read_text())
    assert started(on_mariadb.server, on_mariadb.sql).endpoints == on_mariadb.endpoints
    assert int(on_mariadb.server.pid_file.read_text()) == pid != os.getpid()
