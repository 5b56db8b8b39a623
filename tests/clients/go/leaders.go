package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/scheme"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
	"k8s.io/client-go/tools/record"
)

// leaders is what components do besides their work: they elect a leader, and record Events.
func leaders(run *Run) {
	client := kubernetes.NewForConfigOrDie(run.config)
	run.check("two candidates: the second leads once the first has stopped (R23.4)", func(ctx context.Context) error {
		return election(ctx, client, run.namespace)
	})
	run.check("a recorder counts what happens again (R23.5)", func(ctx context.Context) error {
		return recorder(ctx, client, run.namespace)
	})
	run.check("the recorder of events.k8s.io makes a series (R23.5)", func(ctx context.Context) error {
		return newRecorder(ctx, client, run.namespace)
	})
}

func election(ctx context.Context, client kubernetes.Interface, namespace string) error {
	candidate := func(name string, leads chan<- string) (context.CancelFunc, <-chan struct{}) {
		ctx, cancel := context.WithCancel(ctx)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			leaderelection.RunOrDie(ctx, leaderelection.LeaderElectionConfig{
				Lock: &resourcelock.LeaseLock{LeaseMeta: metav1.ObjectMeta{Name: "leader", Namespace: namespace},
					Client: client.CoordinationV1(), LockConfig: resourcelock.ResourceLockConfig{Identity: name}},
				LeaseDuration: 10 * time.Second, RenewDeadline: 8 * time.Second, RetryPeriod: 200 * time.Millisecond,
				ReleaseOnCancel: true,
				Callbacks: leaderelection.LeaderCallbacks{
					OnStartedLeading: func(context.Context) { leads <- name }, OnStoppedLeading: func() {}},
			})
		}()
		return cancel, ended
	}
	leads := make(chan string, 2)
	stopFirst, firstEnded := candidate("first", leads)
	if err := differ("the first leader", <-leads, "first"); err != nil {
		return err
	}
	stopSecond, secondEnded := candidate("second", leads)
	defer func() { stopSecond(); <-secondEnded }()
	select {
	case name := <-leads:
		return fmt.Errorf("%s leads beside the first", name)
	case <-time.After(time.Second):
	}
	stopFirst()
	<-firstEnded
	if err := differ("the next leader", <-leads, "second"); err != nil {
		return err
	}
	lease, err := client.CoordinationV1().Leases(namespace).Get(ctx, "leader", metav1.GetOptions{})
	if err != nil {
		return err
	}
	return differ("the lease's holder", *lease.Spec.HolderIdentity, "second")
}

func subject(ctx context.Context, client kubernetes.Interface, namespace, name string) (*corev1.ObjectReference, error) {
	made, err := client.CoreV1().ConfigMaps(namespace).Create(ctx, configMap(name, ""), metav1.CreateOptions{})
	if err != nil {
		return nil, err
	}
	return &corev1.ObjectReference{APIVersion: "v1", Kind: "ConfigMap", Namespace: namespace, Name: name, UID: made.UID}, nil
}

func recorder(ctx context.Context, client kubernetes.Interface, namespace string) error {
	about, err := subject(ctx, client, namespace, "recorded")
	if err != nil {
		return err
	}
	broadcaster := record.NewBroadcaster()
	defer broadcaster.Shutdown()
	broadcaster.StartRecordingToSink(&typedcorev1.EventSinkImpl{Interface: client.CoreV1().Events(namespace)})
	recorder := broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "clients"})
	for range 3 {
		recorder.Event(about, corev1.EventTypeNormal, "Accepted", "it is taken")
	}
	return eventually(ctx, func(ctx context.Context) error {
		found, err := client.CoreV1().Events(namespace).Search(scheme.Scheme, about)
		if err != nil {
			return err
		}
		if len(found.Items) != 1 {
			return fmt.Errorf("%d events", len(found.Items))
		}
		return differ("count and message", []any{found.Items[0].Count, found.Items[0].Message}, []any{3, "it is taken"})
	})
}

func newRecorder(ctx context.Context, client kubernetes.Interface, namespace string) error {
	about, err := subject(ctx, client, namespace, "in-series")
	if err != nil {
		return err
	}
	broadcaster := events.NewBroadcaster(&events.EventSinkImpl{Interface: client.EventsV1()})
	defer broadcaster.Shutdown()
	if err := broadcaster.StartRecordingToSinkWithContext(ctx); err != nil {
		return err
	}
	recorder := broadcaster.NewRecorder(scheme.Scheme, "example.org/clients")
	for range 2 {
		recorder.Eventf(about, nil, corev1.EventTypeWarning, "Slow", "Programming", "it takes %s", "time")
	}
	return eventually(ctx, func(ctx context.Context) error {
		list, err := client.EventsV1().Events(namespace).List(ctx, metav1.ListOptions{FieldSelector: "regarding.name=in-series"})
		if err != nil {
			return err
		}
		if len(list.Items) != 1 {
			return fmt.Errorf("%d events", len(list.Items))
		}
		return seriesOf(list.Items[0])
	})
}

func seriesOf(event eventsv1.Event) error {
	if event.Series == nil || event.Series.Count < 2 {
		return fmt.Errorf("the series is %v", event.Series)
	}
	return differ("note and controller", []any{event.Note, event.ReportingController, strings.HasPrefix(event.Name, "in-series.")},
		[]any{"it takes time", "example.org/clients", true})
}
