"""The Python client, unmodified, driven over standard input and told of over standard output, a JSON object a line.

Arguments: the server's address, and the options that the client is given.
"""

import json
import sys
import urllib.request

import socketio

url, options = sys.argv[1], json.loads(sys.argv[2])
client = socketio.Client()


def say(**line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


@client.event
def connect():
    say(open=client.transport())
    say(connect=client.get_sid())


@client.event
def connect_error(data):
    say(connect_error=data.get("message", "") if isinstance(data, dict) else str(data))


@client.event
def disconnect(reason):
    say(disconnect=str(reason))


@client.on("*")
def heard(event, data=None):
    say(event=event, data=data)


try:
    client.connect(url, **options)
except socketio.exceptions.ConnectionError:
    sys.exit(0)

for line in sys.stdin:
    wish = json.loads(line)
    if "ask" in wish:
        client.emit(wish["ask"], wish["data"], callback=lambda answer: say(answer=answer))
    elif "emit" in wish:
        client.emit(wish["emit"], wish["data"])
    elif "get" in wish:
        request = urllib.request.Request(url + wish["get"], headers={"Authorization": "Bearer " + options["auth"]["token"]})
        with urllib.request.urlopen(request) as reply:
            say(got=json.load(reply))
client.disconnect()
