"""One file per family: the wire protocol, the grammar and the error codes that its products share.

`BASE` of each is a product without a name; a product is `dataclasses.replace(BASE, id=…, …)` in `products/`.
"""
