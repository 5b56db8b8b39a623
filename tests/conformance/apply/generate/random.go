package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"sort"
)

// Cases that are drawn: values and pairs of `type`, or writes one after the other through `versions`.
type random struct {
	Seed     int64             `json:"seed"`
	Count    int               `json:"count"`
	Type     string            `json:"type,omitempty"`
	Versions map[string]string `json:"versions,omitempty"`
}

const stepsOfScenario = 6

type drawer struct {
	*rand.Rand
	duplicates bool // may stand in lists
}

func (r *random) draw(types typeTable) []*question {
	drawer := &drawer{Rand: rand.New(rand.NewSource(r.Seed))}
	var questions []*question
	for i := range r.Count {
		title := fmt.Sprintf("random %d.%d", r.Seed, i)
		if r.Versions != nil {
			questions = append(questions, drawer.scenario(title, r.Versions, types))
			continue
		}
		named := types[r.Type]
		drawer.duplicates = true
		before := drawer.object(named, "")
		questions = append(questions,
			&question{Title: title + " fields", Type: r.Type, Value: encode(before)},
			&question{Title: title + " change", Type: r.Type, Before: encode(before),
				After: encode(drawer.changed(named, before))})
	}
	return questions
}

func (d *drawer) scenario(title string, versions map[string]string, types typeTable) *question {
	names := sortedKeys(versions)
	asked := &question{Title: title, Versions: versions}
	applied := map[string]any{}
	var last any
	for range stepsOfScenario {
		version := names[d.Intn(len(names))]
		named := types[versions[version]]
		made := &step{Version: version, Force: d.Intn(3) == 0}
		if d.Intn(5) < 3 {
			made.Op, made.Manager = "apply", fmt.Sprintf("a%d", d.Intn(3))
			d.duplicates = false
			object := applied[made.Manager]
			if object == nil || d.Intn(3) == 0 {
				object = d.object(named, version)
			} else {
				object = d.changed(named, object)
			}
			applied[made.Manager], last = object, object
		} else {
			made.Op, made.Manager, made.Force = "update", fmt.Sprintf("u%d", d.Intn(2)), false
			d.duplicates = d.Intn(4) == 0
			last = d.changed(named, last)
		}
		made.Object = encode(d.at(named, last))
		asked.Steps = append(asked.Steps, made)
	}
	return asked
}

// The object called one of the version.
func (d *drawer) at(named *namedType, object any) any {
	members, ok := object.(map[string]any)
	if !ok || named.kind == "" {
		return object
	}
	copied := map[string]any{}
	for key, member := range members {
		copied[key] = member
	}
	copied["apiVersion"], copied["kind"] = named.apiVersion, named.kind
	return copied
}

var metadataSchema = map[string]any{"type": "object", "properties": map[string]any{
	"labels":      map[string]any{"type": "object", "additionalProperties": map[string]any{"type": "string"}},
	"annotations": map[string]any{"type": "object", "additionalProperties": map[string]any{"type": "string"}},
	"finalizers":  map[string]any{"type": "array", "items": map[string]any{"type": "string"}, "x-kubernetes-list-type": "set"},
	"ownerReferences": map[string]any{"type": "array", "x-kubernetes-list-type": "map",
		"x-kubernetes-list-map-keys": []any{"uid"}, "items": map[string]any{"type": "object", "properties": map[string]any{
			"uid": map[string]any{"type": "string"}, "name": map[string]any{"type": "string"}}}},
}}

func (d *drawer) object(named *namedType, _ string) any {
	value := d.value(named.schema, 0)
	members, ok := value.(map[string]any)
	if !ok || named.kind == "" {
		return value
	}
	metadata := d.value(metadataSchema, 0).(map[string]any)
	metadata["name"] = "x"
	members["metadata"] = metadata
	return d.at(named, members)
}

// The object with some of its members drawn anew.
func (d *drawer) changed(named *namedType, object any) any {
	drawn := d.object(named, "")
	if object == nil || d.Intn(5) == 0 {
		return drawn
	}
	return d.mixed(object, drawn)
}

