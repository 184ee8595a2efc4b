"""pypsrp as a client of PowerShell remoting over WSMan, which takes lines of JSON like remoting-client.ts."""

import json
import re
import sys
import time
import urllib.parse

from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

peer = json.loads(sys.stdin.readline())
url = urllib.parse.urlsplit(peer["url"])
wsman = None
pool = None


def how():
    if peer["kind"] == "sealed":
        return {"ssl": False, "auth": "kerberos", "encryption": "always", "negotiate_service": "HTTP"}
    return {
        "ssl": True,
        "cert_validation": peer["caFile"],
        "auth": "basic",
        "encryption": "never",
        "username": peer["user"],
        "password": peer["password"],
    }


def open_session():
    global wsman, pool
    wsman = WSMan(url.hostname, port=url.port, path=url.path.strip("/"), no_proxy=True, **how())
    pool = RunspacePool(wsman, configuration_name="Microsoft.Exchange")
    pool.open()


def call(cmdlet):
    shell = PowerShell(pool)
    shell.add_cmdlet(cmdlet)
    output = shell.invoke()
    if not output or shell.had_errors:
        raise RuntimeError(cmdlet + " did not work")


def close_session():
    pool.close()
    wsman.close()


def peak_megabytes():
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return int(re.search(r"^VmHWM:\s+(\d+) kB$", status.read(), re.MULTILINE)[1]) / 1024
    except OSError:
        return None


for line in sys.stdin:
    request = json.loads(line)
    if request["do"] == "peak":
        print(json.dumps(peak_megabytes()), flush=True)
        continue
    begin, cpu = time.perf_counter(), time.process_time()
    if request["do"] == "open":
        open_session()
    elif request["do"] == "close":
        close_session()
    else:
        for _ in range(request["times"]):
            call(request["cmdlet"])
    spent = {
        "milliseconds": (time.perf_counter() - begin) * 1000,
        "cpuMilliseconds": (time.process_time() - cpu) * 1000,
    }
    print(json.dumps(spent), flush=True)
