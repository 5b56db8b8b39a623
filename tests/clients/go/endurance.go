package main

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	toolscache "k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrlcontroller "sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
)

const enduringGateways = 20

// endurance runs a manager for a while under writes, while its connections break and, if somebody does so, the server
// starts anew. It must not list without cause, nor miss a change.
func endurance(run *Run) {
	ctrl.SetLogger(klog.Background())
	run.check("a list without cause is told from one with a cause (R26.3)", judgeItself)
	broken, judged := newRelay(), newListings()
	config := rest.CopyConfig(run.config)
	config.Dial = broken.dial
	config.NextProtos = []string{"http/1.1"} // a connection for each watch
	config.Wrap(judged.wrap)
	manager := must(ctrl.NewManager(config, ctrl.Options{Scheme: gatewayScheme(),
		Cache:   cache.Options{DefaultNamespaces: map[string]cache.Config{run.namespace: {}}},
		Metrics: metricsserver.Options{BindAddress: "0"}, GracefulShutdownTimeout: ptr.To(5 * time.Second)}))
	must(0, ctrl.NewControllerManagedBy(manager).Named("enduring").For(&gatewayv1.Gateway{}).Owns(&corev1.ConfigMap{}).
		WithOptions(ctrlcontroller.Options{SkipNameValidation: ptr.To(true), MaxConcurrentReconciles: 4}).
		Complete(reconcile.Func(func(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
			return reconcile.Result{}, observe(ctx, manager.GetClient(), request)
		})))
	seen := &versions{seen: map[string]bool{}}
	for _, object := range []client.Object{&gatewayv1.Gateway{}, &corev1.ConfigMap{}} {
		must(must(manager.GetCache().GetInformer(run, object)).AddEventHandler(seen.handler()))
	}
	ctx, stop := context.WithCancel(run)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- manager.Start(ctx) }()
	if !run.check("the caches sync (R14.3)", func(ctx context.Context) error {
		if !manager.GetCache().WaitForCacheSync(ctx) {
			return fmt.Errorf("not within a minute")
		}
		return nil
	}) {
		return
	}

	direct := must(client.New(run.config, client.Options{Scheme: gatewayScheme()}))
	busy, done := context.WithTimeout(ctx, *duration)
	go broken.cutAtRandom(busy, *disconnects)
	written := write(busy, direct, run.namespace)
	done()

	run.check("each Gateway was reconciled as it is now (R6.5)", func(ctx context.Context) error {
		return eventually(ctx, func(ctx context.Context) error { return observed(ctx, direct, run.namespace) })
	})
	run.check("the caches hold what the server holds (R16.16)", func(ctx context.Context) error {
		return eventually(ctx, func(ctx context.Context) error {
			return sameState(ctx, manager.GetClient(), direct, run.namespace)
		})
	})
	fmt.Printf("%d writes, %d broken connections\n", len(written), broken.cuts)
	run.check("connections broke, and no informer listed without cause (R26.3)", func(context.Context) error {
		return judged.verdict(broken.cuts)
	})
	run.check("every version that was written was seen, where nothing was listed again (R16.4)", func(ctx context.Context) error {
		return eventually(ctx, func(context.Context) error { return seen.missing(written, judged) })
	})
	stop()
	<-ended
}

// observe notes the generation of a Gateway in its status and in a ConfigMap of its own.
func observe(ctx context.Context, api client.Client, request reconcile.Request) error {
	var gateway gatewayv1.Gateway
	if err := api.Get(ctx, request.NamespacedName, &gateway); err != nil {
		return client.IgnoreNotFound(err)
	}
	note := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: gateway.Namespace, Name: "note-" + gateway.Name}}
	_, err := controllerutil.CreateOrUpdate(ctx, api, note, func() error {
		note.Data = map[string]string{"generation": fmt.Sprint(gateway.Generation)}
		return controllerutil.SetControllerReference(&gateway, note, api.Scheme())
	})
	if err != nil {
		return err
	}
	before := gateway.DeepCopy()
	meta.SetStatusCondition(&gateway.Status.Conditions, metav1.Condition{Type: "Accepted",
		Status: metav1.ConditionTrue, Reason: "Accepted", ObservedGeneration: gateway.Generation})
	return api.Status().Patch(ctx, &gateway, client.MergeFrom(before))
}

func observed(ctx context.Context, api client.Client, namespace string) error {
	var gateways gatewayv1.GatewayList
	if err := api.List(ctx, &gateways, client.InNamespace(namespace)); err != nil {
		return err
	}
	if len(gateways.Items) == 0 {
		return fmt.Errorf("there are no Gateways")
	}
	for _, gateway := range gateways.Items {
		var note corev1.ConfigMap
		if err := api.Get(ctx, client.ObjectKey{Namespace: namespace, Name: "note-" + gateway.Name}, &note); err != nil {
			return err
		}
		accepted := meta.FindStatusCondition(gateway.Status.Conditions, "Accepted")
		if accepted == nil || accepted.ObservedGeneration != gateway.Generation || note.Data["generation"] != fmt.Sprint(gateway.Generation) {
			return fmt.Errorf("%s has generation %d, its note %v, its status %v", gateway.Name, gateway.Generation, note.Data, accepted)
		}
	}
	return nil
}

