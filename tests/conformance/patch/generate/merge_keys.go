package main

import (
	"bytes"
	"reflect"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
)

// The core kinds that we serve and that strategic merge patches are for.
var references = map[string]func() any{
	"Pod": of[corev1.Pod], "Service": of[corev1.Service], "Namespace": of[corev1.Namespace],
	"Node": of[corev1.Node], "ConfigMap": of[corev1.ConfigMap], "Secret": of[corev1.Secret],
	"ServiceAccount": of[corev1.ServiceAccount], "Endpoints": of[corev1.Endpoints], "Event": of[corev1.Event],
	"Deployment": of[appsv1.Deployment], "DaemonSet": of[appsv1.DaemonSet],
	"HorizontalPodAutoscaler": of[autoscalingv2.HorizontalPodAutoscaler], "Lease": of[coordinationv1.Lease],
	"EndpointSlice": of[discoveryv1.EndpointSlice], "PodDisruptionBudget": of[policyv1.PodDisruptionBudget],
	"Role": of[rbacv1.Role], "RoleBinding": of[rbacv1.RoleBinding], "ClusterRole": of[rbacv1.ClusterRole],
	"ClusterRoleBinding":               of[rbacv1.ClusterRoleBinding],
	"ValidatingAdmissionPolicy":        of[admissionv1.ValidatingAdmissionPolicy],
	"ValidatingAdmissionPolicyBinding": of[admissionv1.ValidatingAdmissionPolicyBinding],
}

func of[T any]() any { return new(T) }

// Deeper than any path of these kinds; JSON schemas within them have no end.
const depthMax = 12

// mergeKeys has a line for each list or struct whose tags say how it merges; items are `[]`, a map's values `{}`.
func mergeKeys() []byte {
	var out bytes.Buffer
	for _, kind := range sorted(references) {
		walk(&out, kind, reflect.TypeOf(references[kind]()), "", 0)
	}
	return out.Bytes()
}

func walk(out *bytes.Buffer, kind string, of reflect.Type, path string, depth int) {
	switch of.Kind() {
	case reflect.Pointer:
		walk(out, kind, of.Elem(), path, depth)
	case reflect.Slice:
		walk(out, kind, of.Elem(), path+"[]", depth)
	case reflect.Map:
		walk(out, kind, of.Elem(), path+"{}", depth)
	case reflect.Struct:
		if depth == depthMax {
			return
		}
		for i := range of.NumField() {
			field := of.Field(i)
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if name == "-" || !field.IsExported() {
				continue
			}
			if name == "" {
				walk(out, kind, field.Type, path, depth)
				continue
			}
			below := strings.TrimPrefix(path+"."+name, ".")
			strategy, key := field.Tag.Get("patchStrategy"), field.Tag.Get("patchMergeKey")
			// managedFields and the like aside, a key without a strategy says nothing.
			if strategy != "" {
				write(out, map[string]any{"kind": kind, "path": below, "strategy": strategy, "key": key})
			}
			walk(out, kind, field.Type, below, depth+1)
		}
	}
}
