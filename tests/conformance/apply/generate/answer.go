package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/structured-merge-diff/v4/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v4/merge"
	"sigs.k8s.io/structured-merge-diff/v4/typed"
)

// One write, and what became of it.
type step struct {
	Op       string            `json:"op"` // apply, update
	Manager  string            `json:"manager"`
	Version  string            `json:"version"`
	Force    bool              `json:"force,omitempty"`
	Object   json.RawMessage   `json:"object"`
	Versions map[string]string `json:"versions,omitempty"` // types of versions from here on
	Expected any               `json:"expected,omitempty"`
}

type owner struct {
	Version string          `json:"version"`
	Applied bool            `json:"applied"`
	Fields  json.RawMessage `json:"fields"`
}

type outcome struct {
	Object    any               `json:"object,omitempty"` // of an application; an update keeps what it says
	Unchanged bool              `json:"unchanged,omitempty"`
	Managers  *map[string]owner `json:"managers,omitempty"` // a pointer: none are something else than no answer
	Conflicts [][2]string       `json:"conflicts,omitempty"`
	Error     []string          `json:"error,omitempty"`
}

func decode(text json.RawMessage) (any, error) {
	if len(text) == 0 {
		return nil, nil
	}
	return decodeInto(text)
}

func parseFields(text json.RawMessage) (*fieldpath.Set, error) {
	set := fieldpath.NewSet()
	err := set.FromJSON(bytes.NewReader(text))
	return set, err
}

func written(set *fieldpath.Set) json.RawMessage {
	text, err := set.ToJSON()
	if err != nil {
		panic(err)
	}
	return text
}

// Errors of several members come in the order of a Go map.
func errorLines(err error) []string {
	lines := strings.Split(err.Error(), "\n")
	sort.Strings(lines)
	return lines
}

func (q *question) answer(types typeTable) error {
	if q.Fields != nil {
		return q.answerFields()
	}
	if q.Steps != nil {
		return q.answerSteps(types)
	}
	named := types[q.Type]
	if named == nil {
		return fmt.Errorf("no type %q", q.Type)
	}
	if q.Before != nil {
		return q.answerPair(named.parseable)
	}
	value, err := decodeInto(q.Value)
	if err != nil {
		return err
	}
	expected := map[string]any{}
	if _, err := named.parseable.FromUnstructured(value); err != nil {
		expected["error"] = errorLines(err)
	}
	object, err := named.parseable.FromUnstructured(value, typed.AllowDuplicates)
	if err != nil {
		expected["errorOfLive"] = errorLines(err)
	} else {
		set, err := object.ToFieldSet()
		if err != nil {
			return err
		}
		expected["fields"] = written(set)
		expected["named"] = written(set.EnsureNamedFieldsAreMembers(object.Schema(), object.TypeRef()))
		if q.Remove != nil {
			remove, err := parseFields(q.Remove)
			if err != nil {
				return err
			}
			expected["left"] = object.RemoveItems(remove).AsValue().Unstructured()
		}
	}
	q.Expected = expected
	return nil
}

func decodeInto(text json.RawMessage) (any, error) {
	var value any
	err := utiljson.Unmarshal(text, &value)
	return value, err
}

func (q *question) answerFields() error {
	set := fieldpath.NewSet()
	if err := set.FromJSON(bytes.NewReader(q.Fields)); err != nil {
		q.Expected = map[string]any{"refused": true}
		return nil
	}
	paths := []string{}
	set.Iterate(func(path fieldpath.Path) { paths = append(paths, path.String()) })
	q.Expected = map[string]any{"fields": written(set), "paths": paths, "leaves": written(set.Leaves())}
	return nil
}

func (q *question) answerPair(parseable typed.ParseableType) error {
	before, err := decodeInto(q.Before)
	if err != nil {
		return err
	}
	after, err := decodeInto(q.After)
	if err != nil {
		return err
	}
	left, err := parseable.FromUnstructured(before, typed.AllowDuplicates)
	if err != nil {
		return err
	}
	right, err := parseable.FromUnstructured(after, typed.AllowDuplicates)
	if err != nil {
		return err
	}
	expected := map[string]any{}
	compared, err := left.Compare(right)
	if err != nil {
		return err
	}
	expected["added"], expected["modified"] = written(compared.Added), written(compared.Modified)
	expected["removed"] = written(compared.Removed)
	// What is applied has no duplicates.
	if _, err := parseable.FromUnstructured(after); err == nil {
		merged, err := left.Merge(right)
		if err != nil {
			return err
		}
		expected["merged"] = merged.AsValue().Unstructured()
	}
	q.Expected = expected
	return nil
}

