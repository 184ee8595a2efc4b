"""A server of PowerShell remoting on standard streams, built on psrpcore."""

import sys
import threading

import psrpcore
from psrpcore.types import ChoiceDescription, ErrorCategory, ErrorCategoryInfo, NETException, PSInvocationState, PSSecureString

import lines

pool = psrpcore.ServerRunspacePool()
CHOICES = [
    ChoiceDescription("&Yes", "Continue with only the next step of the operation."),
    ChoiceDescription("Yes to &All", "Continue with all the steps of the operation."),
    ChoiceDescription("&No", "Skip this operation and proceed with the next operation."),
    ChoiceDescription("No to A&ll", "Skip this operation and all subsequent operations."),
]
pipelines = {}
lock = threading.RLock()


def write(line):
    sys.stdout.write(line)
    sys.stdout.flush()


def flush():
    while True:
        payload = pool.data_to_send(32768)
        if payload is None:
            return
        write(lines.data(payload.pipeline_id or lines.POOL, payload.data))


def plain(value):
    """Secure strings opened, so that the client sees that they arrived."""
    if isinstance(value, PSSecureString):
        return value.decrypt()
    return value


def error(pipeline, identifier, message):
    pipeline.write_error(
        NETException(Message=message),
        category_info=ErrorCategoryInfo(Category=ErrorCategory.ObjectNotFound),
        fully_qualified_error_id=identifier,
    )


def run(pipeline):
    command = pipeline.metadata.commands[0]
    arguments = command.parameters
    named = dict((name, value) for name, value in arguments)
    pipeline.start()
    if command.command_text == "Get-Echo":
        for name, value in arguments:
            pipeline.write_output(plain(value))
    elif command.command_text == "Get-Types":
        for name, value in arguments:
            pipeline.write_output(type(value).__name__)
    elif command.command_text == "Get-Big":
        pipeline.write_output(b"\x07" * int(named["Bytes"]))
    elif command.command_text == "Get-Length":
        pipeline.write_output(len(named["Value"]))
    elif command.command_text == "Get-Secret":
        pipeline.write_output(PSSecureString("from the server"))
    elif command.command_text == "Get-Trouble":
        pipeline.write_warning("mind the gap")
        pipeline.write_verbose("in detail")
        pipeline.write_debug("deeper")
        pipeline.write_progress("working", 1, "status")
        pipeline.write_information("by the way", "here")
        error(pipeline, "NotThere,Get-Trouble", "no")
        pipeline.write_output("survived")
    elif command.command_text == "Request-Choice":
        host = pipeline.metadata.host
        if host.IsHostNull or host.UseRunspaceHost:
            pipeline.write_output("nobody is there")
            pipeline.complete()
            return
        pipeline.write_output("before")
        requestor = psrpcore.ServerHostRequestor(pipeline)
        requestor.write_line("noise")
        requestor.set_window_title("more noise")
        if named.get("Read"):
            requestor.read_line()
        else:
            requestor.prompt_for_choice("Confirm", "Overwrite the thing A1?", CHOICES, 0)
        return
    elif command.command_text == "Wait-Long":
        pipeline.write_output("started")
        if "Marker" in named:
            open(str(named["Marker"]), "w").close()
        return
    elif command.command_text == "Wait-Short":
        later = threading.Timer(named["Milliseconds"] / 1000, finish, [pipeline, named["Tag"]])
        later.daemon = True
        later.start()
        return
    else:
        error(pipeline, "CommandNotFoundException", command.command_text)
    pipeline.complete()


def answered(pipeline, event):
    """Ends a pipeline that has asked: with what was chosen, or the error that it was given."""
    if event.error is not None:
        # psrpcore has no public way to end a pipeline so.
        pipeline._change_state(PSInvocationState.Failed, event.error)
        return
    pipeline.write_output(event.result)
    pipeline.complete()


def finish(pipeline, tag):
    with lock:
        pipeline.write_output(tag)
        pipeline.complete()
        flush()


def take_events():
    while True:
        event = pool.next_event()
        if event is None:
            return
        if isinstance(event, psrpcore.CreatePipelineEvent):
            run(pipelines[event.pipeline_id])
        elif isinstance(event, psrpcore.PipelineHostResponseEvent):
            answered(pipelines[event.pipeline_id], event)
        elif isinstance(event, psrpcore.GetAvailableRunspacesEvent):
            pool.runspace_availability_response(event.ci, pool.max_runspaces)


def take(kind, target, content):
    """False when the pool was closed."""
    if kind == "Data":
        pool.receive_data(
            psrpcore.PSRPPayload(content, psrpcore.StreamType.default, None if target == lines.POOL else target)
        )
        write(lines.bare("DataAck", target))
        take_events()
        flush()
    elif kind == "Command":
        pipelines[target] = psrpcore.ServerPipeline(pool, target)
        write(lines.bare("CommandAck", target))
    elif kind == "Signal":
        # A signal after the end is acknowledged, and does nothing.
        if pipelines[target].state == PSInvocationState.Running:
            pipelines[target].stop()
            flush()
        write(lines.bare("SignalAck", target))
    elif kind == "Close":
        if target != lines.POOL:
            pipeline = pipelines.pop(target)
            pipeline.close()
            flush()
        write(lines.bare("CloseAck", target))
        return target != lines.POOL
    else:
        raise ValueError("a client sends no %s" % kind)
    return True


for line in sys.stdin:
    with lock:
        if not take(*lines.parse(line)):
            break
