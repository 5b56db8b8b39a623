package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// Run is one suite's run: where it works, and how many of its checks failed.
type Run struct {
	context.Context
	config    *rest.Config
	namespace string
	failures  int
}

// runSuite gives the suite a namespace of its own and returns how many checks failed.
func runSuite(ctx context.Context, name string, suite func(*Run), config *rest.Config) int {
	run := &Run{Context: ctx, config: config}
	namespaces := kubernetes.NewForConfigOrDie(config).CoreV1().Namespaces()
	made, err := namespaces.Create(ctx,
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: name + "-"}}, metav1.CreateOptions{})
	if err != nil {
		fmt.Println("FAILED: a namespace for", name+":", err)
		return 1
	}
	run.namespace = made.Name
	defer namespaces.Delete(context.Background(), made.Name, metav1.DeleteOptions{})
	suite(run)
	return run.failures
}

// check runs one check within two minutes, and prints how it went.
func (run *Run) check(name string, body func(ctx context.Context) error) bool {
	ctx, cancel := context.WithTimeout(run, 2*time.Minute)
	defer cancel()
	if err := body(ctx); err != nil {
		run.failures++
		fmt.Printf("FAILED: %s: %v\n", name, err)
		return false
	}
	fmt.Println("ok:", name)
	return true
}

// eventually asks until what is expected holds; at most 50 seconds.
func eventually(ctx context.Context, expected func(ctx context.Context) error) error {
	last := fmt.Errorf("it was never asked")
	err := wait.PollUntilContextTimeout(ctx, 20*time.Millisecond, 50*time.Second, true,
		func(ctx context.Context) (bool, error) {
			last = expected(ctx)
			return last == nil, nil
		})
	if err != nil {
		return last
	}
	return nil
}

// differ returns an error unless got is what is wanted; both are compared as JSON.
func differ(what string, got, wanted any) error {
	gotText, _ := json.Marshal(got)
	wantedText, _ := json.Marshal(wanted)
	if string(gotText) != string(wantedText) {
		return fmt.Errorf("%s is %s, not %s", what, gotText, wantedText)
	}
	return nil
}

// refused returns an error unless err is of the kind that `is` tells.
func refused(what string, err error, is func(error) bool) error {
	if err == nil {
		return fmt.Errorf("%s succeeded", what)
	}
	if !is(err) {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Println("FAILED:", err)
		os.Exit(1)
	}
	return value
}

var gatewayResource = schema.GroupVersionResource{
	Group: "gateway.networking.k8s.io", Version: "v1", Resource: "gateways"}

const gatewaysDefinition = "gateways.gateway.networking.k8s.io"
