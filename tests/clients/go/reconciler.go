package main

import (
	"context"
	"strconv"
	"sync/atomic"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/retry"
	"k8s.io/utils/ptr"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrlcontroller "sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/predicate"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
)

const (
	cleanup        = "example.org/cleanup"
	parentIndex    = "spec.parentRefs.name"
	controllerName = gatewayv1.GatewayController("example.org/clients")
)

// gatewayReconciler makes of each Gateway a Deployment and a ConfigMap that counts its routes, and says so in statuses.
type gatewayReconciler struct {
	client.Client
	reconciles atomic.Int64
}

func (reconciler *gatewayReconciler) setUp(ctx context.Context, manager ctrl.Manager) error {
	err := manager.GetFieldIndexer().IndexField(ctx, &gatewayv1.HTTPRoute{}, parentIndex, func(object client.Object) []string {
		var parents []string
		for _, parent := range object.(*gatewayv1.HTTPRoute).Spec.ParentRefs {
			parents = append(parents, string(parent.Name))
		}
		return parents
	})
	if err != nil {
		return err
	}
	parentsOf := func(_ context.Context, object client.Object) []reconcile.Request {
		var requests []reconcile.Request
		for _, parent := range object.(*gatewayv1.HTTPRoute).Spec.ParentRefs {
			requests = append(requests, reconcile.Request{
				NamespacedName: types.NamespacedName{Namespace: object.GetNamespace(), Name: string(parent.Name)}})
		}
		return requests
	}
	changed := builder.WithPredicates(predicate.GenerationChangedPredicate{})
	return ctrl.NewControllerManagedBy(manager).Named("gateways").
		For(&gatewayv1.Gateway{}, changed).
		Owns(&corev1.ConfigMap{}).
		Owns(&appsv1.Deployment{}, changed).
		Watches(&gatewayv1.HTTPRoute{}, handler.EnqueueRequestsFromMapFunc(parentsOf), changed).
		WithOptions(ctrlcontroller.Options{SkipNameValidation: ptr.To(true)}).
		Complete(reconciler)
}

func (reconciler *gatewayReconciler) Reconcile(ctx context.Context, request reconcile.Request) (reconcile.Result, error) {
	reconciler.reconciles.Add(1)
	var gateway gatewayv1.Gateway
	if err := reconciler.Get(ctx, request.NamespacedName, &gateway); err != nil {
		return reconcile.Result{}, client.IgnoreNotFound(err)
	}
	if !gateway.DeletionTimestamp.IsZero() {
		return reconcile.Result{}, reconciler.finish(ctx, &gateway)
	}
	if controllerutil.AddFinalizer(&gateway, cleanup) {
		if err := reconciler.Update(ctx, &gateway); err != nil {
			return reconcile.Result{}, err
		}
	}
	var routes gatewayv1.HTTPRouteList
	err := reconciler.List(ctx, &routes, client.InNamespace(gateway.Namespace), client.MatchingFields{parentIndex: gateway.Name})
	if err != nil {
		return reconcile.Result{}, err
	}
	for _, step := range []func() error{
		func() error { return reconciler.countRoutes(ctx, &gateway, len(routes.Items)) },
		func() error { return reconciler.deploy(ctx, &gateway) },
		func() error { return reconciler.accept(ctx, &gateway) },
		func() error { return reconciler.program(ctx, &gateway) },
		func() error { return reconciler.attach(ctx, &gateway, routes.Items) },
	} {
		if err := step(); err != nil {
			return reconcile.Result{}, err
		}
	}
	return reconcile.Result{}, nil
}

// finish leaves a note that it cleaned up, then lets the Gateway go.
func (reconciler *gatewayReconciler) finish(ctx context.Context, gateway *gatewayv1.Gateway) error {
	if !controllerutil.ContainsFinalizer(gateway, cleanup) {
		return nil
	}
	note := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: gateway.Namespace, Name: "cleaned-" + gateway.Name}}
	if err := client.IgnoreAlreadyExists(reconciler.Create(ctx, note)); err != nil {
		return err
	}
	before := gateway.DeepCopy()
	controllerutil.RemoveFinalizer(gateway, cleanup)
	return client.IgnoreNotFound(reconciler.Patch(ctx, gateway, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})))
}

