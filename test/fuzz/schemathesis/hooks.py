"""Extends Schemathesis for this service. Loaded through SCHEMATHESIS_HOOKS."""

import os
import re
from uuid import uuid4

import requests
import schemathesis
from hypothesis import strategies as st
from hypothesis.control import current_build_context

BASE = os.environ["SETLIST_BASE"]
KEY = os.environ["SETLIST_KEY"]

# In its coverage phase, Schemathesis generates headers from letters and digits, which are not entity tags: it would send
# an empty header as a valid one. A custom format provides values; the pattern still applies.
tags = st.from_regex(r'(W/)?"[!#-~\u0080-\u00ff]{0,40}"', fullmatch=True)
schemathesis.openapi.format(
    "entity-tags", st.just("*") | st.lists(tags | st.just(""), min_size=1, max_size=4).map(",".join)
)

# The paths of resources that can be created and deleted.
collections = []


@schemathesis.hook
def before_load_schema(context, raw_schema):
    paths = raw_schema["paths"]
    # A stream does not end, and its schema describes the data of an event; Schemathesis applies it to the whole frame.
    paths.pop("/events", None)
    # Their bodies are lines, which it does not generate; properties of the parser test them.
    for path in [path for path in paths if path.endswith("/import")]:
        del paths[path]
    create_rows()
    collections[:] = [path for path in paths if "post" in paths[path] and "delete" in paths.get(path + "/{id}", {})]
    for path in raw_schema["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", []):
                if parameter["name"] in ("If-Match", "If-None-Match"):
                    parameter["schema"]["format"] = "entity-tags"
                    # The example is no current tag: most writes would get 412.
                    del parameter["schema"]["examples"]


def create_rows():
    """Only an import creates a job, and most generated URLs of webhooks are refused."""
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "text/csv"}
    song = "song,artist,year\nSquare Hammer,Ghost,2016\n"
    requests.post(BASE + "/songs/import", data=song, headers=headers, timeout=20).raise_for_status()
    webhook = {"url": "https://receiver.example/hooks", "eventTypes": ["song.created"]}
    for _ in range(5):
        requests.post(
            BASE + "/webhooks", json=webhook, headers={"Authorization": f"Bearer {KEY}"}, timeout=20
        ).raise_for_status()


# Hypothesis derives scenarios from earlier ones, and silently stops all of them if equal requests have another outcome,
# for example because a song exists or a list is not empty. Therefore each scenario begins with empty collections.
session = requests.Session()
session.headers["Authorization"] = f"Bearer {KEY}"
scenario = None


@schemathesis.hook
def before_call(context, case, kwargs):
    global scenario
    replace_idempotency_key(case)
    if case.meta is None or case.meta.phase.name.value != "stateful":
        find_job(case)
        return
    current = current_build_context().data
    if current is scenario:
        return
    scenario = current
    for collection in collections:
        clear(BASE + collection)


def clear(collection):
    while rows := session.get(f"{collection}?limit=100", timeout=20).json():
        for row in rows:
            session.delete(f"{collection}/{row['id']}", timeout=20).raise_for_status()


def find_job(case):
    """Half of the ids are the one of the only job."""
    job = (case.path_parameters or {}).get("id")
    if case.path.startswith("/jobs/{id}") and isinstance(job, int) and job % 2 == 0:
        case.path_parameters["id"] = 1


VALID_KEY = re.compile(r'"[ !#-~]{1,255}"|[!#-~]{1,255}')


def replace_idempotency_key(case):
    """Different requests with one valid key are rejected, and Hypothesis likes to repeat values."""
    for name, value in list((case.headers or {}).items()):
        if name.lower() == "idempotency-key" and VALID_KEY.fullmatch(str(value)):
            case.headers[name] = str(uuid4())
