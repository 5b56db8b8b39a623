"""What programs do with Kubernetes' Python client: `python3 python_client_test.py -v` with a KUBECONFIG."""

import threading
import unittest
from datetime import datetime, timezone

from kubernetes import client, config, dynamic, watch
from kubernetes.client.rest import ApiException
from kubernetes.dynamic.exceptions import ConflictError, NotFoundError
from kubernetes.leaderelection import electionconfig, leaderelection
from kubernetes.leaderelection.resourcelock.configmaplock import ConfigMapLock

GATEWAYS = ("gateway.networking.k8s.io", "v1")


def gateway(name, port=80):
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": name},
        "spec": {
            "gatewayClassName": "example",
            "listeners": [{"name": "http", "port": port, "protocol": "HTTP"}],
        },
    }


def config_map(name, data=None, labels=None):
    return client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name, labels=labels), data=data)


class PythonClient(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        config.load_kube_config()
        cls.core = client.CoreV1Api()
        cls.custom = client.CustomObjectsApi()
        body = client.V1Namespace(metadata=client.V1ObjectMeta(generate_name="python-"))
        cls.namespace = cls.core.create_namespace(body).metadata.name
        cls.dynamic = dynamic.DynamicClient(client.ApiClient())
        cls.at = (*GATEWAYS, cls.namespace, "gateways")

    @classmethod
    def tearDownClass(cls):
        cls.core.delete_namespace(cls.namespace)

    def refused(self, code, reason, call, *arguments, **options):
        with self.assertRaises(ApiException) as caught:
            call(*arguments, **options)
        self.assertEqual(code, caught.exception.status)
        self.assertIn(f'"reason":"{reason}"', caught.exception.body.replace(": ", ":"))

    def test_typed_objects(self):
        """R7.4 R8.3 R9.3 typed objects are created, read, replaced, patched and deleted."""
        made = self.core.create_namespaced_config_map(self.namespace, config_map("typed", {"a": "ü"}))
        stale = self.core.read_namespaced_config_map("typed", self.namespace)
        self.assertEqual(made.to_dict(), stale.to_dict())
        made.data["a"] = "2"
        self.core.replace_namespaced_config_map("typed", self.namespace, made)
        self.refused(409, "Conflict", self.core.replace_namespaced_config_map, "typed", self.namespace, stale)
        patched = self.core.patch_namespaced_config_map("typed", self.namespace, {"data": {"b": "3"}})
        self.assertEqual({"a": "2", "b": "3"}, patched.data)
        patched = self.core.patch_namespaced_config_map(
            "typed", self.namespace, [{"op": "remove", "path": "/data/a"}])
        self.assertEqual({"b": "3"}, patched.data)
        self.core.delete_namespaced_config_map("typed", self.namespace)
        self.refused(404, "NotFound", self.core.read_namespaced_config_map, "typed", self.namespace)

    def test_pages(self):
        """R14.4 pages end where the last one says so."""
        names = [f"page-{number}" for number in range(7)]
        for name in names:
            self.core.create_namespaced_config_map(self.namespace, config_map(name, labels={"test": "pages"}))
        found, token = [], None
        while True:
            page = self.core.list_namespaced_config_map(
                self.namespace, label_selector="test=pages", limit=3, _continue=token)
            found.append([item.metadata.name for item in page.items])
            token = page.metadata._continue
            if not token:
                break
        self.assertEqual([names[0:3], names[3:6], names[6:]], found)

    def test_custom_objects(self):
        """R9.4 R13.2 custom objects are created, listed, patched, given a status and deleted."""
        self.custom.create_namespaced_custom_object(*self.at, gateway("custom"))
        patch = {"metadata": {"labels": {"test": "custom"}}}
        self.custom.patch_namespaced_custom_object(*self.at, "custom", patch)
        listed = self.custom.list_namespaced_custom_object(*self.at, label_selector="test=custom")
        self.assertEqual(["custom"], [item["metadata"]["name"] for item in listed["items"]])
        condition = {"type": "Accepted", "status": "True", "reason": "Accepted", "message": "",
                     "lastTransitionTime": "2026-01-01T00:00:00Z"}
        written = self.custom.patch_namespaced_custom_object_status(
            *self.at, "custom", {"status": {"conditions": [condition]}})
        self.assertIn("True", [one["status"] for one in written["status"]["conditions"]])
        self.assertEqual(1, written["metadata"]["generation"])
        self.refused(422, "Invalid", self.custom.patch_namespaced_custom_object, *self.at, "custom",
                     {"spec": gateway("custom", 99999)["spec"]})
        self.custom.delete_namespaced_custom_object(*self.at, "custom")
        self.refused(404, "NotFound", self.custom.get_namespaced_custom_object, *self.at, "custom")

    def test_watch(self):
        """R16.4 R16.9 a watch of custom objects goes on from a version, and ends after its timeout."""
        start = self.custom.list_namespaced_custom_object(*self.at)["metadata"]["resourceVersion"]
        self.custom.create_namespaced_custom_object(*self.at, gateway("watched"))
        self.custom.patch_namespaced_custom_object(*self.at, "watched", {"metadata": {"labels": {"a": "b"}}})
        self.custom.delete_namespaced_custom_object(*self.at, "watched")
        watched = watch.Watch()
        seen = [
            (event["type"], event["object"]["metadata"]["resourceVersion"])
            for event in watched.stream(
                self.custom.list_namespaced_custom_object, *self.at, resource_version=start,
                field_selector="metadata.name=watched", timeout_seconds=1)
        ]
        self.assertEqual(["ADDED", "MODIFIED", "DELETED"], [type for type, _ in seen])
        # What is left when the watch goes on from the first.
        again = watch.Watch().stream(
            self.custom.list_namespaced_custom_object, *self.at, resource_version=seen[0][1],
            field_selector="metadata.name=watched", timeout_seconds=1)
        self.assertEqual(["MODIFIED", "DELETED"], [event["type"] for event in again])

    def test_watch_resumes(self):
        """R16.9 R26.9 a stream goes on by itself when the server has ended its watch."""
        calls = []

        def ended_each_second(*arguments, **options):
            """return: V1ConfigMapList

            :param bool watch: as the client's own functions say it.
            :return: V1ConfigMapList
            """
            calls.append(options.get("resource_version"))
            if len(calls) == 3:
                create("resumes-2")
            return self.core.list_namespaced_config_map(*arguments, timeout_seconds=1, **options)

        create = lambda name: self.core.create_namespaced_config_map(
            self.namespace, config_map(name, labels={"test": "resumes"}))
        create("resumes-1")
        stream, seen = watch.Watch(), []
        for event in stream.stream(ended_each_second, self.namespace, label_selector="test=resumes"):
            seen.append((event["type"], event["object"].metadata.name))
            if len(seen) == 2:
                stream.stop()
        self.assertEqual([("ADDED", "resumes-1"), ("ADDED", "resumes-2")], seen)
        self.assertGreater(len(calls), 1)
        self.assertTrue(calls[-1], "the last call goes on from a version")

    def test_events(self):
        """R23.5 Events are written in one group and watched in the other."""
        subject = client.V1ObjectReference(
            api_version="v1", kind="ConfigMap", name="subject", namespace=self.namespace)
        client.EventsV1Api().create_namespaced_event(self.namespace, client.EventsV1Event(
            metadata=client.V1ObjectMeta(name="subject.1"), regarding=subject, reason="Accepted",
            action="Accepting", note="it is taken", type="Normal", reporting_instance="python-1",
            reporting_controller="example.org/python", event_time=datetime.now(timezone.utc)))
        stream = watch.Watch()
        for event in stream.stream(self.core.list_namespaced_event, self.namespace,
                                   field_selector="involvedObject.name=subject", timeout_seconds=10):
            self.assertEqual(("ADDED", "it is taken"), (event["type"], event["object"].message))
            stream.stop()
            return
        self.fail("no event came")

    def test_dynamic_client(self):
        """R2.7 the dynamic client finds kinds and their resources."""
        gateways = self.dynamic.resources.get(api_version="gateway.networking.k8s.io/v1", kind="Gateway")
        made = gateways.create(body=gateway("dynamic"), namespace=self.namespace)
        self.assertEqual(1, made.metadata.generation)
        changed = gateways.patch(
            body={"metadata": {"name": "dynamic", "annotations": {"a": "b"}}}, namespace=self.namespace,
            content_type="application/merge-patch+json")
        self.assertEqual("b", changed.metadata.annotations.a)
        found = gateways.get(namespace=self.namespace, field_selector="metadata.name=dynamic")
        self.assertEqual(["dynamic"], [item.metadata.name for item in found.items])
        gateways.delete(name="dynamic", namespace=self.namespace)
        with self.assertRaises(NotFoundError):
            gateways.get(name="dynamic", namespace=self.namespace)

    def test_server_side_apply(self):
        """R17.2 R17.6 apply creates, conflicts with another manager, and takes over by force."""
        gateways = self.dynamic.resources.get(api_version="gateway.networking.k8s.io/v1", kind="Gateway")

        def apply(manager, class_name, **options):
            body = gateway("applied")
            body["spec"]["gatewayClassName"] = class_name
            return gateways.server_side_apply(
                body=body, namespace=self.namespace, field_manager=manager, **options)

        apply("one", "example")
        with self.assertRaises(ConflictError) as caught:
            apply("two", "other")
        self.assertIn('conflict with \\"one\\"', caught.exception.body.decode())
        forced = apply("two", "other", force_conflicts=True)
        self.assertEqual("other", forced.spec.gatewayClassName)

    def test_access_review(self):
        """R20.6 a SelfSubjectAccessReview says what one may do."""
        attributes = client.V1ResourceAttributes(
            namespace=self.namespace, verb="create", group=GATEWAYS[0], resource="gateways")
        review = client.AuthorizationV1Api().create_self_subject_access_review(client.V1SelfSubjectAccessReview(
            spec=client.V1SelfSubjectAccessReviewSpec(resource_attributes=attributes)))
        self.assertTrue(review.status.allowed)

    def test_service_account_token(self):
        """R20.8 a token of a service account."""
        self.core.create_namespaced_service_account(
            self.namespace, client.V1ServiceAccount(metadata=client.V1ObjectMeta(name="robot")))
        request = client.AuthenticationV1TokenRequest(spec=client.V1TokenRequestSpec(
            audiences=["example.org"], expiration_seconds=600))
        answer = self.core.create_namespaced_service_account_token("robot", self.namespace, request)
        self.assertEqual(2, answer.status.token.count("."))
        self.assertIsNotNone(answer.status.expiration_timestamp)

    def test_leader_election(self):
        """R23.3 a leader is elected by a ConfigMap."""
        leads = threading.Event()
        election = leaderelection.LeaderElection(electionconfig.Config(
            ConfigMapLock("leader", self.namespace, "python"), lease_duration=4, renew_deadline=3,
            retry_period=1, onstarted_leading=leads.set, onstopped_leading=lambda: None))
        # It goes on until it loses, so that it is left to end with the process.
        threading.Thread(target=election.run, daemon=True).start()
        self.assertTrue(leads.wait(60))
        lock = self.core.read_namespaced_config_map("leader", self.namespace)
        self.assertIn('"holderIdentity": "python"', lock.metadata.annotations["control-plane.alpha.kubernetes.io/leader"])


if __name__ == "__main__":
    unittest.main()
