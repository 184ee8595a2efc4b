"""The other end of a context, by libraries that are not ours. Lines of JSON with bytes in base64: a request, an answer.
The first of a context tells what it is for. Argument: pyspnego or gssapi.
"""

import base64
import json
import sys

import gssapi
import spnego
import spnego.channel_bindings

OIDS = {"kerberos": "1.2.840.113554.1.2.2", "negotiate": "1.3.6.1.5.5.2"}


class Pyspnego:
    def __init__(self, usage, protocol, given):
        channel = spnego.channel_bindings.GssChannelBindings(application_data=given) if given else None
        request = spnego.ContextReq.default
        if usage == "initiate":
            self.context = spnego.client(
                hostname="localhost",
                service="HTTP",
                protocol=protocol,
                channel_bindings=channel,
                context_req=request,
            )
        else:
            self.context = spnego.server(
                hostname="localhost",
                service="HTTP",
                protocol=protocol,
                channel_bindings=channel,
                context_req=request,
            )

    def step(self, token):
        return self.context.step(token)

    def seal(self, message):
        result = self.context.wrap_winrm(message)
        return result.header, result.data

    def unseal(self, header, data):
        return self.context.unwrap_winrm(header, data)

    def sign(self, message):
        return self.context.sign(message)

    def verify(self, message, signature):
        self.context.verify(message, signature)


class Gssapi:
    """MIT's library with the SPNEGO of its own."""

    def __init__(self, usage, protocol, given):
        mechanism = gssapi.OID.from_int_seq(OIDS[protocol])
        channel = gssapi.raw.ChannelBindings(application_data=given) if given else None
        if usage == "initiate":
            name = gssapi.Name("HTTP@localhost", gssapi.NameType.hostbased_service)
            flags = gssapi.RequirementFlag
            self.context = gssapi.SecurityContext(
                name=name,
                mech=mechanism,
                usage="initiate",
                channel_bindings=channel,
                flags=flags.mutual_authentication
                | flags.replay_detection
                | flags.out_of_sequence_detection
                | flags.confidentiality
                | flags.integrity,
            )
        else:
            self.context = gssapi.SecurityContext(usage="accept", channel_bindings=channel)

    def step(self, token):
        return self.context.step(token)

    def seal(self, message):
        sealed = self.context.wrap(message, True)
        return sealed.message, b""

    def unseal(self, header, data):
        return self.context.unwrap(header + data).message

    def sign(self, message):
        return self.context.get_signature(message)

    def verify(self, message, signature):
        self.context.verify_signature(message, signature)


def encoded(value):
    return None if value is None else base64.b64encode(value).decode()


def answer(peer, request):
    given = [None if value is None else base64.b64decode(value) for value in request["bytes"]]
    name = request["do"]
    result = getattr(peer, name)(*given)
    values = result if isinstance(result, tuple) else (result,)
    return {"bytes": [encoded(value) for value in values]}


peer = None
for line in sys.stdin:
    request = json.loads(line)
    try:
        if request["do"] == "begin":
            kind = {"pyspnego": Pyspnego, "gssapi": Gssapi}[sys.argv[1]]
            peer = kind(request["usage"], request["protocol"], base64.b64decode(request["bindings"]))
            print(json.dumps({"bytes": []}), flush=True)
        else:
            print(json.dumps(answer(peer, request)), flush=True)
    except Exception as error:  # pylint: disable=broad-except
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
