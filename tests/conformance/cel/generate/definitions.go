package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation"
	schemacel "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/model"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/version"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/cel/environment"
	"sigs.k8s.io/yaml"
)

// A schema, and what Kubernetes says to a new definition of kind Foo with it.
type definition struct {
	Title  string          `json:"title"`
	Schema json.RawMessage `json:"schema"`
	// Of the root's rules: `COST of a rule, COUNT of objects in a request, COST of its message`.
	Costs  []string `json:"costs"`
	Errors []string `json:"errors"` // sorted
}

// defineAll reads DEFINITIONS/<theme>.yaml and writes EXPECTED/<theme>.jsonl, one line for each schema.
func defineAll(definitions, expected string) error {
	_, err := rewriteAll(definitions, ".yaml", expected, func(file string, text []byte) ([]byte, error) {
		var all []*definition
		if err := yaml.UnmarshalStrict(text, &all); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		var out bytes.Buffer
		for _, definition := range all {
			if err := definition.judge(); err != nil {
				return nil, fmt.Errorf("%s: %s: %w", file, definition.Title, err)
			}
			if err := writeLine(&out, definition); err != nil {
				return nil, err
			}
		}
		return out.Bytes(), nil
	})
	return err
}

func (d *definition) judge() error {
	if err := d.estimate(); err != nil {
		return err
	}
	for i := range evaluations {
		errors, err := d.validate()
		if err != nil {
			return err
		}
		if i > 0 && strings.Join(errors, "\n") != strings.Join(d.Errors, "\n") {
			return fmt.Errorf("has no one answer")
		}
		d.Errors = errors
	}
	return nil
}

func (d *definition) estimate() error {
	d.Costs = []string{}
	structural, err := structural(d.Schema)
	if err != nil {
		return err
	}
	results, err := schemacel.Compile(structural, model.SchemaDeclType(structural, true), celconfig.PerCallLimit,
		environment.MustBaseEnvSet(version.MajorMinor(1, 33), true), schemacel.StoredExpressionsEnvLoader())
	for _, result := range results {
		d.Costs = append(d.Costs, fmt.Sprintf("%d, %d, %d", result.MaxCost, result.MaxCardinality,
			result.MessageExpressionMaxCost))
	}
	return err
}

func (d *definition) validate() ([]string, error) {
	var schema apiextensionsv1.JSONSchemaProps
	if err := json.Unmarshal(d.Schema, &schema); err != nil {
		return nil, err
	}
	external := &apiextensionsv1.CustomResourceDefinition{
		ObjectMeta: metav1.ObjectMeta{Name: "foos.lc.com"},
		Spec: apiextensionsv1.CustomResourceDefinitionSpec{
			Group: "lc.com",
			Scope: apiextensionsv1.NamespaceScoped,
			Names: apiextensionsv1.CustomResourceDefinitionNames{Plural: "foos", Kind: "Foo"},
			Versions: []apiextensionsv1.CustomResourceDefinitionVersion{{Name: "v1", Served: true, Storage: true,
				Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &schema}}},
		},
		Status: apiextensionsv1.CustomResourceDefinitionStatus{StoredVersions: []string{"v1"}},
	}
	apiextensionsv1.SetDefaults_CustomResourceDefinition(external)
	apiextensionsv1.SetDefaults_CustomResourceDefinitionSpec(&external.Spec)
	var internal apiextensions.CustomResourceDefinition
	err := apiextensionsv1.Convert_v1_CustomResourceDefinition_To_apiextensions_CustomResourceDefinition(
		external, &internal, nil)
	if err != nil {
		return nil, err
	}
	errors := []string{}
	for _, one := range validation.ValidateCustomResourceDefinition(context.Background(), &internal) {
		errors = append(errors, one.Error())
	}
	sort.Strings(errors)
	return errors, nil
}
