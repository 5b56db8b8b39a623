// Asks the reference implementation of server-side apply what becomes of values, and who owns which fields of them.
//
//	generate CASES KINDS EXPECTED
//
// reads CASES/<theme>.yaml and writes EXPECTED/<theme>.jsonl: lines {"types": ...}, which hold for those after them,
// and one line for each case, the question with its answer as `expected`. KINDS is the folder of the documents of
// kinds. Types are Kubernetes' own for core kinds, and otherwise what its servers make of a definition's schema;
// answers are those of structured-merge-diff. Cases that stand as `random` are drawn, and always the same.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

// What a document of cases consists of; one of the members is there.
type entry struct {
	Types  map[string]*typeSource `json:"types,omitempty"`
	Random *random                `json:"random,omitempty"`
	question
}

// One question; which members are there says what is asked.
type question struct {
	Title string `json:"title,omitempty"`
	Type  string `json:"type,omitempty"`
	// What the type says of a value: its fields, or what is wrong with it.
	Value json.RawMessage `json:"value,omitempty"`
	// With `value`: which fields go.
	Remove json.RawMessage `json:"remove,omitempty"`
	// What changed, and what becomes of both.
	Before json.RawMessage `json:"before,omitempty"`
	After  json.RawMessage `json:"after,omitempty"`
	// A set of fields, read and written.
	Fields json.RawMessage `json:"fields,omitempty"`
	// Writes one after the other.
	Versions map[string]string          `json:"versions,omitempty"`
	Reset    map[string]json.RawMessage `json:"reset,omitempty"`
	Live     json.RawMessage            `json:"live,omitempty"`
	Steps    []*step                    `json:"steps,omitempty"`
	Expected any                        `json:"expected,omitempty"`
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: generate CASES KINDS EXPECTED")
		os.Exit(2)
	}
	if err := generate(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func generate(cases, kinds, expected string) error {
	files, err := filepath.Glob(filepath.Join(cases, "*.yaml"))
	if err != nil || len(files) == 0 {
		return fmt.Errorf("no files in %s: %w", cases, err)
	}
	if err := os.MkdirAll(expected, 0o755); err != nil {
		return err
	}
	count := 0
	var wrong []error
	for _, file := range files {
		out, answered, err := answerAll(file, kinds)
		if err == nil {
			theme := strings.TrimSuffix(filepath.Base(file), ".yaml")
			err = os.WriteFile(filepath.Join(expected, theme+".jsonl"), out, 0o644)
		}
		count += answered
		wrong = append(wrong, err)
	}
	fmt.Printf("%d cases in %d files\n", count, len(files))
	return errors.Join(wrong...)
}

func answerAll(file, kinds string) ([]byte, int, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, 0, err
	}
	var entries []*entry
	if err := yaml.UnmarshalStrict(text, &entries); err != nil {
		return nil, 0, fmt.Errorf("%s: %w", file, err)
	}
	var out bytes.Buffer
	types, count := typeTable{}, 0
	for _, entry := range entries {
		questions := []*question{&entry.question}
		switch {
		case entry.Types != nil:
			if err := types.add(entry.Types, kinds); err != nil {
				return nil, 0, fmt.Errorf("%s: %w", file, err)
			}
			if err := writeLine(&out, map[string]any{"types": entry.Types}); err != nil {
				return nil, 0, err
			}
			continue
		case entry.Random != nil:
			questions = entry.Random.draw(types)
		}
		for _, question := range questions {
			if err := question.answer(types); err != nil {
				return nil, 0, fmt.Errorf("%s: %s: %w", file, question.Title, err)
			}
			if err := writeLine(&out, question); err != nil {
				return nil, 0, err
			}
			count++
		}
	}
	return out.Bytes(), count, nil
}

func writeLine(out *bytes.Buffer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
