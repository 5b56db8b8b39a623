package main

import (
	"context"
	"fmt"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
)

// definitions brings a kind along, as operators do, in the encoding that their clients use.
func definitions(run *Run) {
	for _, encoding := range []string{runtime.ContentTypeJSON, runtime.ContentTypeProtobuf} {
		config := rest.CopyConfig(run.config)
		config.ContentType = encoding
		config.AcceptContentTypes = encoding + "," + runtime.ContentTypeJSON
		client := apiextensions.NewForConfigOrDie(config).ApiextensionsV1().CustomResourceDefinitions()
		run.check("R19.5 R19.8 R19.14 R26.7 a definition gets established, its kind served, and both deleted ("+encoding+")", func(ctx context.Context) error {
			group := fmt.Sprintf("c%d.example.org", time.Now().UnixNano())
			definition := lampDefinition(group)
			if _, err := client.Create(ctx, definition, metav1.CreateOptions{}); err != nil {
				return err
			}
			defer client.Delete(context.Background(), definition.Name, metav1.DeleteOptions{})
			err := eventually(ctx, func(ctx context.Context) error {
				read, err := client.Get(ctx, definition.Name, metav1.GetOptions{})
				if err != nil {
					return err
				}
				for _, condition := range read.Status.Conditions {
					if condition.Type == apiextensionsv1.Established && condition.Status == apiextensionsv1.ConditionTrue {
						return nil
					}
				}
				return fmt.Errorf("the conditions are %v", read.Status.Conditions)
			})
			if err != nil {
				return err
			}
			return lampLife(ctx, run, group)
		})
	}
}

func lampDefinition(group string) *apiextensionsv1.CustomResourceDefinition {
	properties := map[string]apiextensionsv1.JSONSchemaProps{"spec": {Type: "object", Required: []string{"colour"},
		Properties: map[string]apiextensionsv1.JSONSchemaProps{"colour": {Type: "string", Enum: []apiextensionsv1.JSON{
			{Raw: []byte(`"red"`)}, {Raw: []byte(`"green"`)}}},
			"watts": {Type: "integer", Default: &apiextensionsv1.JSON{Raw: []byte("5")}}}}}
	return &apiextensionsv1.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: "lamps." + group},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{Group: group, Scope: apiextensionsv1.NamespaceScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: "lamps", Kind: "Lamp"},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{Name: "v1", Served: true, Storage: true,
				Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{
					Type: "object", Properties: properties}}}}}}
}

func lampLife(ctx context.Context, run *Run, group string) error {
	lamps := dynamic.NewForConfigOrDie(run.config).
		Resource(schema.GroupVersionResource{Group: group, Version: "v1", Resource: "lamps"}).Namespace(run.namespace)
	lamp := func(name, colour string) *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: map[string]any{"apiVersion": group + "/v1", "kind": "Lamp",
			"metadata": map[string]any{"name": name}, "spec": map[string]any{"colour": colour}}}
	}
	var made *unstructured.Unstructured
	// Established says that the kind is served soon: a server of several needs a moment.
	if err := eventually(ctx, func(ctx context.Context) (err error) {
		made, err = lamps.Create(ctx, lamp("desk", "red"), metav1.CreateOptions{})
		return err
	}); err != nil {
		return err
	}
	watts, _, _ := unstructured.NestedInt64(made.Object, "spec", "watts")
	if err := differ("the default", watts, 5); err != nil {
		return err
	}
	_, err := lamps.Create(ctx, lamp("floor", "blue"), metav1.CreateOptions{})
	return refused("a value that the definition doesn't have", err, errors.IsInvalid)
}