func (reconciler *gatewayReconciler) countRoutes(ctx context.Context, gateway *gatewayv1.Gateway, count int) error {
	counted := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: gateway.Namespace, Name: "routes-of-" + gateway.Name}}
	_, err := controllerutil.CreateOrUpdate(ctx, reconciler.Client, counted, func() error {
		counted.Data = map[string]string{"routes": strconv.Itoa(count)}
		return controllerutil.SetControllerReference(gateway, counted, reconciler.Scheme())
	})
	return err
}

// deploy applies the Deployment server-side.
func (reconciler *gatewayReconciler) deploy(ctx context.Context, gateway *gatewayv1.Gateway) error {
	applied := deployment("proxy-of-" + gateway.Name)
	applied.TypeMeta = metav1.TypeMeta{APIVersion: "apps/v1", Kind: "Deployment"}
	applied.Namespace = gateway.Namespace
	if err := controllerutil.SetControllerReference(gateway, applied, reconciler.Scheme()); err != nil {
		return err
	}
	return reconciler.Patch(ctx, applied, client.Apply, client.FieldOwner("clients"), client.ForceOwnership)
}

// accept patches the status, on the version that was read.
func (reconciler *gatewayReconciler) accept(ctx context.Context, gateway *gatewayv1.Gateway) error {
	before := gateway.DeepCopy()
	changed := meta.SetStatusCondition(&gateway.Status.Conditions, metav1.Condition{Type: "Accepted",
		Status: metav1.ConditionTrue, Reason: "Accepted", ObservedGeneration: gateway.Generation})
	if !changed {
		return nil
	}
	return reconciler.Status().Patch(ctx, gateway, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
}

// program applies a part of the status server-side.
func (reconciler *gatewayReconciler) program(ctx context.Context, gateway *gatewayv1.Gateway) error {
	if programmed := meta.FindStatusCondition(gateway.Status.Conditions, "Programmed"); programmed != nil &&
		programmed.ObservedGeneration == gateway.Generation {
		return nil
	}
	applied := &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": gatewayv1.GroupVersion.String(), "kind": "Gateway",
		"metadata": map[string]any{"name": gateway.Name, "namespace": gateway.Namespace},
		"status": map[string]any{"conditions": []any{map[string]any{"type": "Programmed", "status": "True",
			"reason": "Programmed", "message": "", "observedGeneration": gateway.Generation,
			"lastTransitionTime": metav1.Now().UTC().Format("2006-01-02T15:04:05Z")}}}}}
	return reconciler.Status().Patch(ctx, applied, client.Apply, client.FieldOwner("clients-status"), client.ForceOwnership)
}

// attach updates the routes' statuses, and tries again where another writer came before.
func (reconciler *gatewayReconciler) attach(ctx context.Context, gateway *gatewayv1.Gateway, routes []gatewayv1.HTTPRoute) error {
	for i := range routes {
		route := &routes[i]
		if len(route.Status.Parents) > 0 {
			continue
		}
		err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
			if err := reconciler.Get(ctx, client.ObjectKeyFromObject(route), route); err != nil {
				return err
			}
			parent := gatewayv1.RouteParentStatus{ControllerName: controllerName,
				ParentRef: gatewayv1.ParentReference{Name: gatewayv1.ObjectName(gateway.Name)}}
			meta.SetStatusCondition(&parent.Conditions, metav1.Condition{Type: "Accepted", Status: metav1.ConditionTrue,
				Reason: "Accepted", ObservedGeneration: route.Generation})
			route.Status.Parents = []gatewayv1.RouteParentStatus{parent}
			return reconciler.Status().Update(ctx, route)
		})
		if client.IgnoreNotFound(err) != nil {
			return err
		}
	}
	return nil
}
