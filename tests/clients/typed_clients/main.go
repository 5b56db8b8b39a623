// What controllers do with the typed clients of client-go, which speak protobuf: `typed_clients KUBECONFIG` prints
// a line for each thing that went well and ends with an error at the first that did not.
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	apps "k8s.io/api/apps/v1"
	coordination "k8s.io/api/coordination/v1"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	events "k8s.io/api/events/v1"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	definitions "k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/tools/clientcmd"
)

func check(what string, good bool, err error) {
	if err != nil || !good {
		fmt.Fprintln(os.Stderr, "FAILED:", what, err)
		os.Exit(1)
	}
	fmt.Println("ok:", what)
}

// Counts bodies that begin as envelopes do.
type counter struct {
	next  http.RoundTripper
	count int
}

func (c *counter) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Body != nil && strings.Contains(request.Header.Get("Content-Type"), "protobuf") {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		if bytes.HasPrefix(body, []byte("k8s\x00")) {
			c.count++
		}
		request.Body = io.NopCloser(bytes.NewReader(body))
	}
	return c.next.RoundTrip(request)
}

var none = meta.CreateOptions{}

func leases(ctx context.Context, clients kubernetes.Interface) {
	all := clients.CoordinationV1().Leases("default")
	me, seconds, now := "me", int32(15), meta.NewMicroTime(time.Now().Truncate(time.Microsecond))
	lease, err := all.Create(ctx, &coordination.Lease{ObjectMeta: meta.ObjectMeta{Name: "lock"},
		Spec: coordination.LeaseSpec{HolderIdentity: &me, LeaseDurationSeconds: &seconds, RenewTime: &now}}, none)
	check("a lease is created (R4.1)", err == nil && lease.Spec.RenewTime.Equal(&now), err)
	other := "other"
	lease.Spec.HolderIdentity = &other
	_, err = all.Update(ctx, lease, meta.UpdateOptions{})
	check("a lease is updated (R4.1)", true, err)
	_, err = all.Update(ctx, lease, meta.UpdateOptions{})
	check("a stale lease is a conflict (R4.5, R26.2)", errors.IsConflict(err), nil)
}

func eventsOfBothGroups(ctx context.Context, clients kubernetes.Interface) {
	about := core.ObjectReference{Kind: "Lease", Namespace: "default", Name: "lock", APIVersion: "coordination.k8s.io/v1"}
	old, err := clients.CoreV1().Events("default").Create(ctx, &core.Event{
		ObjectMeta: meta.ObjectMeta{Name: "old"}, InvolvedObject: about, Reason: "Held", Message: "it is held",
		FirstTimestamp: meta.Now(), LastTimestamp: meta.Now(), Count: 2, Type: "Normal",
		Source: core.EventSource{Component: "elector"}}, none)
	check("an event of the core group is created (R4.1, R4.9)", err == nil && old.Count == 2, err)
	_, err = clients.EventsV1().Events("default").Create(ctx, &events.Event{
		ObjectMeta: meta.ObjectMeta{Name: "new"}, Regarding: about, Reason: "Held", Note: "it is held",
		EventTime: meta.NowMicro(), Type: "Normal", Action: "Hold", ReportingController: "example.org/elector",
		ReportingInstance: "elector-1"}, none)
	check("an event of the newer group is created (R4.1, R4.9)", true, err)
}

func slices(ctx context.Context, clients kubernetes.Interface) {
	ready, port, name := true, int32(8080), "http"
	slice, err := clients.DiscoveryV1().EndpointSlices("default").Create(ctx, &discovery.EndpointSlice{
		ObjectMeta: meta.ObjectMeta{GenerateName: "cart-"}, AddressType: discovery.AddressTypeIPv4,
		Endpoints: []discovery.Endpoint{{Addresses: []string{"10.0.0.1"}, Conditions: discovery.EndpointConditions{Ready: &ready}}},
		Ports:     []discovery.EndpointPort{{Name: &name, Port: &port}}}, none)
	check("a slice of endpoints is created (R4.9)", err == nil && *slice.Endpoints[0].Conditions.Ready, err)
}

