package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/klog/v2"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/healthz"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
)

func gatewayScheme() *runtime.Scheme {
	kinds := runtime.NewScheme()
	must(0, scheme.AddToScheme(kinds))
	must(0, gatewayv1.Install(kinds))
	return kinds
}

// controller runs a manager with a reconciler of Gateways and looks at what it makes of them.
func controller(run *Run) {
	ctrl.SetLogger(klog.Background())
	probes := freeAddress()
	manager := must(ctrl.NewManager(run.config, ctrl.Options{Scheme: gatewayScheme(),
		Cache:          cache.Options{DefaultNamespaces: map[string]cache.Config{run.namespace: {}}},
		LeaderElection: true, LeaderElectionID: "clients", LeaderElectionNamespace: run.namespace,
		LeaderElectionReleaseOnCancel: true,
		HealthProbeBindAddress:        probes, Metrics: metricsserver.Options{BindAddress: "0"}}))
	must(0, manager.AddHealthzCheck("ping", healthz.Ping))
	must(0, manager.AddReadyzCheck("ping", healthz.Ping))
	reconciler := &gatewayReconciler{Client: manager.GetClient()}
	must(0, reconciler.setUp(run, manager))
	ctx, stop := context.WithCancel(run)
	ended := make(chan error, 1)
	go func() { ended <- manager.Start(ctx) }()

	direct := must(client.New(run.config, client.Options{Scheme: gatewayScheme()}))
	test := &controllerTest{Client: direct, namespace: run.namespace, reconciler: reconciler}
	run.check("a manager leads (R23.4), syncs its caches and answers probes", func(ctx context.Context) error {
		select {
		case <-manager.Elected():
		case <-ctx.Done():
			return fmt.Errorf("it was never elected")
		}
		if !manager.GetCache().WaitForCacheSync(ctx) {
			return fmt.Errorf("its caches didn't sync")
		}
		return eventually(ctx, func(context.Context) error { return probe(probes) })
	})
	run.check("R26.5 R26.6 a Gateway gets finalizer, Deployment, ConfigMap and status", test.reconciled)
	run.check("R8.6 routes are found by an index, and accepted", test.routes)
	run.check("R6.5 what leaves the generation alone reconciles nothing", test.predicates)
	run.check("R6.12 an owned object that is deleted comes back", test.restored)
	run.check("R10.7 R10.9 background: deletion waits for the finalizer, then what was owned goes", func(ctx context.Context) error {
		return test.deleted(ctx, "web", metav1.DeletePropagationBackground)
	})
	run.check("R10.6 R10.7 foreground: what was owned goes, then the Gateway", func(ctx context.Context) error {
		if err := test.create(ctx, "front"); err != nil {
			return err
		}
		return test.deleted(ctx, "front", metav1.DeletePropagationForeground)
	})
	stop()
	run.check("the manager ends in peace", func(context.Context) error { return <-ended })
}

func freeAddress() string {
	listener := must(net.Listen("tcp", "127.0.0.1:0"))
	defer listener.Close()
	return listener.Addr().String()
}

func probe(address string) error {
	for _, path := range []string{"/healthz", "/readyz"} {
		response, err := http.Get("http://" + address + path)
		if err != nil {
			return err
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return fmt.Errorf("%s says %s", path, response.Status)
		}
	}
	return nil
}

// controllerTest looks past the cache of the manager.
type controllerTest struct {
	client.Client
	namespace  string
	reconciler *gatewayReconciler
}

func (test *controllerTest) read(ctx context.Context, name string, into client.Object) error {
	return test.Get(ctx, client.ObjectKey{Namespace: test.namespace, Name: name}, into)
}

func typedGateway(namespace, name string) *gatewayv1.Gateway {
	return &gatewayv1.Gateway{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: gatewayv1.GatewaySpec{GatewayClassName: "example", Listeners: []gatewayv1.Listener{
			{Name: "http", Port: 80, Protocol: gatewayv1.HTTPProtocolType}}}}
}

// create makes a Gateway and waits until it is reconciled.
func (test *controllerTest) create(ctx context.Context, name string) error {
	if err := test.Create(ctx, typedGateway(test.namespace, name)); err != nil {
		return err
	}
	return eventually(ctx, func(ctx context.Context) error {
		var gateway gatewayv1.Gateway
		if err := test.read(ctx, name, &gateway); err != nil {
			return err
		}
		for _, condition := range []string{"Accepted", "Programmed"} {
			if !meta.IsStatusConditionTrue(gateway.Status.Conditions, condition) {
				return fmt.Errorf("%s isn't true in %v", condition, gateway.Status.Conditions)
			}
		}
		return differ("the finalizers", gateway.Finalizers, []string{cleanup})
	})
}

