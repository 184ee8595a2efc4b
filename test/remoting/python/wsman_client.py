"""A client of PowerShell remoting over WSMan, built on pypsrp: opens a session, makes some calls, and prints what came
back as JSON. Arguments: URL, file of the certification authority, authentication, user, how bodies are encrypted, and
whether a ticket is bound to the certificate; the password on stdin."""

import json
import sys
from urllib.parse import urlsplit

from pypsrp.host import PSHost, PSHostUserInterface
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

address, authority, authentication, user, encryption, binding = sys.argv[1:]
url = urlsplit(address)
password = sys.stdin.readline().rstrip("\n")
credentials = {"username": user, "password": password} if user else {}


def connect():
    """A client of its own for each session: pypsrp goes on sealing by the context of a connection that it has closed."""
    return WSMan(
        "localhost",
        port=url.port,
        path="PowerShell/",
        ssl=url.scheme == "https",
        cert_validation=authority,
        auth=authentication,
        encryption=encryption,
        no_proxy=True,
        negotiate_service="HTTP",
        negotiate_send_cbt=binding == "bound",
        **credentials,
    )


results = []


def call(pool, command, **parameters):
    shell = PowerShell(pool)
    shell.add_cmdlet(command)
    for name, value in parameters.items():
        shell.add_parameter(name, value)
    try:
        output = shell.invoke()
    except Exception as error:  # noqa: BLE001 what it is stands in the result
        results.append({"command": command, "failed": type(error).__name__})
        return
    # A server keeps it until then, as one of those that it counts.
    shell.close()
    results.append(
        {
            "command": command,
            "output": [str(item) for item in output],
            "errors": [str(error.fq_error) for error in shell.streams.error],
        }
    )


class NoSayer(PSHostUserInterface):
    """Answers No to PowerShell's four choices."""

    def PromptForChoice(self, runspace, pipeline, caption, message, choices, default_choice):
        labels = [choice.extended_properties["label"] for choice in choices]
        results.append({"asked": [caption, message.splitlines()[0], labels, default_choice]})
        return 2


host = PSHost(None, None, False, "test", None, NoSayer(), "1.0")
with connect() as wsman, RunspacePool(wsman, configuration_name="Microsoft.Exchange") as pool:
    call(pool, "Get-ExchangeServer")
    call(pool, "Get-ExchangeServer", Identity="BSAEX02")
    # More than one envelope holds, in fragments that follow the command.
    call(pool, "Get-ExchangeServer", Identity="x" * 400_000)
    call(pool, "Get-NoSuchThing")
    # Its question has nobody to answer it here, and somebody in the next pool.
    call(pool, "New-ExchangeCertificate")
with connect() as wsman, RunspacePool(wsman, configuration_name="Microsoft.Exchange", host=host) as pool:
    call(pool, "New-ExchangeCertificate")
print(json.dumps(results))
