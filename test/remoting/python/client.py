"""A client of PowerShell remoting: makes a round of calls to the server given as arguments, and prints what came back as
JSON."""

import json
import sys
import uuid

import psrpcore
from psrpcore.types import ErrorCategoryInfo, ErrorRecord, HostInfo, NETException, PSSecureString

import lines
from peer import close_pool, command, events, finish, flush, open_pool, pool, read, start, write


def ask(answer):
    """Lets a command ask, answers, and gives what was asked and what the pipeline then said."""
    host = HostInfo(IsHostNull=False, IsHostUINull=False, IsHostRawUINull=True, UseRunspaceHost=False)
    shell = psrpcore.ClientPowerShell(pool, host=host)
    shell.add_command("Request-Choice")
    start(shell)
    while True:
        calls = [e for e in events if isinstance(e, psrpcore.PipelineHostCallEvent) and e.pipeline_id == shell.pipeline_id]
        if calls:
            break
        read()
    caption, message, choices, preset = calls[0].method_parameters
    answer(shell, calls[0].ci)
    flush()
    return [caption, message, [choice.Label for choice in choices], preset], finish(shell)


def refuse(shell, ci):
    record = ErrorRecord(
        Exception=NETException(Message="not today"), CategoryInfo=ErrorCategoryInfo(), FullyQualifiedErrorId="Refused"
    )
    shell.host_response(ci, error_record=record)


report = {}
report["version"] = open_pool()

text = "quote ' \u2019 dash \u2013 _x0041_ _X0041_ \U0001f600 \x00\x1f\x7f\u2028\ufffe\uffff\n"
report["text"] = text
report["echo"] = finish(
    start(
        command(
            "Get-Echo", Text=text, Number=5, Large=2**40, Yes=True, Nothing=None, List=["a", "b"], Table={"Add": "x"},
            Bytes=b"\x01\x02\xff", Fraction=1.5, Id=uuid.UUID(int=7)
        )
    )
)
pool.exchange_key()
flush()
while not any(isinstance(event, psrpcore.EncryptedSessionKeyEvent) for event in events):
    read()
report["secret"] = finish(start(command("Get-Echo", Password=PSSecureString(text))))
unnamed = psrpcore.ClientPowerShell(pool)
unnamed.add_command("Get-Echo").add_argument("first").add_parameter("Named", 2)
report["unnamed"] = finish(start(unnamed))
report["nothing"] = finish(start(command("Get-Nothing")))
report["trouble"] = finish(start(command("Get-Trouble")))
report["failure"] = finish(start(command("Get-Failure")))
report["asked"], report["no"] = ask(lambda shell, ci: psrpcore.ClientHostResponder(shell).prompt_for_choice(ci, 2))
_, report["refused"] = ask(refuse)
report["unattended"] = finish(start(command("Request-Choice")))
report["unknown"] = finish(start(command("Get-Unknown")))
report["big"] = finish(start(command("Get-Big", Bytes=3000000)))
report["sent"] = finish(start(command("Get-Echo", Data=b"\x05" * 2000000)))

several = [start(command("Wait-Short", Milliseconds=wait, Tag=wait)) for wait in (300, 200, 100)]
order = []
while len(order) < 3:
    read()
    order = [event.data for event in events if isinstance(event, psrpcore.PipelineOutputEvent)][-3:]
    order = [value for value in order if value in (100, 200, 300)]
report["several"] = order
for shell in several:
    finish(shell)

statements = psrpcore.ClientPowerShell(pool)
statements.add_command("Get-Echo").add_parameter("First", 1).add_statement()
statements.add_command("Get-Echo").add_parameter("Second", 2)
report["statements"] = finish(start(statements))

piped = psrpcore.ClientPowerShell(pool, no_input=False)
piped.add_command("Get-Input")
start(piped)
piped.send("in")
piped.send(["a", 2])
piped.send_eof()
flush()
report["piped"] = finish(piped)

waiting = start(command("Wait-Long"))
while not any(e.pipeline_id == waiting.pipeline_id and isinstance(e, psrpcore.PipelineOutputEvent) for e in events):
    read()
write(lines.bare("Signal", waiting.pipeline_id), waiting.pipeline_id)
report["stopped"] = finish(waiting)

pool.get_available_runspaces()
flush()
while not any(isinstance(event, psrpcore.GetRunspaceAvailabilityEvent) for event in events):
    read()
report["available"] = [event.count for event in events if isinstance(event, psrpcore.GetRunspaceAvailabilityEvent)]

report["exit"] = close_pool()
json.dump(report, sys.stdout)
