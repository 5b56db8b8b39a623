package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

const header = `# How Kubernetes' objects are laid out in protobuf, as the tags of its Go types say. Written by
# tests/conformance/protobuf: GATEFOLD_BLESS=1 ctest -R protobuf_expectations_test
#   object APIVERSION KIND MESSAGE    what a body of that type holds; "*": of any version
#   message MESSAGE                   its fields follow, in the order of their members in JSON:
#     NUMBER MEMBER TYPE              member ".": the members of that message stand in this one
# A type is a scalar, one that Kubernetes encodes in its own way or a message. Before it: "[]" a
# list, "{}" a map by texts, "*" what may be absent. Behind it "?": what is empty or absent has no
# member; without it it has its zero value, or null.
`

// Types that have an encoding of their own in protobuf, in JSON or in both.
var special = map[reflect.Type]string{
	reflect.TypeOf(meta.Time{}):                                  "time",
	reflect.TypeOf(meta.MicroTime{}):                             "microtime",
	reflect.TypeOf(meta.FieldsV1{}):                              "raw",
	reflect.TypeOf(runtime.RawExtension{}):                       "raw",
	reflect.TypeOf(apiextensions.JSON{}):                         "raw",
	reflect.TypeOf(resource.Quantity{}):                          "quantity",
	reflect.TypeOf(intstr.IntOrString{}):                         "intorstring",
	reflect.TypeOf(apiextensions.JSONSchemaPropsOrBool{}):        "orbool",
	reflect.TypeOf(apiextensions.JSONSchemaPropsOrArray{}):       "orarray",
	reflect.TypeOf(apiextensions.JSONSchemaPropsOrStringArray{}): "ortexts",
}

var jsonMarshaler = reflect.TypeOf((*json.Marshaler)(nil)).Elem()

type tables struct {
	messages map[string]string
}

func packageName(path string) string {
	path = strings.TrimPrefix(path, "k8s.io/api/")
	path = strings.TrimPrefix(path, "k8s.io/apimachinery/pkg/apis/")
	return strings.TrimPrefix(path, "k8s.io/apiextensions-apiserver/pkg/apis/")
}

func messageName(t reflect.Type) string { return packageName(t.PkgPath()) + "." + t.Name() }

// A list that is a message of its own, so that maps can have it.
func isWrapped(t reflect.Type) bool {
	_, found := reflect.PointerTo(t).MethodByName("Marshal")
	return found && t.Kind() == reflect.Slice
}

func (all *tables) single(t reflect.Type) string {
	if word, found := special[t]; found {
		if strings.HasPrefix(word, "or") {
			schema := reflect.TypeOf(apiextensions.JSONSchemaProps{})
			all.add(schema)
			word += ":" + messageName(schema)
		}
		return word
	}
	if t.Implements(jsonMarshaler) || reflect.PointerTo(t).Implements(jsonMarshaler) {
		panic(fmt.Sprintf("%v writes JSON of its own", t))
	}
	switch {
	case isWrapped(t) && t.Elem().Kind() == reflect.String:
		return "texts"
	case t.Kind() == reflect.String, t.Kind() == reflect.Bool, t.Kind() == reflect.Int32,
		t.Kind() == reflect.Int64:
		return t.Kind().String()
	case t.Kind() == reflect.Float64:
		return "double"
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8:
		return "bytes"
	case t.Kind() == reflect.Struct:
		all.add(t)
		return messageName(t)
	}
	panic(fmt.Sprintf("no word for %v", t))
}

func (all *tables) typeOf(t reflect.Type) string {
	switch {
	case t.Kind() == reflect.Pointer:
		return "*" + all.single(t.Elem())
	case t.Kind() == reflect.Map && t.Key().Kind() == reflect.String:
		return "{}" + all.single(t.Elem())
	case t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8 && !isWrapped(t):
		return "[]" + all.single(t.Elem())
	}
	return all.single(t)
}

func (all *tables) add(t reflect.Type) {
	name := messageName(t)
	if _, found := all.messages[name]; found {
		return
	}
	all.messages[name] = "" // on its way
	text := "message " + name + "\n"
	for i := range t.NumField() {
		field := t.Field(i)
		if field.Type == reflect.TypeOf(meta.TypeMeta{}) {
			continue // in the envelope
		}
		member, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if options == "inline" {
			member = "."
		} else if member == "" || member == "-" {
			panic(fmt.Sprintf("%v.%s has no name in JSON", t, field.Name))
		}
		tag := strings.Split(field.Tag.Get("protobuf"), ",")
		if len(tag) < 2 {
			panic(fmt.Sprintf("%v.%s has no number", t, field.Name))
		}
		empty := ""
		if strings.Contains(options, "omitempty") {
			empty = "?"
		}
		text += fmt.Sprintf("%s %s %s%s\n", tag[1], member, all.typeOf(field.Type), empty)
	}
	all.messages[name] = text
}

func renderTables() string {
	all := tables{messages: map[string]string{}}
	var objects, messages []string
	for version, list := range roots {
		for _, object := range list {
			t := reflect.TypeOf(object).Elem()
			all.add(t)
			apiVersion := version.String()
			if t == reflect.TypeOf(meta.DeleteOptions{}) {
				apiVersion = "*"
			}
			objects = append(objects, fmt.Sprintf("object %s %s %s\n", apiVersion, t.Name(), messageName(t)))
		}
	}
	for _, text := range all.messages {
		messages = append(messages, text)
	}
	sort.Strings(objects)
	sort.Strings(messages)
	return header + strings.Join(objects, "") + "\n" + strings.Join(messages, "\n")
}