func (test *controllerTest) reconciled(ctx context.Context) error {
	if err := test.create(ctx, "web"); err != nil {
		return err
	}
	var proxy appsv1.Deployment
	if err := test.read(ctx, "proxy-of-web", &proxy); err != nil {
		return err
	}
	owner := metav1.GetControllerOf(&proxy)
	return differ("the owner", []any{owner.Kind, owner.Name, owner.BlockOwnerDeletion}, []any{"Gateway", "web", true})
}

func (test *controllerTest) routes(ctx context.Context) error {
	route := &gatewayv1.HTTPRoute{ObjectMeta: metav1.ObjectMeta{Namespace: test.namespace, Name: "shop"}}
	route.Spec.ParentRefs = []gatewayv1.ParentReference{{Name: "web"}}
	if err := test.Create(ctx, route); err != nil {
		return err
	}
	return eventually(ctx, func(ctx context.Context) error {
		var counted corev1.ConfigMap
		if err := test.read(ctx, "routes-of-web", &counted); err != nil {
			return err
		}
		if err := test.read(ctx, "shop", route); err != nil {
			return err
		}
		return differ("routes and parents", []any{counted.Data, len(route.Status.Parents)}, []any{map[string]string{"routes": "1"}, 1})
	})
}

func (test *controllerTest) predicates(ctx context.Context) error {
	before, err := test.quiet(ctx)
	if err != nil {
		return err
	}
	var gateway gatewayv1.Gateway
	if err := test.read(ctx, "web", &gateway); err != nil {
		return err
	}
	labelled := gateway.DeepCopy()
	labelled.Labels = map[string]string{"tier": "edge"}
	if err := test.Patch(ctx, labelled, client.MergeFrom(&gateway)); err != nil {
		return err
	}
	after, err := test.quiet(ctx)
	if err != nil {
		return err
	}
	return differ("the number of reconciles", after, before)
}

// quiet waits until two seconds have gone by without a reconcile, and returns how many there were.
func (test *controllerTest) quiet(ctx context.Context) (int64, error) {
	for {
		before := test.reconciler.reconciles.Load()
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("reconciles never end")
		case <-time.After(2 * time.Second):
		}
		if test.reconciler.reconciles.Load() == before {
			return before, nil
		}
	}
}

func (test *controllerTest) restored(ctx context.Context) error {
	var counted corev1.ConfigMap
	if err := test.read(ctx, "routes-of-web", &counted); err != nil {
		return err
	}
	if err := test.Delete(ctx, &counted); err != nil {
		return err
	}
	return eventually(ctx, func(ctx context.Context) error {
		var again corev1.ConfigMap
		if err := test.read(ctx, "routes-of-web", &again); err != nil {
			return err
		}
		if again.UID == counted.UID {
			return fmt.Errorf("it is still the same object")
		}
		return nil
	})
}

func (test *controllerTest) deleted(ctx context.Context, name string, policy metav1.DeletionPropagation) error {
	if err := test.Delete(ctx, typedGateway(test.namespace, name), &client.DeleteOptions{PropagationPolicy: ptr.To(policy)}); err != nil {
		return err
	}
	gone := func(name string, object client.Object) error {
		return refused("get "+name, test.read(ctx, name, object), errors.IsNotFound)
	}
	err := eventually(ctx, func(context.Context) error { return gone(name, &gatewayv1.Gateway{}) })
	if err != nil {
		return err
	}
	if err := test.read(ctx, "cleaned-"+name, &corev1.ConfigMap{}); err != nil {
		return fmt.Errorf("the finalizer's work: %w", err)
	}
	if policy == metav1.DeletePropagationForeground {
		if err := gone("proxy-of-"+name, &appsv1.Deployment{}); err != nil {
			return fmt.Errorf("when the owner was gone: %w", err)
		}
	}
	return eventually(ctx, func(context.Context) error {
		if err := gone("proxy-of-"+name, &appsv1.Deployment{}); err != nil {
			return err
		}
		return gone("routes-of-"+name, &corev1.ConfigMap{})
	})
}