// write changes Gateways and ConfigMaps until the context ends, and returns which versions it made. A request that
// fails is made again: the server may be away for a moment.
func write(ctx context.Context, api client.Client, namespace string) []string {
	var versions []string
	for ctx.Err() == nil {
		object, change := wish(namespace)
		err := change(ctx, api, object)
		switch {
		case err == nil:
			versions = append(versions, object.GetResourceVersion())
		case errors.IsNotFound(err) || errors.IsAlreadyExists(err) || errors.IsConflict(err):
		default:
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(5 * time.Millisecond)
	}
	return versions
}

type change func(context.Context, client.Client, client.Object) error

// wish is what the writer wants next.
func wish(namespace string) (client.Object, change) {
	number := rand.IntN(enduringGateways)
	created := func(ctx context.Context, api client.Client, object client.Object) error {
		return api.Create(ctx, object)
	}
	switch rand.IntN(8) {
	case 0, 1:
		return typedGateway(namespace, fmt.Sprintf("gateway-%d", number)), created
	case 2, 3, 4:
		patch := fmt.Sprintf(`{"spec":{"listeners":[{"name":"http","port":%d,"protocol":"HTTP"}]}}`, 1+rand.IntN(60000))
		return typedGateway(namespace, fmt.Sprintf("gateway-%d", number)), patched(patch)
	case 5:
		kept := configMap(fmt.Sprintf("kept-%d", number), "0")
		kept.Namespace = namespace
		return kept, created
	case 6:
		kept := configMap(fmt.Sprintf("kept-%d", number), "0")
		kept.Namespace = namespace
		return kept, patched(fmt.Sprintf(`{"data":{"value":"%d"}}`, rand.IntN(1000000)))
	default:
		kept := configMap(fmt.Sprintf("kept-%d", number), "0")
		kept.Namespace = namespace
		return kept, func(ctx context.Context, api client.Client, object client.Object) error {
			if err := api.Get(ctx, client.ObjectKeyFromObject(object), object); err != nil {
				return err
			}
			return api.Delete(ctx, object, client.Preconditions{ResourceVersion: ptr.To(object.GetResourceVersion())})
		}
	}
}

func patched(patch string) change {
	return func(ctx context.Context, api client.Client, object client.Object) error {
		return api.Patch(ctx, object, client.RawPatch("application/merge-patch+json", []byte(patch)))
	}
}

// sameState compares names and versions of all that the cache and the server have.
func sameState(ctx context.Context, cached, direct client.Client, namespace string) error {
	for _, list := range []client.ObjectList{&gatewayv1.GatewayList{}, &corev1.ConfigMapList{}} {
		var states [2]map[string]string
		for i, api := range []client.Client{cached, direct} {
			states[i] = map[string]string{}
			if err := api.List(ctx, list, client.InNamespace(namespace)); err != nil {
				return err
			}
			must(0, meta.EachListItem(list, func(object runtime.Object) error {
				item := object.(client.Object)
				states[i][item.GetName()] = item.GetResourceVersion()
				return nil
			}))
		}
		if err := differ(fmt.Sprintf("the cache of %T", list), states[0], states[1]); err != nil {
			return err
		}
	}
	return nil
}

func (listings *listings) verdict(cuts int) error {
	listings.lock.Lock()
	defer listings.lock.Unlock()
	watches := 0
	for _, key := range slices.Sorted(maps.Keys(listings.states)) {
		state := listings.states[key]
		fmt.Printf("%s: %d lists, %d watches; listed again because of %q\n", key, state.lists, state.watches, state.reasons)
		if len(state.wrong) > 0 {
			return fmt.Errorf("%s: without cause: %v", key, state.wrong)
		}
		watches += state.watches
	}
	if cuts == 0 || watches <= len(listings.states) {
		return fmt.Errorf("%d connections broke, %d watches: nothing was tried", cuts, watches)
	}
	return nil
}

// versions are the resource versions that handlers saw.
type versions struct {
	lock sync.Mutex
	seen map[string]bool
}

func (versions *versions) handler() toolscache.ResourceEventHandler {
	note := func(object any) {
		versions.lock.Lock()
		defer versions.lock.Unlock()
		if of, ok := object.(client.Object); ok {
			versions.seen[of.GetResourceVersion()] = true
		}
	}
	return toolscache.ResourceEventHandlerFuncs{AddFunc: note, UpdateFunc: func(_, object any) { note(object) }, DeleteFunc: note}
}

func (versions *versions) missing(written []string, judged *listings) error {
	for _, state := range judged.states {
		if state.lists > 1 {
			fmt.Println("something was listed again: versions between may be missing by right")
			return nil
		}
	}
	versions.lock.Lock()
	defer versions.lock.Unlock()
	for _, version := range written {
		if !versions.seen[version] {
			return fmt.Errorf("version %s was written and never seen", version)
		}
	}
	return nil
}
