package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strings"

	"k8s.io/apiserver/pkg/cel/environment"
)

// A variable of the expressions that follow: dyn, or what its schema says.
type variable struct {
	Name     string          `json:"name"`
	Schema   json.RawMessage `json:"schema,omitempty"`
	Root     bool            `json:"root,omitempty"`
	Optional bool            `json:"optional,omitempty"`
	Value    json.RawMessage `json:"value,omitempty"` // absent: null, or an optional that is none
}

// scope has the variables of the lines so far:
//
//	# a comment
//	name = JSON           a value; of a dyn variable where the name was not declared
//	name: SCHEMA          a variable of an openAPIV3Schema, written as JSON
//	name: root SCHEMA     the schema is that of a resource
//	name: optional SCHEMA an optional of that
//	---                   no variables from here on
//	json "TEXT"           an expression as a JSON string, for line breaks and control characters
//	deep {"before": "(", "times": 3, "middle": "1", "after": ")"}
//	                      an expression that nests or repeats
//	EXPRESSION            anything else
type scope struct {
	variables   []*variable
	announced   string
	environment *environment.EnvSet
	sizes       *sizes
}

var (
	valueLine    = regexp.MustCompile(`^([A-Za-z_]\w*) = (.+)$`)
	variableLine = regexp.MustCompile(`^([A-Za-z_]\w*): (?:(root|optional) )?(\{.*)$`)
)

// read takes a line; an expression is returned where there is one.
func (s *scope) read(line string) (*string, error) {
	switch {
	case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#"):
		return nil, nil
	case line == "---":
		s.variables = nil
		return nil, nil
	case strings.HasPrefix(line, "json "):
		var text string
		err := json.Unmarshal([]byte(line[len("json "):]), &text)
		return &text, err
	case strings.HasPrefix(line, "deep "):
		return deep(line[len("deep "):])
	}
	if found := valueLine.FindStringSubmatch(line); found != nil {
		value, err := compact(found[2])
		if err != nil {
			return nil, err
		}
		s.named(found[1]).Value = value
		return nil, nil
	}
	if found := variableLine.FindStringSubmatch(line); found != nil {
		schema, err := compact(found[3])
		if err != nil {
			return nil, err
		}
		variable := s.named(found[1])
		variable.Schema, variable.Value = schema, nil
		variable.Root, variable.Optional = found[2] == "root", found[2] == "optional"
		return nil, nil
	}
	return &line, nil
}

func (s *scope) named(name string) *variable {
	for _, variable := range s.variables {
		if variable.Name == name {
			return variable
		}
	}
	added := &variable{Name: name}
	s.variables = append(s.variables, added)
	return added
}

func compact(text string) (json.RawMessage, error) {
	var out bytes.Buffer
	if err := json.Compact(&out, []byte(text)); err != nil {
		return nil, fmt.Errorf("%w: %s", err, text)
	}
	return out.Bytes(), nil
}

func deep(text string) (*string, error) {
	var parts struct {
		Before, Middle, After string
		Times                 int
	}
	if err := json.Unmarshal([]byte(text), &parts); err != nil {
		return nil, err
	}
	whole := strings.Repeat(parts.Before, parts.Times) + parts.Middle + strings.Repeat(parts.After, parts.Times)
	return &whole, nil
}

// announce writes the variables where they are others than before, and returns them as text.
func (s *scope) announce(out *bytes.Buffer) (string, error) {
	variables := s.variables
	if variables == nil {
		variables = []*variable{}
	}
	line, err := json.Marshal(map[string]any{"variables": variables})
	if err != nil {
		return "", err
	}
	if s.environment != nil && s.announced == string(line) {
		return s.announced, nil
	}
	s.announced = string(line)
	s.environment, s.sizes, err = declare(s.variables)
	if err != nil {
		return "", err
	}
	return s.announced, writeLine(out, map[string]any{"variables": variables})
}

// decode reads JSON as Kubernetes does: whole numbers are int64 wherever they fit.
func decode(text json.RawMessage) (any, error) {
	if text == nil {
		return nil, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	return numbers(value)
}

func numbers(value any) (any, error) {
	switch value := value.(type) {
	case map[string]any:
		for key, member := range value {
			read, err := numbers(member)
			if err != nil {
				return nil, err
			}
			value[key] = read
		}
	case []any:
		for i, item := range value {
			read, err := numbers(item)
			if err != nil {
				return nil, err
			}
			value[i] = read
		}
	case json.Number:
		if whole, err := value.Int64(); err == nil {
			return whole, nil
		}
		number, err := value.Float64()
		if err == nil && number == math.Trunc(number) && math.Abs(number) < 1<<62 {
			return int64(number), nil
		}
		return number, err
	}
	return value, nil
}
