"""A client of PowerShell remoting, built on psrpcore. Starts the server given as arguments, makes a round of calls,
and prints what came back as JSON."""

import base64
import json
import subprocess
import sys
import uuid

import psrpcore
from psrpcore.types import (
    ErrorCategoryInfo,
    ErrorRecord,
    HostInfo,
    NETException,
    PSInvocationState,
    PSSecureString,
    RunspacePoolState,
)

import lines

server = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
pool = psrpcore.ClientRunspacePool(max_runspaces=3)
unacknowledged = set()
events = []


def write(line, target):
    """One line of a target at a time: the next after its acknowledgement."""
    while target in unacknowledged:
        read()
    unacknowledged.add(target)
    server.stdin.write(line)
    server.stdin.flush()


def read():
    line = server.stdout.readline()
    if line == "":
        raise EOFError("the server is gone")
    kind, target, content = lines.parse(line)
    if kind != "Data":
        unacknowledged.discard(target)
        return
    pool.receive_data(psrpcore.PSRPPayload(content, psrpcore.StreamType.default, target))
    while True:
        event = pool.next_event()
        if event is None:
            return
        events.append(event)


def flush():
    while True:
        payload = pool.data_to_send(32768)
        if payload is None:
            return
        target = payload.pipeline_id or lines.POOL
        is_answer = payload.stream_type == psrpcore.StreamType.prompt_response
        write(lines.data(target, payload.data, "PromptResponse" if is_answer else "Default"), target)


def start(shell):
    shell.start()
    write(lines.bare("Command", shell.pipeline_id), shell.pipeline_id)
    flush()
    return shell


def command(name, **parameters):
    shell = psrpcore.ClientPowerShell(pool)
    shell.add_command(name)
    shell.add_parameters(**parameters)
    return shell


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


def finish(shell):
    """What the pipeline said, once it has ended."""
    ended = (PSInvocationState.Completed, PSInvocationState.Failed, PSInvocationState.Stopped)
    while shell.state not in ended:
        read()
    said = {"state": shell.state.name, "output": [], "warnings": [], "errors": [], "verbose": [], "progress": []}
    for event in [event for event in events if event.pipeline_id == shell.pipeline_id]:
        if isinstance(event, psrpcore.PipelineOutputEvent):
            said["output"].append(shown(event.data))
        elif isinstance(event, psrpcore.WarningRecordEvent):
            said["warnings"].append(event.record.message if hasattr(event.record, "message") else str(event.record))
        elif isinstance(event, psrpcore.VerboseRecordEvent):
            said["verbose"].append(str(event.record))
        elif isinstance(event, psrpcore.ProgressRecordEvent):
            said["progress"].append(event.record.Activity)
        elif isinstance(event, psrpcore.ErrorRecordEvent):
            said["errors"].append(error(event.record))
        elif isinstance(event, psrpcore.PipelineStateEvent) and event.reason is not None:
            said["reason"] = error(event.reason)
    write(lines.bare("Close", shell.pipeline_id), shell.pipeline_id)
    return said


def error(record):
    return {
        "id": record.FullyQualifiedErrorId,
        "message": record.Exception.Message,
        "category": record.CategoryInfo.Category.name,
    }


def shown(value):
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": len(value), "sum": sum(value)}
    if isinstance(value, (bool, int, float)) or value is None:
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [shown(item) for item in value]
    if isinstance(value, dict):
        return {str(key): shown(item) for key, item in value.items()}
    properties = value.PSObject.adapted_properties + value.PSObject.extended_properties
    return {entry.name: shown(getattr(value, entry.name)) for entry in properties}


report = {}
pool.open()
flush()
while pool.state != RunspacePoolState.Opened:
    read()
report["version"] = str(pool.application_private_data["PSVersionTable"]["PSVersion"])

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

write(lines.bare("Close", lines.POOL), lines.POOL)
while lines.POOL in unacknowledged:
    read()
server.stdin.close()
report["exit"] = server.wait(10)
json.dump(report, sys.stdout)
