"""The evidence package: what is handed over, and what makes any later change to it show.

manifest     every file with its size, SHA-256 and SM3, as one canonical text (pure)
sealing      a folder sealed with a manifest, and held against it again
scan         what must not leave the house: credentials, personal data (pure); `scanning` walks the folders
keys         Ed25519 and SM2 keys: reading, fingerprints, signing, checking; `sm2` is how SM2 keys are written
signatures   a signature over the manifest as a file of its own
timestamps   RFC 3161 requests and responses, without a network
description  `package.json`: what is inside, made by which versions
container    the .zip: the same bytes for the same inputs; `opening` takes it apart again and trusts nothing
packing      the story from run folders to a package; `timestamping` adds a response to one

Recomputing verdicts is `harness.verify`, which stands above.
"""
