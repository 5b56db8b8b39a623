package main

import (
	"fmt"
	"sort"
	"strings"

	"github.com/google/cel-go/cel"
	"k8s.io/apimachinery/pkg/util/version"
	"k8s.io/apiserver/pkg/cel/environment"
)

// Overloads that were resolved so far.
var asked = map[string]bool{}

func note(ast *cel.Ast) {
	for _, reference := range ast.NativeRep().ReferenceMap() {
		for _, overload := range reference.OverloadIDs {
			asked[overload] = true
		}
	}
}

// unasked names the overloads of the environment that no expression resolves to. Those for authorizers have
// no use without one.
func unasked() error {
	var missing []string
	env := environment.MustBaseEnvSet(version.MajorMinor(1, 33), true).StoredExpressionsEnv()
	for name, function := range env.Functions() {
		for _, overload := range function.OverloadDecls() {
			if asked[overload.ID()] || isInternal(name) || isOfAuthorizer(overload.ArgTypes()) {
				continue
			}
			missing = append(missing, name+": "+overload.ID())
		}
	}
	if len(missing) == 0 {
		return nil
	}
	sort.Strings(missing)
	return fmt.Errorf("no expression asks for\n\t%s", strings.Join(missing, "\n\t"))
}

// Macros make calls of these; nobody writes them.
func isInternal(name string) bool {
	return strings.HasPrefix(name, "@not_strictly") || strings.HasPrefix(name, "__not_strictly") ||
		strings.HasPrefix(name, "cel.@")
}

func isOfAuthorizer(types []*cel.Type) bool {
	return len(types) > 0 && strings.HasPrefix(types[0].TypeName(), "kubernetes.authorization.")
}