func deployments(ctx context.Context, clients kubernetes.Interface) {
	all := clients.AppsV1().Deployments("default")
	labels := map[string]string{"app": "proxy"}
	made, err := all.Create(ctx, &apps.Deployment{ObjectMeta: meta.ObjectMeta{Name: "proxy", Labels: labels},
		Spec: apps.DeploymentSpec{Selector: &meta.LabelSelector{MatchLabels: labels},
			Template: core.PodTemplateSpec{ObjectMeta: meta.ObjectMeta{Labels: labels},
				Spec: core.PodSpec{Containers: []core.Container{{Name: "proxy", Image: "proxy:1"}}}}}}, none)
	check("a deployment is created (R4.9)", true, err)
	made.Status.Replicas = 1
	_, err = all.UpdateStatus(ctx, made, meta.UpdateOptions{})
	check("its status is updated (R4.1)", true, err)
	scale, err := all.GetScale(ctx, "proxy", meta.GetOptions{})
	check("its scale is read (R4.3)", true, err)
	scale.Spec.Replicas = 3
	scale, err = all.UpdateScale(ctx, "proxy", scale, meta.UpdateOptions{})
	check("its scale is updated (R4.1)", err == nil && scale.Spec.Replicas == 3, err)
	other := types.UID("other")
	err = all.Delete(ctx, "proxy", meta.DeleteOptions{Preconditions: &meta.Preconditions{UID: &other}})
	check("preconditions of a deletion are heeded (R4.7, R10.1)", errors.IsConflict(err), nil)
	err = all.DeleteCollection(ctx, meta.DeleteOptions{}, meta.ListOptions{LabelSelector: "app=proxy"})
	check("a collection is deleted (R4.1)", true, err)
	_, err = all.Get(ctx, "proxy", meta.GetOptions{})
	check("what was deleted is not found (R4.5, R26.2)", errors.IsNotFound(err), nil)
}

func definition(ctx context.Context, clients definitions.Interface) {
	minimum, strict := 1.5, false
	object := apiextensions.JSONSchemaProps{Type: "object", Properties: map[string]apiextensions.JSONSchemaProps{
		"spec": {Type: "object", Properties: map[string]apiextensions.JSONSchemaProps{
			"watts": {Type: "number", Minimum: &minimum, Default: &apiextensions.JSON{Raw: []byte(`2.5`)}},
			"names": {Type: "array", Items: &apiextensions.JSONSchemaPropsOrArray{Schema: &apiextensions.JSONSchemaProps{Type: "string"}}},
			"extra": {Type: "object", Nullable: strict, AdditionalProperties: &apiextensions.JSONSchemaPropsOrBool{Allows: true,
				Schema: &apiextensions.JSONSchemaProps{Type: "integer"}}}}}}}
	made, err := clients.ApiextensionsV1().CustomResourceDefinitions().Create(ctx, &apiextensions.CustomResourceDefinition{
		ObjectMeta: meta.ObjectMeta{Name: "lamps.light.example.com"},
		Spec: apiextensions.CustomResourceDefinitionSpec{Group: "light.example.com", Scope: apiextensions.NamespaceScoped,
			Names: apiextensions.CustomResourceDefinitionNames{Plural: "lamps", Kind: "Lamp"},
			Versions: []apiextensions.CustomResourceDefinitionVersion{{Name: "v1", Served: true, Storage: true,
				Schema: &apiextensions.CustomResourceValidation{OpenAPIV3Schema: &object}}}}}, none)
	check("a definition is created (R4.9)", err == nil &&
		*made.Spec.Versions[0].Schema.OpenAPIV3Schema.Properties["spec"].Properties["watts"].Minimum == minimum, err)
}

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Args[1])
	check("a configuration", true, err)
	bodies := &counter{}
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		bodies.next = next
		return bodies
	})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	clients := kubernetes.NewForConfigOrDie(config)
	leases(ctx, clients)
	eventsOfBothGroups(ctx, clients)
	slices(ctx, clients)
	deployments(ctx, clients)
	definition(ctx, definitions.NewForConfigOrDie(config))
	list, err := metadata.NewForConfigOrDie(config).Resource(
		schema.GroupVersionResource{Group: "coordination.k8s.io", Version: "v1", Resource: "leases"}).
		Namespace("default").List(ctx, meta.ListOptions{})
	check("metadata alone is listed (R4.1, R4.3)", err == nil && len(list.Items) == 1, err)
	check("bodies were in protobuf (R4.1)", bodies.count == 12, nil)
}
