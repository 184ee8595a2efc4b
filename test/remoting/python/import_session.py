"""What a real PowerShell client sends to enter a session of Exchange and to import it, and then for the cmdlets that were
imported. The server is given as arguments; what came back is printed as JSON."""

import json
import sys

import psrpcore
from psrpcore.types import CommandTypes, HostInfo, PSCustomObject, PSEnumBase, PSType

from peer import close_pool, command, events, finish, flush, open_pool, pool, start

OWA = "BSAEX02\\owa (Default Web Site)"
KINDS = (
    CommandTypes.Alias
    | CommandTypes.Cmdlet
    | CommandTypes.Function
    | CommandTypes.Filter
    | CommandTypes.Configuration
)


@PSType(["System.Management.Automation.ActionPreference"])
class ActionPreference(PSEnumBase):
    SilentlyContinue = 0
    Stop = 1


def metadata(names, kinds=KINDS, modules=None):
    return finish(start(psrpcore.ClientGetCommandMetadata(pool, names, kinds, modules)))


def chain(*commands, host=None, input=None):
    shell = psrpcore.ClientPowerShell(pool, no_input=input is None, **({} if host is None else {"host": host}))
    for name, parameters in commands:
        shell.add_command(name)
        for parameter, value in parameters.items():
            shell.add_parameter(parameter, value)
    start(shell)
    if input is not None:
        for item in input:
            shell.send(item)
        shell.send_eof()
        flush()
    said = finish(shell)
    calls = [
        (call.method_identifier.name, call.ci, list(call.method_parameters))
        for call in events
        if isinstance(call, psrpcore.PipelineHostCallEvent) and call.pipeline_id == shell.pipeline_id
    ]
    return {**said, "calls": calls}


def switch(present):
    """As PowerShell serializes one; a script's `-Name` arrives so, under the name `-Name:`."""
    return PSCustomObject(PSTypeName="System.Management.Automation.SwitchParameter", IsPresent=present)


somebody = HostInfo(IsHostNull=False, IsHostUINull=False, IsHostRawUINull=True, UseRunspaceHost=False)
report = {"version": open_pool()}

# Enter-PSSession
report["entered"] = metadata(["Out-Default", "Exit-PSSession"])
report["shown"] = chain(("Get-ExchangeServer", {"Identity": "BSAEX01"}), ("Out-Default", {}), host=somebody)
report["unseen"] = chain(("Get-ExchangeServer", {"Identity": "BSAEX01"}), ("Out-Default", {}))
report["left"] = chain(("Exit-PSSession", {}), host=somebody)

# Import-PSSession
report["formats"] = chain(("Get-FormatData", {"TypeName": ["*"], "PowerShellVersion": "7.6.9"}))
report["counted"] = chain(("Get-FormatData", {"TypeName": ["*"]}), ("Measure-Object", {}))
report["imported"] = metadata(["*"], modules=[])
report["some"] = metadata(["Set-*VirtualDirectory", "Get-NoSuchThing"])
report["none"] = metadata(["*"], CommandTypes.Alias)
report["help"] = chain(("Get-Help", {"Name": "set-owavirtualdirectory", "Category": "Cmdlet"}))
report["no help"] = chain(("Get-Help", {"Name": "Get-NoSuchThing"}))

# An imported Set-OwaVirtualDirectory
report["rehearsed"] = chain(
    (
        "Set-OwaVirtualDirectory",
        {
            "-Identity:": OWA,
            "-ExternalUrl:": "https://mail.contoso.com/owa",
            "-WhatIf:": switch(True),
            "-Confirm:": switch(False),
        },
    )
)
report["stopped"] = chain(
    ("Set-OwaVirtualDirectory", {"-Identity:": "BSAEX02\\nope", "-ErrorAction:": ActionPreference.Stop})
)
report["silenced"] = chain(
    ("Get-OwaVirtualDirectory", {"-Identity:": "BSAEX02\\nope", "-ErrorAction:": ActionPreference.SilentlyContinue})
)
report["piped"] = chain(
    ("Set-OwaVirtualDirectory", {"-ExternalUrl:": "https://mail.contoso.com/owa"}),
    input=[OWA, "BSAEX02\\nope", PSCustomObject(Identity="BSAEX01\\owa (Default Web Site)")],
)
report["exit"] = close_pool()
json.dump(report, sys.stdout)
