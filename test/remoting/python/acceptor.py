"""An acceptor of sealed messages (MS-WSMV 2.2.9.1), built on pyspnego and on pypsrp's reader and writer of their form:
nothing of it is ours. It knows HTTP and bodies, not what they say.

A connection signs in with an empty POST, and has its context from then on. What is to happen stands in the address:

  /<Kerberos or Negotiate>/<one of SIGN_INS>/<method of Answers>/...

The first answer is for the first body of a connection, and so on; the last one is for all that follow. Prints its port,
then a line of JSON for each request, before it is answered, and an empty one for each line of stdin, whose end is its own.

Arguments, for HTTPS, where bodies are plain and tokens must be bound: file of the certificate, of its key, and of the
certificate that tokens must be bound to.
"""

import base64
import hashlib
import http.server
import json
import os
import re
import ssl
import sys
import threading

import gssapi
import spnego
import spnego.channel_bindings
from pypsrp.encryption import WinRMEncryption
from pypsrp.negotiate import HTTPNegotiateAuth

SOAP = "application/soap+xml;charset=UTF-8"
PROTOCOLS = {"Kerberos": WinRMEncryption.KERBEROS, "Negotiate": WinRMEncryption.SPNEGO}
OCTETS = b"\tContent-Type: application/octet-stream\r\n"
END = b"--Encrypted Boundary--\r\n"
# As a client has to write it; pypsrp's reader takes more.
FORM = (
    rb"--Encrypted Boundary\r\n"
    rb"\tContent-Type: %s\r\n"
    rb"\tOriginalContent: type=application/soap\+xml;charset=UTF-8;Length=[0-9]+\r\n"
    rb"--Encrypted Boundary\r\n" + re.escape(OCTETS) + rb".*" + END
)
# Else the reason of a refusal is kept back until a further token comes, which never does.
gssapi.SecurityContext.__DEFER_STEP_ERRORS__ = False
ELSEWHERE = {"Location": "/Kerberos/proven/elsewhere"}


def flipped(value, at):
    changed = bytearray(value)
    changed[at] ^= 1
    return bytes(changed)


def say(line):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def told(plain):
    return json.dumps({"bytes": len(plain), "sha256": hashlib.sha256(plain).hexdigest()}).encode()


def signed_in(scheme, token):
    return 200, {"WWW-Authenticate": f"{scheme} {base64.b64encode(token).decode()}"}


# What a right token is answered with: status and headers.
SIGN_INS = {
    "proven": signed_in,
    "unproven": lambda scheme, token: (200, {}),
    "tokenless": lambda scheme, token: (200, {"WWW-Authenticate": scheme}),
    "altered": lambda scheme, token: signed_in(scheme, flipped(token, len(token) - 1)),
    "cut": lambda scheme, token: signed_in(scheme, token[:-1]),
    "refused": lambda scheme, token: (401, {"WWW-Authenticate": scheme}),
    "redirected": lambda scheme, token: (302, ELSEWHERE),
}


class Answers:
    """What a body is answered with, by name: status, headers and body."""

    def __init__(self, context, scheme):
        self.context = context
        self.scheme = scheme
        self.last = b""

    def encrypted_type(self):
        return f'multipart/encrypted;protocol="{PROTOCOLS[self.scheme]}";boundary="Encrypted Boundary"'

    def sealed(self, plain, status=200, headers=None, boundary=WinRMEncryption.MIME_BOUNDARY):
        writer = WinRMEncryption(self.context, PROTOCOLS[self.scheme])
        writer.MIME_BOUNDARY = boundary
        _, self.last = writer.wrap_message(plain)
        return status, {"Content-Type": self.encrypted_type(), **(headers or {})}, self.last

    # Right ones, in the forms that servers write.

    def echo(self, plain, body):
        return self.sealed(plain)

    def told(self, plain, body):
        return self.sealed(told(plain))

    def exchange(self, plain, body):
        return self.sealed(plain, boundary="-- Encrypted Boundary")

    def windows(self, plain, body):
        status, headers, written = self.sealed(plain)
        return status, headers, written.replace(b"\r\n\t", b"\r\n", 3)

    def fault(self, plain, body):
        return self.sealed(plain, status=500)

    # Sealed, and not as they were sealed.

    def altered(self, plain, body):
        status, headers, written = self.sealed(plain)
        return status, headers, flipped(written, -len(END) - 1)

    def altered_header(self, plain, body):
        status, headers, written = self.sealed(plain)
        # Behind its length of 4 bytes, in what is encrypted of it.
        return status, headers, flipped(written, written.index(OCTETS) + len(OCTETS) + 4 + 30)

    def altered_length(self, plain, body):
        status, headers, written = self.sealed(plain)
        return status, headers, written.replace(b"Length=%d\r" % len(plain), b"Length=%d\r" % (len(plain) + 1), 1)

    def repeated(self, plain, body):
        return 200, {"Content-Type": self.encrypted_type()}, self.last

    def skipped(self, plain, body):
        self.sealed(b"never sent")
        return self.sealed(plain)

    def reflected(self, plain, body):
        return 200, {"Content-Type": self.encrypted_type()}, body

    def cut(self, plain, body):
        status, headers, written = self.sealed(plain)
        return status, headers, written[: -len(END) - 1] + END

    def endless(self, plain, body):
        status, headers, written = self.sealed(plain)
        return status, headers, written[: -len(END)]

    def broken_off(self, plain, body):
        status, headers, written = self.sealed(plain)
        return status, {**headers, "Content-Length": str(len(written)), "Connection": "close"}, written[:-40]

    def other_scheme(self, plain, body):
        self.scheme = {"Kerberos": "Negotiate", "Negotiate": "Kerberos"}[self.scheme]
        return self.sealed(plain)

    def signed(self, plain, body):
        """A token that proves who wrote it, for all to read."""
        token = self.context.wrap(plain, encrypt=False).data
        status, headers, written = self.sealed(plain)
        lines = written[: written.index(OCTETS) + len(OCTETS)]
        return status, headers, lines + (16).to_bytes(4, "little") + token + END

    # Sealed, with a head that somebody else may have written.

    def sealed_redirect(self, plain, body):
        return self.sealed(plain, status=302, headers=ELSEWHERE)

    def sealed_busy(self, plain, body):
        return self.sealed(plain, status=503, headers={"Retry-After": "0"})

    # Not sealed.

    def plain(self, plain, body):
        return 200, {"Content-Type": SOAP}, plain

    def plain_as_encrypted(self, plain, body):
        return 200, {"Content-Type": self.encrypted_type()}, plain

    def encrypted_as_plain(self, plain, body):
        status, headers, written = self.sealed(plain)
        return status, {**headers, "Content-Type": SOAP}, written

    def empty(self, plain, body):
        return 200, {}, b""

    def plain_fault(self, plain, body):
        return 500, {"Content-Type": SOAP}, plain

    def redirect(self, plain, body):
        return 302, ELSEWHERE, b""

    def busy(self, plain, body):
        return 503, {"Retry-After": "0"}, b""

    def challenge(self, plain, body):
        return 401, {"WWW-Authenticate": 'Basic realm="eve"'}, b""


