// Asks the reference implementation what expressions answer.
//
//	generate FOLDER EXPECTED
//	generate admission EXPRESSIONS EXPECTED
//
// reads FOLDER/expressions/<theme>.cel and writes EXPECTED/<theme>.jsonl, one line for each expression and one
// wherever the variables change; FOLDER/definitions and EXPECTED/definitions are of schemas (definitions.go). The
// answers are those of Kubernetes' own validator: its environment of 1.33 with all that is stored there, its
// declarations and values of structural schemas, its costs. With `admission` they are those of its admission
// policies: see admission.go.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) == 4 && os.Args[1] == "admission" {
		if err := generateAdmission(os.Args[2], os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: generate FOLDER EXPECTED | generate admission EXPRESSIONS EXPECTED")
		os.Exit(2)
	}
	folder, expected := os.Args[1], os.Args[2]
	if err := errors.Join(generate(filepath.Join(folder, "expressions"), expected),
		defineAll(filepath.Join(folder, "definitions"), filepath.Join(expected, "definitions"))); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func generate(expressions, expected string) error {
	seen := map[string]string{}
	files, err := rewriteAll(expressions, ".cel", expected, func(file string, text []byte) ([]byte, error) {
		return answer(string(text), file, seen)
	})
	fmt.Printf("%d expressions in %d files\n", len(seen), files)
	return errors.Join(err, unasked())
}

// rewriteAll writes to EXPECTED/<theme>.jsonl what `rewrite` makes of each FOLDER/<theme><EXTENSION>, and says how
// many files there are; what is wrong with one keeps none of the others.
func rewriteAll(folder, extension, expected string, rewrite func(file string, text []byte) ([]byte, error)) (int, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*"+extension))
	if err != nil {
		return 0, err
	}
	if len(files) == 0 {
		return 0, fmt.Errorf("no files in %s", folder)
	}
	if err := os.MkdirAll(expected, 0o755); err != nil {
		return 0, err
	}
	var wrong []error
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err == nil {
			var out []byte
			if out, err = rewrite(file, text); err == nil {
				theme := strings.TrimSuffix(filepath.Base(file), extension)
				err = os.WriteFile(filepath.Join(expected, theme+".jsonl"), out, 0o644)
			}
		}
		wrong = append(wrong, err)
	}
	return len(files), errors.Join(wrong...)
}

// answer is what the reference says to each line of a theme. An expression that was there before, under the
// same variables, is an error: numbers should mean something.
func answer(text, file string, seen map[string]string) ([]byte, error) {
	var out bytes.Buffer
	var wrong []error
	scope := &scope{}
	for number, line := range strings.Split(text, "\n") {
		where := fmt.Sprintf("%s:%d", file, number+1)
		expression, err := scope.read(line)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
		if expression == nil {
			continue
		}
		before, err := scope.announce(&out)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
		key := before + "\n" + *expression
		if first, ok := seen[key]; ok {
			wrong = append(wrong, fmt.Errorf("%s: the same as %s", where, first))
			continue
		}
		seen[key] = where
		answer, err := scope.ask(*expression)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", where, err))
			continue
		}
		if err := writeLine(&out, answer); err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
	}
	return out.Bytes(), errors.Join(wrong...)
}

func writeLine(out *bytes.Buffer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
