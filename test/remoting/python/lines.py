"""The lines in which PowerShell remoting goes over a byte stream, for peers built on psrpcore."""

import base64
import re
import uuid

POOL = uuid.UUID(int=0)
LINE = re.compile(r"^<(\w+)([^>]*?)\s*(?:/>|>([^<]*)</\1>)\s*$")


def parse(line):
    """Kind, pipeline id (zeros for the pool), and bytes of a line."""
    match = LINE.match(line)
    if match is None:
        raise ValueError("not a line of the protocol: %r" % line[:80])
    target = re.search(r"PSGuid='([0-9A-Fa-f-]{36})'", match.group(2))
    return match.group(1), uuid.UUID(target.group(1)), base64.b64decode(match.group(3) or "")


def bare(kind, target):
    return "<%s PSGuid='%s' />\n" % (kind, target)


def data(target, content, stream="Default"):
    text = base64.b64encode(content).decode()
    return "<Data Stream='%s' PSGuid='%s'>%s</Data>\n" % (stream, target, text)
