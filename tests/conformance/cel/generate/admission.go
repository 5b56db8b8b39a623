package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/google/cel-go/cel"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apiserver/pkg/admission"
	plugincel "k8s.io/apiserver/pkg/admission/plugin/cel"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/apiserver/pkg/cel/environment"
)

// admissionScope has the inputs of the lines so far, as policies have them:
//
//	# a comment
//	object = JSON, oldObject = JSON, params = JSON, namespaceObject = JSON
//	variable NAME = EXPRESSION  a composed variable
//	---                         nothing of that from here on
//	message EXPRESSION          without an authorizer, as messageExpression is
//	bool EXPRESSION             has to be one, as a validation has
//	["EXPRESSION", ...]         one after the other, with the same inputs
//	EXPRESSION                  anything else
type admissionScope struct {
	Inputs    map[string]json.RawMessage
	Variables []composed
	announced string
}

type composed struct {
	Name       string `json:"name"`
	Expression string `json:"expr"`
}

// admissionReply is to expressions that were evaluated one after the other; Cost is of all of them.
type admissionReply struct {
	Kind        string     `json:"kind,omitempty"` // bool or message
	Expressions []answerTo `json:"answers"`
	Cost        int64      `json:"cost"`
}

type answerTo = reply

var (
	inputLine    = regexp.MustCompile(`^(object|oldObject|params|namespaceObject) = (.+)$`)
	composedLine = regexp.MustCompile(`^variable (\w+) = (.+)$`)
)

func generateAdmission(expressions, expected string) error {
	_, err := rewriteAll(expressions, ".cel", expected, func(file string, text []byte) ([]byte, error) {
		var out bytes.Buffer
		var wrong []error
		scope := &admissionScope{Inputs: map[string]json.RawMessage{}}
		for number, line := range strings.Split(string(text), "\n") {
			if err := scope.take(line, &out); err != nil {
				wrong = append(wrong, fmt.Errorf("%s:%d: %w", file, number+1, err))
			}
		}
		return out.Bytes(), errors.Join(wrong...)
	})
	return err
}

func (s *admissionScope) take(line string, out *bytes.Buffer) error {
	switch {
	case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#"):
		return nil
	case line == "---":
		*s = admissionScope{Inputs: map[string]json.RawMessage{}}
		return nil
	}
	if found := inputLine.FindStringSubmatch(line); found != nil {
		value, err := compact(found[2])
		s.Inputs[found[1]] = value
		return err
	}
	if found := composedLine.FindStringSubmatch(line); found != nil {
		s.Variables = append(s.Variables, composed{found[1], found[2]})
		return nil
	}
	if err := s.announce(out); err != nil {
		return err
	}
	reply := admissionReply{}
	expressions := []string{line}
	if strings.HasPrefix(line, "[\"") {
		if err := json.Unmarshal([]byte(line), &expressions); err != nil {
			return err
		}
	}
	for _, kind := range []string{"bool", "message"} {
		if rest, ok := strings.CutPrefix(line, kind+" "); ok {
			reply.Kind, expressions = kind, []string{rest}
		}
	}
	asked := reply
	for i := range evaluations {
		again := reply
		if err := s.ask(expressions, &again); err != nil {
			return err
		}
		if i > 0 && !reflect.DeepEqual(asked, again) {
			return fmt.Errorf("has no one answer: %s", line)
		}
		asked = again
	}
	return writeLine(out, asked)
}

// announce writes the inputs as expressions see them, where they are others than before.
func (s *admissionScope) announce(out *bytes.Buffer) error {
	inputs := map[string]any{}
	for name, value := range s.Inputs {
		inputs[name] = value
	}
	attributes, err := s.attributes()
	if err != nil {
		return err
	}
	request, err := runtime.DefaultUnstructuredConverter.ToUnstructured(admissionRequest(attributes))
	if err != nil {
		return err
	}
	inputs["request"] = request
	namespace, err := s.namespace()
	if err != nil {
		return err
	}
	if namespace != nil {
		if inputs["namespaceObject"], err = runtime.DefaultUnstructuredConverter.ToUnstructured(namespace); err != nil {
			return err
		}
	}
	line := map[string]any{"inputs": inputs, "variables": append([]composed{}, s.Variables...)}
	text, err := json.Marshal(line)
	if err != nil || s.announced == string(text) {
		return err
	}
	s.announced = string(text)
	return writeLine(out, line)
}

func (s *admissionScope) object(name string) (runtime.Object, error) {
	value, err := decode(s.Inputs[name])
	if err != nil || value == nil {
		return nil, err
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s is no object", name)
	}
	return &unstructured.Unstructured{Object: object}, nil
}

