package main

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	schemacel "k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel/model"
	"k8s.io/apimachinery/pkg/util/version"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	apiservercel "k8s.io/apiserver/pkg/cel"
	"k8s.io/apiserver/pkg/cel/environment"
	"k8s.io/apiserver/pkg/cel/library"
)

// What the reference says to one expression: a compile error, an error, or a value with its type. A value
// that JSON has no form for (of a type without string()) is absent.
type reply struct {
	Expression   string          `json:"expr"`
	CompileError string          `json:"compileError,omitempty"`
	Error        string          `json:"error,omitempty"`
	Value        json.RawMessage `json:"value,omitempty"`
	Type         string          `json:"type,omitempty"`
	Cost         *uint64         `json:"cost,omitempty"`
	Estimate     string          `json:"estimate,omitempty"` // MIN..MAX
}

// Go walks maps in an order of its own each time; what isn't the same in all of so many evaluations is no
// fact.
const evaluations = 12

func structural(text json.RawMessage) (*schema.Structural, error) {
	var document apiextensionsv1.JSONSchemaProps
	if err := json.Unmarshal(text, &document); err != nil {
		return nil, err
	}
	var internal apiextensions.JSONSchemaProps
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(
		&document, &internal, nil); err != nil {
		return nil, err
	}
	return schema.NewStructural(&internal)
}

// declare is the environment of 1.33 with these variables in it, and the sizes that the first one's schema allows.
func declare(variables []*variable) (*environment.EnvSet, *sizes, error) {
	var root *apiservercel.DeclType
	options := environment.VersionedOptions{IntroducedVersion: version.MajorMinor(1, 0)}
	for i, variable := range variables {
		kind := cel.DynType
		if variable.Schema != nil {
			structural, err := structural(variable.Schema)
			if err != nil {
				return nil, nil, fmt.Errorf("%s: %w", variable.Name, err)
			}
			declared := model.SchemaDeclType(structural, variable.Root)
			if declared == nil {
				return nil, nil, fmt.Errorf("%s: the schema declares nothing", variable.Name)
			}
			if i == 0 {
				root = declared
			}
			declared = declared.MaybeAssignTypeName(fmt.Sprintf("selfType%d", i+1))
			options.DeclTypes = append(options.DeclTypes, declared)
			kind = declared.CelType()
		}
		if variable.Optional {
			kind = types.NewOptionalType(kind)
		}
		options.EnvOptions = append(options.EnvOptions, cel.Variable(variable.Name, kind))
	}
	extended, err := environment.MustBaseEnvSet(version.MajorMinor(1, 33), true).Extend(options)
	return extended, &sizes{root}, err
}

func (s *scope) values() (map[string]any, error) {
	values := map[string]any{}
	for _, variable := range s.variables {
		value, err := decode(variable.Value)
		if err != nil {
			return nil, err
		}
		if variable.Schema != nil && (value != nil || !variable.Optional) {
			structural, err := structural(variable.Schema)
			if err != nil {
				return nil, err
			}
			if variable.Root {
				structural = model.WithTypeAndObjectMeta(structural)
			}
			value = schemacel.UnstructuredToVal(value, structural)
		}
		switch {
		case variable.Optional && value == nil:
			values[variable.Name] = types.OptionalNone
		case variable.Optional:
			values[variable.Name] = types.OptionalOf(types.DefaultTypeAdapter.NativeToValue(value))
		case value == nil:
			values[variable.Name] = types.NullValue
		default:
			values[variable.Name] = value
		}
	}
	return values, nil
}

// ask compiles and evaluates as Kubernetes' validation of custom resources does.
//
// Some expressions crash the reference, as keys of maps that Go can't hash; those have no answer.
func (s *scope) ask(expression string) (answer *reply, err error) {
	defer func() {
		if crash := recover(); crash != nil {
			err = fmt.Errorf("crashes: %s: %v", expression, crash)
		}
	}()
	reply := &reply{Expression: expression}
	env := s.environment.StoredExpressionsEnv()
	ast, issues := env.Compile(expression)
	if issues != nil {
		reply.CompileError = "compilation failed: " + issues.String()
		return reply, nil
	}
	note(ast)
	program, err := env.Program(ast,
		cel.CostLimit(celconfig.PerCallLimit),
		cel.CostTracking(&library.CostEstimator{}),
		cel.InterruptCheckFrequency(celconfig.CheckFrequency))
	if err != nil {
		reply.CompileError = "program instantiation failed: " + err.Error()
		return reply, nil
	}
	estimate, err := env.EstimateCost(ast, &library.CostEstimator{SizeEstimator: s.sizes})
	if err != nil {
		return nil, err
	}
	reply.Estimate = fmt.Sprintf("%d..%d", estimate.Min, estimate.Max)
	values, err := s.values()
	if err != nil {
		return nil, err
	}
	evaluated := *reply
	for i := range evaluations {
		again := *reply
		if err := evaluate(program, values, &again); err != nil {
			return nil, err
		}
		if i == 0 {
			evaluated = again
		} else if !reflect.DeepEqual(evaluated, again) {
			return nil, fmt.Errorf("has no one answer: %s", expression)
		}
	}
	return &evaluated, nil
}

func evaluate(program cel.Program, values map[string]any, reply *reply) error {
	value, details, err := program.ContextEval(context.Background(), values)
	if details != nil {
		reply.Cost = details.ActualCost()
	}
	if err != nil {
		reply.Error = err.Error()
		return nil
	}
	reply.Type = typeName(value)
	text, err := toJSON(value)
	if err != nil {
		return fmt.Errorf("%s: %w", reply.Expression, err)
	}
	reply.Value = text
	return nil
}

// typeName is the text of type(value).
func typeName(value ref.Val) string {
	if kind, ok := value.Type().(*types.Type); ok {
		return kind.TypeName()
	}
	return value.Type().TypeName()
}

// Types of Kubernetes' that string() doesn't take.
func hasNoText(value ref.Val) bool {
	switch value.(type) {
	case apiservercel.URL, apiservercel.Quantity, apiservercel.Semver, apiservercel.Format, *apiservercel.Format:
		return true
	}
	return strings.HasPrefix(value.Type().TypeName(), "kubernetes.")
}
