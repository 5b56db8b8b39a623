package main

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	clientfeatures "k8s.io/client-go/features"
	clientinformers "k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// informers runs with list and watch, or with watch-lists where KUBE_FEATURE_WatchListClient=true says so.
func informers(run *Run) {
	streaming := clientfeatures.FeatureGates().Enabled(clientfeatures.WatchListClient)
	way := map[bool]string{false: " (R14.3 R16.4: list and watch)", true: " (R16.10: watch-list)"}[streaming]
	requests := &listCounter{}
	config := rest.CopyConfig(run.config)
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			requests.note(request)
			return next.RoundTrip(request)
		})
	})
	client := kubernetes.NewForConfigOrDie(config)
	run.check("a shared informer follows additions, changes and deletions"+way, func(ctx context.Context) error {
		return sharedInformers(ctx, client, run.namespace)
	})
	run.check("R16.6 an informer with a selector sees objects come and go with their labels"+way, func(ctx context.Context) error {
		return selectorInformer(ctx, client, run.namespace)
	})
	run.check("a resync delivers again without a request"+way, func(ctx context.Context) error {
		return resync(ctx, client, run.namespace, requests)
	})
	run.check("a dynamic informer follows custom resources"+way, func(ctx context.Context) error {
		return dynamicInformer(ctx, dynamic.NewForConfigOrDie(config), run.namespace)
	})
	run.check("informers asked in the way that they were told to"+way, func(context.Context) error {
		if streaming && requests.lists.Load() > 0 {
			return fmt.Errorf("%d lists: the server made an informer fall back", requests.lists.Load())
		}
		if !streaming && requests.watchLists.Load() > 0 {
			return fmt.Errorf("%d watch-lists", requests.watchLists.Load())
		}
		return nil
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (trip roundTripper) RoundTrip(request *http.Request) (*http.Response, error) {
	return trip(request)
}

// listCounter counts what informers start with.
type listCounter struct{ lists, watchLists, watches atomic.Int64 }

func (counter *listCounter) note(request *http.Request) {
	query := request.URL.Query()
	switch {
	case request.Method != http.MethodGet:
	case query.Get("sendInitialEvents") == "true":
		counter.watchLists.Add(1)
	case query.Get("watch") == "true":
		counter.watches.Add(1)
	case query.Has("resourceVersion"):
		counter.lists.Add(1)
	}
}

// journal keeps what a handler was told, in order.
type journal struct {
	lock  sync.Mutex
	lines []string
}

func (journal *journal) add(line string) {
	journal.lock.Lock()
	defer journal.lock.Unlock()
	journal.lines = append(journal.lines, line)
}

func (journal *journal) handler() cache.ResourceEventHandler {
	name := func(object any) string { return object.(metav1.Object).GetName() }
	return cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { journal.add("added " + name(object)) },
		UpdateFunc: func(_, object any) { journal.add("updated " + name(object)) },
		DeleteFunc: func(object any) { journal.add("deleted " + name(object)) },
	}
}

// becomes waits until the journal has exactly these lines.
func (journal *journal) becomes(ctx context.Context, lines ...string) error {
	return eventually(ctx, func(context.Context) error {
		journal.lock.Lock()
		defer journal.lock.Unlock()
		return differ("the journal", journal.lines, lines)
	})
}

func sharedInformers(ctx context.Context, client kubernetes.Interface, namespace string) error {
	configMaps := client.CoreV1().ConfigMaps(namespace)
	if _, err := configMaps.Create(ctx, configMap("before", "0"), metav1.CreateOptions{}); err != nil {
		return err
	}
	factory := clientinformers.NewSharedInformerFactoryWithOptions(client, 0, clientinformers.WithNamespace(namespace),
		clientinformers.WithTweakListOptions(func(options *metav1.ListOptions) { options.FieldSelector = "metadata.name!=kube-root-ca.crt" }))
	informer := factory.Core().V1().ConfigMaps()
	seen := &journal{}
	registered, err := informer.Informer().AddEventHandler(seen.handler())
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), registered.HasSynced) {
		return fmt.Errorf("it never synced")
	}
	if _, err := configMaps.Create(ctx, configMap("after", "0"), metav1.CreateOptions{}); err != nil {
		return err
	}
	patched, err := configMaps.Patch(ctx, "before", types.MergePatchType, []byte(`{"data":{"value":"1"}}`), metav1.PatchOptions{})
	if err != nil {
		return err
	}
	if err := configMaps.Delete(ctx, "after", metav1.DeleteOptions{}); err != nil {
		return err
	}
	if err := seen.becomes(ctx, "added before", "added after", "updated before", "deleted after"); err != nil {
		return err
	}
	cached, err := informer.Lister().ConfigMaps(namespace).Get("before")
	if err != nil {
		return err
	}
	return differ("the cached object", cached, patched)
}