func (d *drawer) mixed(a, b any) any {
	left, isMap := a.(map[string]any)
	right, bothMaps := b.(map[string]any)
	if !isMap || !bothMaps {
		if list, ok := a.([]any); ok && len(list) > 1 && d.Intn(3) == 0 {
			turned := append([]any{}, list[1:]...)
			return append(turned, list[0])
		}
		return []any{a, a, b}[d.Intn(3)]
	}
	out := map[string]any{}
	for _, key := range sortedKeys(left) {
		other, ok := right[key]
		switch {
		case key == "apiVersion" || key == "kind" || key == "name":
			out[key] = left[key]
		case ok:
			out[key] = d.mixed(left[key], other)
		case d.Intn(4) > 0:
			out[key] = left[key]
		}
	}
	for _, key := range sortedKeys(right) {
		if _, ok := left[key]; !ok && d.Intn(3) == 0 {
			out[key] = right[key]
		}
	}
	return out
}

func (d *drawer) value(schema map[string]any, depth int) any {
	if d.Intn(40) == 0 && depth > 1 {
		return nil
	}
	switch schema["type"] {
	case "object":
		return d.members(schema, depth)
	case "array":
		return d.items(schema, depth)
	case "integer", "number":
		return 1 + d.Intn(3)
	case "boolean":
		return d.Intn(2) == 0
	case "string":
		if enum, ok := schema["enum"].([]any); ok {
			return enum[d.Intn(len(enum))]
		}
		return string(rune('a' + d.Intn(3)))
	}
	return []any{1, "a", true}[d.Intn(3)]
}

func (d *drawer) members(schema map[string]any, depth int) any {
	out := map[string]any{}
	properties, _ := schema["properties"].(map[string]any)
	keep := 2
	if len(properties) > 8 {
		keep = 4
	}
	for _, name := range sortedKeys(properties) {
		if depth == 0 && (name == "apiVersion" || name == "kind" || name == "metadata") {
			continue
		}
		if depth == 0 && d.Intn(4) > 0 || d.Intn(keep) == 0 {
			out[name] = d.value(properties[name].(map[string]any), depth+1)
		}
	}
	free := map[string]any(nil)
	if additional, ok := schema["additionalProperties"].(map[string]any); ok {
		free = additional
	} else if properties == nil || schema["x-kubernetes-preserve-unknown-fields"] == true {
		free = []map[string]any{{"type": "string"}, {"type": "object"}, {"type": "array"}}[d.Intn(3)]
	}
	for _, name := range []string{"ka", "kb", "kc"} {
		if free != nil && depth < 6 && d.Intn(2) == 0 {
			out[name] = d.value(free, depth+1)
		}
	}
	return out
}

func (d *drawer) items(schema map[string]any, depth int) any {
	out := []any{}
	items, _ := schema["items"].(map[string]any)
	if items == nil {
		items = map[string]any{"type": "string"}
	}
	keys, _ := schema["x-kubernetes-list-map-keys"].([]any)
	isSet := schema["x-kubernetes-list-type"] == "set"
	seen := map[string]bool{}
	for range d.Intn(4) {
		item := d.value(items, 0+1)
		if item == nil && (keys != nil || isSet) {
			continue
		}
		identity := string(encode(item))
		if keys != nil {
			identity = d.keyed(item.(map[string]any), items, keys)
		}
		if seen[identity] && (keys != nil || isSet) && (!d.duplicates || d.Intn(3) > 0) {
			continue
		}
		seen[identity] = true
		out = append(out, item)
	}
	return out
}

// Gives an item its key; members with a default may be missing.
func (d *drawer) keyed(item, schema map[string]any, keys []any) string {
	identity := []any{}
	properties, _ := schema["properties"].(map[string]any)
	for _, key := range keys {
		property, _ := properties[key.(string)].(map[string]any)
		fallback := property["default"]
		delete(item, key.(string))
		if fallback == nil || d.Intn(3) > 0 {
			value := d.value(map[string]any{"type": property["type"], "enum": property["enum"]}, 0)
			item[key.(string)] = value
			identity = append(identity, value)
		} else {
			identity = append(identity, fallback)
		}
	}
	return string(encode(identity))
}

func encode(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return text
}

func sortedKeys[V any](values map[string]V) []string {
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
