// What Kubernetes' own types say of protobuf: `generate tables` prints the layout of messages,
// `generate objects COUNT BUDGET` COUNT objects of each kind by chance, with about BUDGET values each, as
// lines of {"body": base64, "object": JSON}; `generate samples FOLDER` those that k8s.io/api is tested with;
// `generate openapi FILE` reads a document of OpenAPI version 2 in protobuf as kubectl does.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strconv"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
)

type line struct {
	Body   []byte         `json:"body"`
	Object runtime.Object `json:"object"`
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func versions() []schema.GroupVersion {
	var all []schema.GroupVersion
	for version := range roots {
		all = append(all, version)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].String() < all[j].String() })
	return all
}

// What a server makes of a body.
func printLine(codec *protobuf.Serializer, body []byte) {
	object, _, err := codec.Decode(body, nil, nil)
	must(object, err)
	object.GetObjectKind() // the kind is in the envelope
	fmt.Println(string(must(json.Marshal(line{body, object}))))
}

func printObjects(codec *protobuf.Serializer, count, budget int) {
	for _, version := range versions() {
		for _, prototype := range roots[version] {
			random := rand.New(rand.NewSource(1))
			for range count {
				object := reflect.New(reflect.TypeOf(prototype).Elem())
				(&filler{random, budget}).fill(object.Elem())
				made := object.Interface().(runtime.Object)
				made.GetObjectKind().SetGroupVersionKind(version.WithKind(kindOf(prototype)))
				var body bytes.Buffer
				must(0, codec.Encode(made, &body))
				printLine(codec, body.Bytes())
			}
		}
	}
}

func printSamples(codec *protobuf.Serializer, folder string) {
	for _, version := range versions() {
		group := version.Group
		if group == "" {
			group = "core"
		}
		for _, prototype := range roots[version] {
			name := fmt.Sprintf("%s.%s.%s.pb", group, version.Version, kindOf(prototype))
			if group == "apiextensions.k8s.io" {
				continue // of another module
			}
			printLine(codec, must(os.ReadFile(filepath.Join(folder, name))))
		}
	}
}

func main() {
	scheme := newScheme()
	codec := protobuf.NewSerializer(scheme, scheme)
	switch {
	case len(os.Args) == 2 && os.Args[1] == "tables":
		fmt.Print(renderTables())
	case len(os.Args) == 4 && os.Args[1] == "objects":
		printObjects(codec, must(strconv.Atoi(os.Args[2])), must(strconv.Atoi(os.Args[3])))
	case len(os.Args) == 3 && os.Args[1] == "samples":
		printSamples(codec, os.Args[2])
	case len(os.Args) == 3 && os.Args[1] == "openapi":
		readOpenAPI(os.Args[2])
	default:
		os.Exit(2)
	}
}
