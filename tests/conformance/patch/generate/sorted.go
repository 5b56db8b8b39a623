package main

import (
	"maps"
	"slices"
)

func sorted[V any](of map[string]V) []string { return slices.Sorted(maps.Keys(of)) }