func (s *admissionScope) namespace() (*corev1.Namespace, error) {
	text := s.Inputs["namespaceObject"]
	if text == nil {
		return nil, nil
	}
	var namespace corev1.Namespace
	if err := json.Unmarshal(text, &namespace); err != nil {
		return nil, err
	}
	return plugincel.CreateNamespaceObject(&namespace), nil
}

var (
	admittedKind     = schema.GroupVersionKind{Group: "gateway.networking.k8s.io", Version: "v1", Kind: "Gateway"}
	admittedResource = schema.GroupVersionResource{
		Group: "gateway.networking.k8s.io", Version: "v1", Resource: "gateways"}
)

func (s *admissionScope) attributes() (*admission.VersionedAttributes, error) {
	object, err := s.object("object")
	if err != nil {
		return nil, err
	}
	old, err := s.object("oldObject")
	if err != nil {
		return nil, err
	}
	operation := admission.Create
	if old != nil {
		operation = admission.Update
	}
	who := &user.DefaultInfo{Name: "jane", UID: "7", Groups: []string{"dev", "ops"},
		Extra: map[string][]string{"scopes": {"a", "b"}}}
	attributes := admission.NewAttributesRecord(object, old, admittedKind, "default", "web", admittedResource,
		"", operation, &metav1.CreateOptions{}, false, who)
	return &admission.VersionedAttributes{Attributes: attributes, VersionedObject: object,
		VersionedOldObject: old, VersionedKind: admittedKind}, nil
}

func admissionRequest(attributes *admission.VersionedAttributes) *admissionv1.AdmissionRequest {
	return plugincel.CreateAdmissionRequest(attributes, metav1.GroupVersionResource(admittedResource),
		metav1.GroupVersionKind(admittedKind))
}

type accessor struct {
	name, expression string
	types            []*cel.Type
}

func (a *accessor) GetName() string          { return a.name }
func (a *accessor) GetExpression() string    { return a.expression }
func (a *accessor) ReturnTypes() []*cel.Type { return a.types }

func allows(context.Context, authorizer.Attributes) (authorizer.Decision, string, error) {
	return authorizer.DecisionAllow, "", nil
}

// ask compiles and evaluates as ValidatingAdmissionPolicy does.
func (s *admissionScope) ask(expressions []string, reply *admissionReply) error {
	compiler, err := plugincel.NewCompositedCompiler(
		environment.MustBaseEnvSet(version.MajorMinor(1, 33), true))
	if err != nil {
		return err
	}
	_, hasParams := s.Inputs["params"]
	options := plugincel.OptionalVariableDeclarations{HasParams: hasParams, HasAuthorizer: true, StrictCost: true}
	for _, variable := range s.Variables {
		compiler.CompileAndStoreVariable(
			&accessor{variable.Name, variable.Expression, []*cel.Type{cel.AnyType, cel.DynType}},
			options, environment.StoredExpressions)
	}
	types := []*cel.Type{cel.AnyType}
	bindings := plugincel.OptionalVariableBindings{Authorizer: authorizer.AuthorizerFunc(allows)}
	switch reply.Kind {
	case "bool":
		types = []*cel.Type{cel.BoolType}
	case "message":
		types, options.HasAuthorizer, bindings.Authorizer = []*cel.Type{cel.StringType}, false, nil
	}
	accessors := make([]plugincel.ExpressionAccessor, 0, len(expressions))
	for _, expression := range expressions {
		one := &accessor{"", expression, types}
		if failed := compiler.CompileCELExpression(one, options, environment.StoredExpressions).Error; failed != nil {
			reply.Expressions = append(reply.Expressions, answerTo{Expression: expression, CompileError: failed.Detail})
			return nil
		}
		accessors = append(accessors, one)
	}
	if bindings.VersionedParams, err = s.object("params"); err != nil {
		return err
	}
	attributes, err := s.attributes()
	if err != nil {
		return err
	}
	namespace, err := s.namespace()
	if err != nil {
		return err
	}
	results, left, err := compiler.CompileCondition(accessors, options, environment.StoredExpressions).ForInput(
		context.Background(), attributes, admissionRequest(attributes), bindings, namespace,
		celconfig.RuntimeCELCostBudget)
	if err != nil {
		return err
	}
	reply.Cost = celconfig.RuntimeCELCostBudget - left
	for i, result := range results {
		answer := answerTo{Expression: expressions[i]}
		if result.Error != nil {
			prefix := fmt.Sprintf("expression '%v' resulted in error: ", expressions[i])
			answer.Error = strings.TrimPrefix(result.Error.Error(), prefix)
		} else {
			answer.Type = typeName(result.EvalResult)
			if answer.Value, err = toJSON(result.EvalResult); err != nil {
				return err
			}
		}
		reply.Expressions = append(reply.Expressions, answer)
	}
	return nil
}