func selectorInformer(ctx context.Context, client kubernetes.Interface, namespace string) error {
	factory := clientinformers.NewSharedInformerFactoryWithOptions(client, 0, clientinformers.WithNamespace(namespace),
		clientinformers.WithTweakListOptions(func(options *metav1.ListOptions) { options.LabelSelector = "watched=yes" }))
	seen := &journal{}
	registered, err := factory.Core().V1().Secrets().Informer().AddEventHandler(seen.handler())
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), registered.HasSynced) {
		return fmt.Errorf("it never synced")
	}
	secrets := client.CoreV1().Secrets(namespace)
	if _, err := secrets.Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "selected"}}, metav1.CreateOptions{}); err != nil {
		return err
	}
	for _, patch := range []string{`{"metadata":{"labels":{"watched":"yes"}}}`, `{"data":{"a":"Yg=="}}`, `{"metadata":{"labels":{"watched":null}}}`} {
		if _, err := secrets.Patch(ctx, "selected", types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
			return err
		}
	}
	return seen.becomes(ctx, "added selected", "updated selected", "deleted selected")
}

func resync(ctx context.Context, client kubernetes.Interface, namespace string, requests *listCounter) error {
	factory := clientinformers.NewSharedInformerFactoryWithOptions(client, time.Second, clientinformers.WithNamespace(namespace))
	informer := factory.Core().V1().Secrets().Informer()
	var again atomic.Int64
	if _, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		UpdateFunc: func(before, after any) {
			if before.(*corev1.Secret).ResourceVersion == after.(*corev1.Secret).ResourceVersion {
				again.Add(1)
			}
		}}); err != nil {
		return err
	}
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
		return fmt.Errorf("it never synced")
	}
	before := requests.lists.Load() + requests.watchLists.Load()
	if err := eventually(ctx, func(context.Context) error {
		if again.Load() < 2 {
			return fmt.Errorf("%d deliveries", again.Load())
		}
		return nil
	}); err != nil {
		return err
	}
	return differ("the number of lists", requests.lists.Load()+requests.watchLists.Load(), before)
}

func dynamicInformer(ctx context.Context, client dynamic.Interface, namespace string) error {
	factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(client, 0, namespace, nil)
	informer := factory.ForResource(gatewayResource)
	seen := &journal{}
	registered, err := informer.Informer().AddEventHandler(seen.handler())
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), registered.HasSynced) {
		return fmt.Errorf("it never synced")
	}
	gateways := client.Resource(gatewayResource).Namespace(namespace)
	made, err := gateways.Create(ctx, gateway("followed"), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	if err := seen.becomes(ctx, "added followed"); err != nil {
		return err
	}
	var cached runtime.Object
	if cached, err = informer.Lister().ByNamespace(namespace).Get("followed"); err != nil {
		return err
	}
	if err := differ("the cached Gateway", cached.(*unstructured.Unstructured).Object, made.Object); err != nil {
		return err
	}
	if err := gateways.Delete(ctx, "followed", metav1.DeleteOptions{}); err != nil {
		return err
	}
	return seen.becomes(ctx, "added followed", "deleted followed")
}
