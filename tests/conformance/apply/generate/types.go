package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/client-go/applyconfigurations"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/kube-openapi/pkg/schemaconv"
	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/structured-merge-diff/v4/typed"
	"sigs.k8s.io/yaml"
)

// Where a type comes from: a schema, or a version of a document of a kind, whose type is Kubernetes' own where it is
// `core`.
type typeSource struct {
	Schema   json.RawMessage `json:"schema,omitempty"`
	Document string          `json:"document,omitempty"`
	Version  string          `json:"version,omitempty"`
	Core     bool            `json:"core,omitempty"`
}

type namedType struct {
	parseable  typed.ParseableType
	schema     map[string]any // from which values are drawn
	apiVersion string         // of a kind
	kind       string
}

type typeTable map[string]*namedType

func (t typeTable) add(sources map[string]*typeSource, kinds string) error {
	for name, source := range sources {
		made, err := source.make(kinds)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		t[name] = made
	}
	return nil
}

func (s *typeSource) make(kinds string) (*namedType, error) {
	if s.Document == "" {
		return s.inline()
	}
	text, err := os.ReadFile(filepath.Join(kinds, s.Document))
	if err != nil {
		return nil, err
	}
	var definition apiextensionsv1.CustomResourceDefinition
	if err := yaml.Unmarshal(text, &definition); err != nil {
		return nil, err
	}
	made := &namedType{kind: definition.Spec.Names.Kind, apiVersion: s.Version}
	if definition.Spec.Group != "" {
		made.apiVersion = definition.Spec.Group + "/" + s.Version
	}
	for _, version := range definition.Spec.Versions {
		if version.Name == s.Version {
			made.schema, err = asMap(version.Schema.OpenAPIV3Schema)
		}
	}
	if err != nil || made.schema == nil {
		return nil, fmt.Errorf("no version %s: %w", s.Version, err)
	}
	object := &unstructured.Unstructured{Object: map[string]any{"apiVersion": made.apiVersion, "kind": made.kind}}
	var value *typed.TypedValue
	if s.Core {
		value, err = applyconfigurations.NewTypeConverter(scheme.Scheme).ObjectToTyped(object)
	} else {
		value, err = ofDefinition(&definition, s.Version, object)
	}
	if err != nil {
		return nil, err
	}
	made.parseable = typed.ParseableType{Schema: value.Schema(), TypeRef: value.TypeRef()}
	return made, nil
}

func ofDefinition(definition *apiextensionsv1.CustomResourceDefinition, version string,
	object *unstructured.Unstructured) (*typed.TypedValue, error) {
	openAPI, err := builder.BuildOpenAPIV3(definition, version, builder.Options{})
	if err != nil {
		return nil, err
	}
	converter, err := managedfields.NewTypeConverter(openAPI.Components.Schemas, false)
	if err != nil {
		return nil, err
	}
	return converter.ObjectToTyped(object)
}

func (s *typeSource) inline() (*namedType, error) {
	var openAPI spec.Schema
	if err := json.Unmarshal(s.Schema, &openAPI); err != nil {
		return nil, err
	}
	schema, err := schemaconv.ToSchemaFromOpenAPI(map[string]*spec.Schema{"root": &openAPI}, false)
	if err != nil {
		return nil, err
	}
	parser := typed.Parser{}
	parser.Schema.Types = schema.Types
	made := &namedType{parseable: (&parser).Type("root")}
	made.schema, err = asMap(s.Schema)
	return made, err
}

func asMap(value any) (map[string]any, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	err = json.Unmarshal(text, &out)
	return out, err
}
