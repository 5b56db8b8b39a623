package main

import (
	"fmt"
	"os"
	"sort"

	openapi "github.com/google/gnostic-models/openapiv2"
	"google.golang.org/protobuf/proto"
	models "k8s.io/kube-openapi/pkg/util/proto"
	"k8s.io/kube-openapi/pkg/util/proto/validation"
	"sigs.k8s.io/yaml"
)

// Reads OpenAPI version 2 as kubectl up to 1.28 does, and validates with it.
func readOpenAPI(path string) {
	var document openapi.Document
	if err := proto.Unmarshal(must(os.ReadFile(path)), &document); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	found := must(models.NewOpenAPIData(&document))
	names := found.ListModels()
	sort.Strings(names)
	kinds := 0
	for _, name := range names {
		if gvk, ok := found.LookupModel(name).GetExtensions()["x-kubernetes-group-version-kind"]; ok && gvk != nil {
			kinds++
		}
	}
	var good, bad any
	must(0, yaml.Unmarshal([]byte(`{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: b}}`), &good))
	must(0, yaml.Unmarshal([]byte(`{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: 7}`), &bad))
	model := found.LookupModel("io.k8s.api.core.v1.ConfigMap")
	if model == nil {
		fmt.Fprintln(os.Stderr, "no ConfigMap")
		os.Exit(1)
	}
	fmt.Println(len(names), "models,", kinds, "with a kind;", len(validation.ValidateModel(good, model, "ConfigMap")),
		"errors in a ConfigMap,", len(validation.ValidateModel(bad, model, "ConfigMap")), "in a broken one")
}
