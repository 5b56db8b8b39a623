// Asks the reference implementation what selectors pick, or why they are none.
//
//	generate FOLDER EXPECTED
//
// reads FOLDER/{labels,fields}.selectors, one JSON string a line, and FOLDER/objects.json, and writes
// EXPECTED/{labels,fields}.jsonl: for each selector the places of the objects that it picks, or its error.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
)

type answer struct {
	Selector string `json:"selector"`
	Picks    []int  `json:"picks,omitempty"`
	Error    string `json:"error,omitempty"`
}

// A selector of either sort, once it is parsed: whether it picks an object.
type parse func(selector string) (func(object map[string]string) bool, error)

func ofLabels(text string) (func(map[string]string) bool, error) {
	selector, err := labels.Parse(text)
	if err != nil {
		return nil, err
	}
	return func(object map[string]string) bool { return selector.Matches(labels.Set(object)) }, nil
}

func ofFields(text string) (func(map[string]string) bool, error) {
	selector, err := fields.ParseSelector(text)
	if err != nil {
		return nil, err
	}
	return func(object map[string]string) bool { return selector.Matches(fields.Set(object)) }, nil
}

func ask(text string, objects []map[string]string, how parse) answer {
	picks, err := how(text)
	if err != nil {
		return answer{Selector: text, Error: err.Error()}
	}
	result := answer{Selector: text, Picks: []int{}}
	for place, object := range objects {
		if picks(object) {
			result.Picks = append(result.Picks, place)
		}
	}
	return result
}

func generate(folder, expected, sort string, objects []map[string]string, how parse) error {
	in, err := os.Open(filepath.Join(folder, sort+".selectors"))
	if err != nil {
		return err
	}
	defer in.Close()
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		var text string
		if err := json.Unmarshal(lines.Bytes(), &text); err != nil {
			return fmt.Errorf("%s: %w", lines.Text(), err)
		}
		if err := encoder.Encode(ask(text, objects, how)); err != nil {
			return err
		}
	}
	return errors.Join(lines.Err(), os.WriteFile(filepath.Join(expected, sort+".jsonl"), out.Bytes(), 0o644))
}

func run(folder, expected string) error {
	text, err := os.ReadFile(filepath.Join(folder, "objects.json"))
	if err != nil {
		return err
	}
	var objects struct{ Labels, Fields []map[string]string }
	if err := json.Unmarshal(text, &objects); err != nil {
		return err
	}
	return errors.Join(os.MkdirAll(expected, 0o755),
		generate(folder, expected, "labels", objects.Labels, ofLabels),
		generate(folder, expected, "fields", objects.Fields, ofFields))
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: generate FOLDER EXPECTED")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