class Connection(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    context = None
    answers = None
    answered = 0

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        seen = {
            "connection": self.client_address[1],
            "path": self.path,
            "authorization": self.headers.get("Authorization", "").partition(" ")[0],
            "type": self.headers.get("Content-Type"),
            "bodyBytes": len(body),
        }
        try:
            status, headers, answer = self.answer(body, seen)
        except Exception as error:  # noqa: BLE001 what it is stands in the line
            seen["refused"] = f"{type(error).__name__}: {error}"
            status, headers, answer = 400, {"Connection": "close"}, b""
            if self.context is None:
                status, headers = 401, {"WWW-Authenticate": self.path.split("/")[1]}
        say(json.dumps(seen))
        self.send_response(status)
        for name, value in {"Content-Length": str(len(answer)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def answer(self, body, seen):
        scheme, sign_in, *names = self.path.strip("/").split("/")
        kind, _, token = self.headers.get("Authorization", "").partition(" ")
        is_tls = isinstance(self.connection, ssl.SSLSocket)
        if kind == scheme:
            token = self.accept(scheme, base64.b64decode(token), seen)
            status, headers = SIGN_INS[sign_in](scheme, token)
            return status, headers, self.read(body, seen) if is_tls and body else b""
        if self.context is None:
            return 401, {"WWW-Authenticate": scheme}, b""
        if is_tls:
            return 200, {"Content-Type": SOAP}, self.read(body, seen)
        plain = self.unseal(scheme, body, seen)
        name = names[min(self.answered, len(names) - 1)]
        self.answered += 1
        return getattr(self.answers, name)(plain, body)

    def accept(self, scheme, token, seen):
        wanted = self.server.bindings
        bindings = wanted and spnego.channel_bindings.GssChannelBindings(application_data=wanted)
        context = spnego.server(
            hostname="localhost", service="HTTP", protocol=scheme.lower(), channel_bindings=bindings
        )
        answer = context.step(token)
        library = context
        while not isinstance(library, gssapi.SecurityContext):
            library = library._context  # pyspnego does not show whether a token was bound.
        seen.update(
            complete=context.complete,
            peer=context.client_principal,
            keyBytes=len(context.session_key),
            bound=gssapi.RequirementFlag.channel_bound in library.actual_flags,
        )
        # MIT's library takes a token that is bound to nothing.
        if wanted is not None and not seen["bound"]:
            raise ValueError("the token is bound to nothing")
        self.context = context
        self.answers = Answers(context, scheme)
        return answer

    def unseal(self, scheme, body, seen):
        if seen["type"] != self.answers.encrypted_type():
            raise ValueError("the type is not that of a sealed body")
        if re.fullmatch(FORM % PROTOCOLS[scheme].encode(), body, re.DOTALL) is None:
            raise ValueError("the form is not that of a sealed body")
        plain = WinRMEncryption(self.context, PROTOCOLS[scheme]).unwrap_message(body, "Encrypted Boundary")
        start = body.index(OCTETS) + len(OCTETS)
        seen["headerBytes"] = int.from_bytes(body[start : start + 4], "little")
        self.read(plain, seen)
        return plain

    def read(self, plain, seen):
        seen.update(plainBytes=len(plain), sha256=hashlib.sha256(plain).hexdigest())
        return told(plain)

    def log_message(self, *_):
        pass


def bindings_of(certificate):
    with open(certificate, encoding="ascii") as file:
        shown = ssl.PEM_cert_to_DER_cert(file.read())
    return b"tls-server-end-point:" + HTTPNegotiateAuth._get_certificate_hash(shown)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Connection)
server.bindings = None
if len(sys.argv) > 1:
    certificate, key, bound_to = sys.argv[1:]
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.bindings = bindings_of(bound_to)
say(str(server.server_port))
threading.Thread(target=server.serve_forever, daemon=True).start()
for _ in sys.stdin:
    say("")
os._exit(0)
