package main

import (
	"github.com/google/cel-go/checker"
	apiservercel "k8s.io/apiserver/pkg/cel"
)

// sizes answers for every variable from one declaration, as Kubernetes does: its own estimator can't be had for
// expressions that are no rules. What it answers for rules is in the table of definitions.
type sizes struct {
	root *apiservercel.DeclType
}

func (s *sizes) EstimateSize(element checker.AstNode) *checker.SizeEstimate {
	if s.root == nil || len(element.Path()) == 0 {
		return nil
	}
	declared := s.root
	for _, step := range element.Path()[1:] {
		if declared = below(declared, step); declared == nil {
			return nil
		}
	}
	return &checker.SizeEstimate{Max: uint64(declared.MaxElements)}
}

func below(declared *apiservercel.DeclType, step string) *apiservercel.DeclType {
	switch step {
	case "@items", "@values":
		return declared.ElemType
	case "@keys":
		return declared.KeyType
	}
	if field, ok := declared.Fields[step]; ok {
		return field.Type
	}
	return nil
}

func (s *sizes) EstimateCallCost(string, string, *checker.AstNode, []checker.AstNode) *checker.CallEstimate {
	return nil
}
