package main

import (
	"context"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	applyappsv1 "k8s.io/client-go/applyconfigurations/apps/v1"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	applymetav1 "k8s.io/client-go/applyconfigurations/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
)

// serverSideApply is apply with typed configurations and with unstructured objects.
func serverSideApply(run *Run) {
	client := kubernetes.NewForConfigOrDie(run.config)
	run.check("R17.2 R17.6 R17.7 apply creates, conflicts with another manager, and takes over by force", func(ctx context.Context) error {
		return applyConflict(ctx, client, run.namespace)
	})
	run.check("R18.4 what a manager no longer applies goes, and what others own stays", func(ctx context.Context) error {
		return applyLess(ctx, client, run.namespace)
	})
	run.check("R18.2 R18.3 lists merge by their keys", func(ctx context.Context) error {
		return applyLists(ctx, client, run.namespace)
	})
	run.check("R18.11 what was extracted and applied again changes nothing", func(ctx context.Context) error {
		return applyExtracted(ctx, client, run.namespace)
	})
	run.check("R17.3 R13.5 dynamic apply, and apply of a status", func(ctx context.Context) error {
		return applyDynamic(ctx, dynamic.NewForConfigOrDie(run.config).Resource(gatewayResource).Namespace(run.namespace))
	})
}

func by(manager string) metav1.ApplyOptions { return metav1.ApplyOptions{FieldManager: manager} }

func applyConflict(ctx context.Context, client kubernetes.Interface, namespace string) error {
	configMaps := client.CoreV1().ConfigMaps(namespace)
	of := func(value string) *applycorev1.ConfigMapApplyConfiguration {
		return applycorev1.ConfigMap("shared", namespace).WithData(map[string]string{"value": value})
	}
	if _, err := configMaps.Apply(ctx, of("1"), by("one")); err != nil {
		return err
	}
	if _, err := configMaps.Apply(ctx, of("1"), by("two")); err != nil {
		return fmt.Errorf("the same value is no conflict: %w", err)
	}
	_, err := configMaps.Apply(ctx, of("2"), by("two"))
	if err := refused("another value", err, errors.IsConflict); err != nil {
		return err
	}
	if !strings.Contains(err.Error(), `conflict with "one": .data.value`) {
		return fmt.Errorf("the conflict says %w", err)
	}
	forced := by("two")
	forced.Force = true
	if _, err := configMaps.Apply(ctx, of("2"), forced); err != nil {
		return err
	}
	_, err = configMaps.Apply(ctx, of("1"), by("one"))
	return refused("what was taken over", err, errors.IsConflict)
}

func applyLess(ctx context.Context, client kubernetes.Interface, namespace string) error {
	configMaps := client.CoreV1().ConfigMaps(namespace)
	apply := func(manager string, data map[string]string) error {
		_, err := configMaps.Apply(ctx, applycorev1.ConfigMap("less", namespace).WithData(data), by(manager))
		return err
	}
	for _, err := range []error{
		apply("one", map[string]string{"a": "1", "b": "1", "c": "1"}),
		apply("two", map[string]string{"b": "1"}),
		apply("one", map[string]string{"a": "1"}), // gives up b, which two holds, and c, which nobody does
	} {
		if err != nil {
			return err
		}
	}
	read, err := configMaps.Get(ctx, "less", metav1.GetOptions{})
	if err != nil {
		return err
	}
	return differ("the data", read.Data, map[string]string{"a": "1", "b": "1"})
}

func applyLists(ctx context.Context, client kubernetes.Interface, namespace string) error {
	services := client.CoreV1().Services(namespace)
	port := func(manager, name string, number int32) error {
		_, err := services.Apply(ctx, applycorev1.Service("ports", namespace).WithSpec(applycorev1.ServiceSpec().
			WithPorts(applycorev1.ServicePort().WithName(name).WithPort(number).WithProtocol("TCP"))), by(manager))
		return err
	}
	for _, err := range []error{port("one", "a", 80), port("two", "b", 81), port("one", "c", 82)} {
		if err != nil {
			return err
		}
	}
	read, err := services.Get(ctx, "ports", metav1.GetOptions{})
	if err != nil {
		return err
	}
	names := map[string]bool{}
	for _, port := range read.Spec.Ports {
		names[port.Name] = true
	}
	return differ("the ports", names, map[string]bool{"b": true, "c": true})
}

func applyExtracted(ctx context.Context, client kubernetes.Interface, namespace string) error {
	deployments := client.AppsV1().Deployments(namespace)
	labels := map[string]string{"app": "extracted"}
	applied, err := deployments.Apply(ctx, applyappsv1.Deployment("extracted", namespace).WithSpec(applyappsv1.DeploymentSpec().
		WithReplicas(0).WithSelector(applymetav1.LabelSelector().WithMatchLabels(labels)).
		WithTemplate(applycorev1.PodTemplateSpec().WithLabels(labels).WithSpec(applycorev1.PodSpec().
			WithContainers(applycorev1.Container().WithName("proxy").WithImage("example.org/proxy:1"))))), by("one"))
	if err != nil {
		return err
	}
	extracted, err := applyappsv1.ExtractDeployment(applied, "one")
	if err != nil {
		return err
	}
	again, err := deployments.Apply(ctx, extracted, by("one"))
	if err != nil {
		return err
	}
	return differ("the generation", again.Generation, applied.Generation)
}

func applyDynamic(ctx context.Context, gateways dynamic.ResourceInterface) error {
	if _, err := gateways.Apply(ctx, "applied", gateway("applied"), by("spec")); err != nil {
		return err
	}
	status := gateway("applied")
	delete(status.Object, "spec")
	unstructured.SetNestedSlice(status.Object, []any{map[string]any{"type": "Programmed", "status": "True",
		"reason": "Programmed", "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"}}, "status", "conditions")
	applied, err := gateways.ApplyStatus(ctx, "applied", status, by("status"))
	if err != nil {
		return err
	}
	conditions, _, _ := unstructured.NestedSlice(applied.Object, "status", "conditions")
	if len(conditions) < 1 {
		return fmt.Errorf("no condition after the status was applied")
	}
	owners := map[string]string{}
	for _, entry := range applied.GetManagedFields() {
		owners[entry.Manager] = string(entry.Operation) + "/" + entry.Subresource
	}
	return differ("the managers", owners, map[string]string{"spec": "Apply/", "status": "Apply/status"})
}
