"""What a client does with docker-py: prints the facts of session_test.go."""

import json
import os

import docker

client = docker.from_env()
WEB, ASKED = os.environ["WEB"], os.environ["ASKED"]


def refusal(operation):
    try:
        operation()
        return "no error"
    except docker.errors.APIError as error:
        return str(error)


def restart(container):
    """Returns the names in the live events until the one of the restart."""
    names = []
    events = client.events(decode=True, filters={"type": "container"})
    container.restart(timeout=5)
    for event in events:
        names.append(event["Actor"]["Attributes"]["name"])
        if event["Action"] == "restart":
            events.close()
            return names


web = client.containers.get(WEB)
hidden = client.api
print(json.dumps({
    "Listed": [c.name for c in client.containers.list(all=True)],
    "Running": [c.name for c in client.containers.list()],
    "Inspected": web.id,
    "Logs": web.logs().decode(),
    "Stats": web.stats(stream=False)["id"],
    "Exec": web.exec_run(["echo", "through-exec"]).output.decode(),
    "Events": restart(web),
    "Hidden": {
        "inspect": refusal(lambda: client.containers.get(ASKED)),
        "logs": refusal(lambda: hidden.logs(ASKED)),
        "stats": refusal(lambda: hidden.stats(ASKED, stream=False)),
        "exec": refusal(lambda: hidden.exec_create(ASKED, ["true"])),
        "restart": refusal(lambda: hidden.restart(ASKED)),
    },
}))
