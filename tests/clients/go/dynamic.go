package main

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/scale"
)

// dynamicClients are the clients that learn from the server what there is.
func dynamicClients(run *Run) {
	found := discovery.NewDiscoveryClientForConfigOrDie(run.config)
	mapper := restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(found))
	client := dynamic.NewForConfigOrDie(run.config)

	run.check("R2.1 R3.1 discovery names groups, resources and the server's version", func(ctx context.Context) error {
		_, resources, err := found.ServerGroupsAndResources()
		if err != nil {
			return err
		}
		deletable := discovery.FilteredBy(discovery.SupportsAllVerbs{Verbs: []string{"list", "watch", "delete"}}, resources)
		kinds, err := discovery.GroupVersionResources(deletable)
		if err != nil {
			return err
		}
		if _, served := kinds[gatewayResource]; !served {
			return fmt.Errorf("gateways aren't among %v", kinds)
		}
		_, err = found.ServerVersion()
		return err
	})
	run.check("R3.3 R3.4 OpenAPI v3 has a document for every group", func(ctx context.Context) error {
		paths, err := found.OpenAPIV3().Paths()
		if err != nil {
			return err
		}
		for _, path := range []string{"api/v1", "apis/gateway.networking.k8s.io/v1"} {
			document, served := paths[path]
			if !served {
				return fmt.Errorf("no document of %s", path)
			}
			if _, err := document.Schema("application/json"); err != nil {
				return err
			}
		}
		return nil
	})
	run.check("R2.6 a RESTMapper maps kinds, resources and short names", func(ctx context.Context) error {
		mapping, err := mapper.RESTMapping(schema.GroupKind{Group: gatewayResource.Group, Kind: "Gateway"})
		if err != nil {
			return err
		}
		short, err := restmapper.NewShortcutExpander(mapper, found, nil).ResourceFor(schema.GroupVersionResource{Resource: "gtw"})
		if err != nil {
			return err
		}
		return differ("the mappings", []any{mapping.Resource, short}, []any{gatewayResource, gatewayResource})
	})
	run.check("R4.14 R8.3 R9.7 R13.2 the dynamic client writes, patches, and writes status", func(ctx context.Context) error {
		return dynamicLife(ctx, client.Resource(gatewayResource).Namespace(run.namespace))
	})
	run.check("R22.8 the metadata client reads and patches metadata", func(ctx context.Context) error {
		return metadataOnly(ctx, run)
	})
	run.check("R13.6 the scale client scales what has a scale", func(ctx context.Context) error {
		return scales(ctx, run, mapper, found)
	})
}

// gateway is one as people write them.
func gateway(name string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway",
		"metadata": map[string]any{"name": name},
		"spec": map[string]any{"gatewayClassName": "example", "listeners": []any{
			map[string]any{"name": "http", "port": int64(80), "protocol": "HTTP"}}},
	}}
}

func dynamicLife(ctx context.Context, gateways dynamic.ResourceInterface) error {
	made, err := gateways.Create(ctx, gateway("dynamic"), metav1.CreateOptions{FieldManager: "dynamic"})
	if err != nil {
		return err
	}
	_, err = gateways.Patch(ctx, "dynamic", types.JSONPatchType,
		[]byte(`[{"op":"replace","path":"/spec/listeners/0/port","value":8080}]`), metav1.PatchOptions{})
	if err != nil {
		return err
	}
	_, err = gateways.Update(ctx, made, metav1.UpdateOptions{})
	if err := refused("an update of an old version", err, errors.IsConflict); err != nil {
		return err
	}
	invalid := []byte(`{"spec":{"listeners":[{"name":"http","port":99999,"protocol":"HTTP"}]}}`)
	_, err = gateways.Patch(ctx, "dynamic", types.MergePatchType, invalid, metav1.PatchOptions{})
	if err := refused("an invalid port", err, errors.IsInvalid); err != nil {
		return err
	}
	_, err = gateways.Patch(ctx, "dynamic", types.StrategicMergePatchType, []byte(`{}`), metav1.PatchOptions{})
	if err := refused("a strategic patch of a custom resource", err, errors.IsUnsupportedMediaType); err != nil {
		return err
	}
	read, err := gateways.Get(ctx, "dynamic", metav1.GetOptions{})
	if err != nil {
		return err
	}
	unstructured.SetNestedSlice(read.Object, []any{map[string]any{"type": "Accepted", "status": "True",
		"reason": "Accepted", "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"}}, "status", "conditions")
	unstructured.SetNestedField(read.Object, "ignored", "spec", "gatewayClassName")
	written, err := gateways.UpdateStatus(ctx, read, metav1.UpdateOptions{})
	if err != nil {
		return err
	}
	class, _, _ := unstructured.NestedString(written.Object, "spec", "gatewayClassName")
	conditions, _, _ := unstructured.NestedSlice(written.Object, "status", "conditions")
	return differ("generation, class and conditions", []any{written.GetGeneration(), class, len(conditions)}, []any{2, "example", 1})
}

func metadataOnly(ctx context.Context, run *Run) error {
	gateways := metadata.NewForConfigOrDie(run.config).Resource(gatewayResource).Namespace(run.namespace)
	patched, err := gateways.Patch(ctx, "dynamic", types.MergePatchType,
		[]byte(`{"metadata":{"labels":{"tier":"edge"}}}`), metav1.PatchOptions{})
	if err != nil {
		return err
	}
	list, err := gateways.List(ctx, metav1.ListOptions{LabelSelector: "tier in (edge)"})
	if err != nil {
		return err
	}
	if len(list.Items) != 1 {
		return fmt.Errorf("%d objects are selected", len(list.Items))
	}
	if err := differ("what is listed", list.Items[0].ObjectMeta, patched.ObjectMeta); err != nil {
		return err
	}
	return gateways.Delete(ctx, "dynamic", metav1.DeleteOptions{})
}

func scales(ctx context.Context, run *Run, mapper *restmapper.DeferredDiscoveryRESTMapper, found *discovery.DiscoveryClient) error {
	_, err := kubernetes.NewForConfigOrDie(run.config).AppsV1().Deployments(run.namespace).Create(ctx, deployment("scaled"), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	client, err := scale.NewForConfig(run.config, mapper, dynamic.LegacyAPIPathResolverFunc, scale.NewDiscoveryScaleKindResolver(found))
	if err != nil {
		return err
	}
	deployments := schema.GroupResource{Group: "apps", Resource: "deployments"}
	read, err := client.Scales(run.namespace).Get(ctx, deployments, "scaled", metav1.GetOptions{})
	if err != nil {
		return err
	}
	read.Spec.Replicas = 2
	written, err := client.Scales(run.namespace).Update(ctx, deployments, read, metav1.UpdateOptions{})
	if err != nil {
		return err
	}
	return differ("replicas", written.Spec.Replicas, 2)
}
