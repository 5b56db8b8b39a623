#!/usr/bin/env python3
"""Lines of `gatefold log -o json --bodies` as the audit log that a Kubernetes server would have written of the same
requests, at level RequestResponse: audit_log.py <log.jsonl >audit.jsonl

It has what such a log has of a write that succeeded, so it lacks what is gatefold's own: revisions but as
resourceVersions, nanoseconds, repairs, what policies noted, transitions. Requests that became no event are not in it,
nor are bodies of requests, which the log does not keep.
"""
import json
import sys

CODES = {"create": 201}


def uri_of(group, version, plural, event):
    actor, target = event["actor"], event["object"]
    path = f"/apis/{group}/{version}" if group else f"/api/{version}"
    if target.get("namespace"):
        path += f"/namespaces/{target['namespace']}"
    path += f"/{plural}"
    if actor["verb"] != "create" or actor.get("subresource"):
        path += f"/{target['name']}"
    if actor.get("subresource"):
        path += f"/{actor['subresource']}"
    return path + (f"?fieldManager={actor['fieldManager']}" if actor.get("fieldManager") else "")


def answer_of(event):
    """What the client saw: the object, or of a deletion that was not waited with a Status."""
    if event["actor"]["verb"] != "delete" or event["type"] != "DELETED":
        return event["body"]
    target = event["object"]
    details = {"name": target["name"], "kind": event["kind"], "uid": target["uid"]}
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}


def record_of(event):
    actor, target = event["actor"], event["object"]
    group, _, version = event["apiVersion"].rpartition("/")
    plural = target["resource"].partition(".")[0]
    reference = {
        "resource": plural,
        "namespace": target.get("namespace"),
        "name": target["name"],
        "uid": target["uid"],
        "apiGroup": group,
        "apiVersion": version,
        "subresource": actor.get("subresource"),
    }
    seconds, _, fraction = event["time"].removesuffix("Z").partition(".")
    time = f"{seconds}.{fraction[:6].ljust(6, '0')}Z"
    return {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "RequestResponse",
        "auditID": f"00000000-0000-4000-8000-{event['revision']:012x}",
        "stage": "ResponseComplete",
        "requestURI": uri_of(group, version, plural, event),
        "verb": actor["verb"],
        "user": {"username": actor.get("user", "")},
        "userAgent": actor.get("userAgent", ""),
        "objectRef": {key: value for key, value in reference.items() if value},
        "responseStatus": {"metadata": {}, "code": CODES.get(actor["verb"], 200)},
        "responseObject": answer_of(event),
        "requestReceivedTimestamp": time,
        "stageTimestamp": time,
    }


def as_asked_of_kubernetes(event):
    """Kubernetes has no rollback: who goes back writes the object as it was."""
    if event["actor"].get("subresource") == "rollback":
        event["actor"] = {**event["actor"], "verb": "update", "subresource": None}
    return event


for line in sys.stdin:
    print(json.dumps(record_of(as_asked_of_kubernetes(json.loads(line))), separators=(",", ":")))
