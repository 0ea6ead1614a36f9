"""A timestamp authority of one's own, made with the openssl command: a root, a signer below it, its responses."""

from __future__ import annotations

import subprocess
from pathlib import Path

_SETTINGS = """
[req]
distinguished_name = dn
prompt = no
[dn]
CN = Root
[ca]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
[signer]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = here
[here]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256,sha512
ess_cert_id_alg = sha256
"""


class Authority:
    """An authority in a folder; `root` is its root certificate."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self.root = folder / "ca.pem"
        (folder / "settings").write_text(_SETTINGS, encoding="ascii")
        (folder / "serial").write_text("07", encoding="ascii")
        new_key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -config settings"
        self._openssl(f"req -x509 {new_key} -keyout ca.key -out ca.pem -days 30 -extensions ca")
        self._openssl(f"req {new_key} -keyout tsa.key -out tsa.csr -subj /CN=Signer")
        sign = "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -set_serial 5 -days 30"
        self._openssl(f"{sign} -out tsa.pem -extfile settings -extensions signer")

    def answer(self, request: Path, response: Path) -> Path:
        self._openssl(f"ts -reply -config settings -queryfile {request} -out {response}")
        return response

    def says(self, request: Path) -> str:
        """The request as openssl reads it."""
        return self._openssl(f"ts -query -in {request} -text")

    def _openssl(self, words: str) -> str:
        command = ["openssl", *words.split()]
        done = subprocess.run(command, cwd=self._folder, capture_output=True, text=True, check=True, timeout=30)
        return done.stdout
