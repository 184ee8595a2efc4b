"""A client of the acceptor, built on pypsrp, which shows that the acceptor is right by itself. Sends bodies of the sizes
given, and prints for each, as JSON, what came back: true where it is the same, else its text, or what failed.
Arguments: address, scheme, file of an authority or -, bound or unbound, sizes."""

import json
import os
import sys
from urllib.parse import urlsplit

from pypsrp.wsman import WSMan

address, scheme, authority, binding, *sizes = sys.argv[1:]
to = urlsplit(address)
wsman = WSMan(
    to.hostname,
    port=to.port,
    path=to.path.lstrip("/"),
    ssl=to.scheme == "https",
    cert_validation=authority,
    auth=scheme,
    negotiate_service="HTTP",
    negotiate_send_cbt=binding == "bound",
    no_proxy=True,
)
results = []
for size in sizes:
    # Text, since pypsrp reads answers as text for its log.
    message = os.urandom(int(size)).hex()[: int(size)].encode()
    try:
        answer = wsman.transport.send(message)
        results.append(True if answer == message else answer.decode())
    except Exception as error:  # noqa: BLE001 what it is stands in the result
        results.append(type(error).__name__)
print(json.dumps(results))
