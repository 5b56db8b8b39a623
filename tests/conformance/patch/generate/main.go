// Asks the libraries that Kubernetes patches with what becomes of documents.
//
//	generate CASES EXPECTED
//
// reads CASES/<theme>.cases and writes EXPECTED/<theme>.jsonl, a line for each document and one for each patch of it,
// and EXPECTED/merge-keys.jsonl: how lists and structs of our core kinds merge, as their Go types say. A theme's name
// begins with its kind of patch: json-, merge- or strategic-. In a theme
//
//	@ KIND DOCUMENT    is what the patches that follow are for (KIND matters to strategic ones alone)
//	WHY: PATCH         is a case; WHY names it within its theme
//	# ...              says something
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"gatefold/tests/conformance/patch/generate/handlers"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apiserver/pkg/endpoints/handlers/responsewriters"
)

// How often each patch is tried: the libraries walk maps in an order that changes.
const tries = 20

type answer struct {
	Why     string          `json:"why"`
	Patch   json.RawMessage `json:"patch"`
	Result  any             `json:"result,omitempty"`
	Code    int32           `json:"code,omitempty"`
	Reason  string          `json:"reason,omitempty"`
	Message string          `json:"message,omitempty"`
	Panics  bool            `json:"panics,omitempty"` // a server says 500 and closes the connection
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: generate CASES EXPECTED")
		os.Exit(2)
	}
	// Errors are what is asked for.
	utilruntime.ErrorHandlers = nil
	if err := generate(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func generate(cases, expected string) error {
	files, err := filepath.Glob(filepath.Join(cases, "*.cases"))
	if err != nil || len(files) == 0 {
		return errors.Join(err, fmt.Errorf("%d files in %s", len(files), cases))
	}
	if err := os.MkdirAll(expected, 0o755); err != nil {
		return err
	}
	var wrong []error
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		theme := strings.TrimSuffix(filepath.Base(file), ".cases")
		out, err := rewrite(theme, string(text))
		wrong = append(wrong, err, os.WriteFile(filepath.Join(expected, theme+".jsonl"), out, 0o644))
	}
	wrong = append(wrong, os.WriteFile(filepath.Join(expected, "merge-keys.jsonl"), mergeKeys(), 0o644))
	return errors.Join(wrong...)
}

func rewrite(theme, text string) ([]byte, error) {
	var out bytes.Buffer
	var wrong []error
	var kind string
	var document []byte
	seen := map[string]bool{}
	for number, line := range strings.Split(text, "\n") {
		where := fmt.Sprintf("%s:%d", theme, number+1)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if rest, ok := strings.CutPrefix(line, "@ "); ok {
			var text string
			kind, text, _ = strings.Cut(rest, " ")
			document = []byte(text)
			if !json.Valid(document) || references[kind] == nil {
				return nil, fmt.Errorf("%s: no document, or of an unknown kind", where)
			}
			write(&out, map[string]any{"kind": kind, "document": json.RawMessage(document)})
			continue
		}
		why, patch, _ := strings.Cut(line, ": ")
		if seen[why] || !json.Valid([]byte(patch)) {
			wrong = append(wrong, fmt.Errorf("%s: no patch, or not the first of its name", where))
			continue
		}
		seen[why] = true
		given, err := steadily(theme, kind, document, []byte(patch))
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", where, err))
			continue
		}
		given.Why, given.Patch = why, json.RawMessage(patch)
		write(&out, given)
	}
	return out.Bytes(), errors.Join(wrong...)
}

// steadily asks more than once; a case whose answer changes says nothing.
func steadily(theme, kind string, document, patch []byte) (*answer, error) {
	var first string
	var given *answer
	for range tries {
		var err error
		if given, err = ask(theme, kind, document, patch); err != nil {
			return nil, err
		}
		text, _ := json.Marshal(given)
		if first != "" && first != string(text) {
			return nil, fmt.Errorf("answers differ: %s and %s", first, text)
		}
		first = string(text)
	}
	return given, nil
}

func ask(theme, kind string, document, patch []byte) (given *answer, wrong error) {
	given = &answer{}
	defer func() {
		if recover() != nil {
			given = &answer{Panics: true}
		}
	}()
	var err error
	var text []byte
	switch strings.Split(theme, "-")[0] {
	case "json":
		text, err = handlers.JSON(document, patch)
	case "merge":
		text, err = handlers.Merge(document, patch)
	case "strategic":
		given.Result, err = handlers.Strategic(document, patch, references[kind]())
	default:
		return nil, errors.New("no such kind of patch")
	}
	if err == nil && text != nil {
		given.Result = json.RawMessage(text)
	}
	if err != nil {
		status := responsewriters.ErrorToAPIStatus(err)
		given = &answer{Code: status.Code, Reason: string(status.Reason), Message: status.Message}
	}
	return given, nil
}

func write(out *bytes.Buffer, value any) {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err)
	}
}
