"""What a client of PowerShell remoting over a process's streams needs, built on psrpcore. Starts the server given as
arguments."""

import subprocess
import sys

import psrpcore
from psrpcore.types import PSInvocationState, RunspacePoolState

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


def open_pool():
    """Opens the pool, and gives the version that the server tells."""
    pool.open()
    flush()
    while pool.state != RunspacePoolState.Opened:
        read()
    return str(pool.application_private_data["PSVersionTable"]["PSVersion"])


def close_pool():
    """Closes the pool, and gives the exit code of the server."""
    write(lines.bare("Close", lines.POOL), lines.POOL)
    while lines.POOL in unacknowledged:
        read()
    server.stdin.close()
    return server.wait(10)