// Converts by calling the object another version's; a version that isn't there is missing.
type converter struct {
	types    typeTable
	versions map[string]string
}

type missingVersion string

func (m missingVersion) Error() string { return "missing version " + string(m) }

func (c *converter) Convert(object *typed.TypedValue, version fieldpath.APIVersion) (*typed.TypedValue, error) {
	named := c.types[c.versions[string(version)]]
	if named == nil {
		return object, missingVersion(version)
	}
	value := object.AsValue().Unstructured()
	if members, ok := value.(map[string]any); ok && named.kind != "" {
		copied := make(map[string]any, len(members))
		for key, member := range members {
			copied[key] = member
		}
		value = copied
	}
	return named.parseable.FromUnstructured(value, typed.AllowDuplicates)
}

func (c *converter) IsMissingVersionError(err error) bool {
	_, ok := err.(missingVersion)
	return ok
}

func (q *question) answerSteps(types typeTable) error {
	live, err := decode(q.Live)
	if err != nil {
		return err
	}
	managers := fieldpath.ManagedFields{}
	convert := &converter{types, q.Versions}
	reset := map[fieldpath.APIVersion]*fieldpath.Set{}
	for version, fields := range q.Reset {
		if reset[fieldpath.APIVersion(version)], err = parseFields(fields); err != nil {
			return err
		}
	}
	builder := merge.UpdaterBuilder{Converter: convert, IgnoreFilter: fieldpath.NewExcludeFilterSetMap(reset)}
	for _, step := range q.Steps {
		if step.Versions != nil {
			convert.versions = step.Versions
		}
		answered, err := step.run(builder.BuildUpdater(), convert, live, managers)
		if err != nil {
			return err
		}
		if answered.Managers != nil {
			managers = answered.owners
			if !answered.Unchanged {
				live = answered.live
			}
		}
		step.Expected = answered.outcome
	}
	return nil
}

type answered struct {
	outcome
	live   any
	owners fieldpath.ManagedFields
}

func (s *step) run(updater *merge.Updater, convert *converter, live any, managers fieldpath.ManagedFields) (*answered, error) {
	named := convert.types[convert.versions[s.Version]]
	if named == nil {
		return nil, fmt.Errorf("no version %q", s.Version)
	}
	before, err := named.parseable.FromUnstructured(runtime.DeepCopyJSONValue(live), typed.AllowDuplicates)
	if err != nil {
		return nil, err
	}
	object, err := decodeInto(s.Object)
	if err != nil {
		return nil, err
	}
	options := []typed.ValidationOptions{}
	if s.Op == "update" {
		options = append(options, typed.AllowDuplicates)
	}
	next, err := named.parseable.FromUnstructured(object, options...)
	if err != nil {
		return &answered{outcome: outcome{Error: errorLines(err)}}, nil
	}
	version := fieldpath.APIVersion(s.Version)
	var after *typed.TypedValue
	var owners fieldpath.ManagedFields
	if s.Op == "update" {
		after, owners, err = updater.Update(before, next, version, managers.Copy(), s.Manager)
	} else {
		after, owners, err = updater.Apply(before, next, version, managers.Copy(), s.Manager, s.Force)
	}
	if conflicts, ok := err.(merge.Conflicts); ok {
		return &answered{outcome: outcome{Conflicts: sorted(conflicts)}}, nil
	}
	if err != nil {
		return &answered{outcome: outcome{Error: errorLines(err)}}, nil
	}
	done := &answered{outcome: outcome{Managers: &map[string]owner{}}, owners: owners}
	if after == nil {
		done.Unchanged = true
	} else {
		done.live = runtime.DeepCopyJSONValue(after.AsValue().Unstructured())
		if s.Op == "apply" {
			done.Object = done.live
		}
	}
	for manager, set := range owners {
		(*done.Managers)[manager] = owner{string(set.APIVersion()), set.Applied(), written(set.Set())}
	}
	return done, nil
}

// By manager; those of one stay in their order.
func sorted(conflicts merge.Conflicts) [][2]string {
	sort.SliceStable(conflicts, func(i, j int) bool { return conflicts[i].Manager < conflicts[j].Manager })
	var out [][2]string
	for _, conflict := range conflicts {
		out = append(out, [2]string{conflict.Manager, conflict.Path.String()})
	}
	return out
}
