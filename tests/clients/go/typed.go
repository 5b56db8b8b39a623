package main

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/pager"
	watchtools "k8s.io/client-go/tools/watch"
	"k8s.io/client-go/util/retry"
	"k8s.io/utils/ptr"
)

// typedClients goes through the generated clients, once in JSON and once in protobuf, as controllers set them up.
func typedClients(run *Run) {
	for _, encoding := range []string{runtime.ContentTypeJSON, runtime.ContentTypeProtobuf} {
		config := rest.CopyConfig(run.config)
		config.ContentType = encoding
		config.AcceptContentTypes = encoding + "," + runtime.ContentTypeJSON
		client := kubernetes.NewForConfigOrDie(config)
		of := " (" + encoding + ")"
		prefix := map[string]string{runtime.ContentTypeJSON: "json", runtime.ContentTypeProtobuf: "protobuf"}[encoding]
		run.check("R4.1 R7.4 R7.5 R8.1 R10.2 every group's typed client creates, reads, updates and deletes"+of, func(ctx context.Context) error {
			return everyGroup(ctx, client, run.namespace, prefix)
		})
		run.check("R9.3 R9.4 R9.5 patches of every type"+of, func(ctx context.Context) error {
			return patches(ctx, client, run.namespace, prefix)
		})
		run.check("R8.3 RetryOnConflict writes in the end"+of, func(ctx context.Context) error {
			return conflicts(ctx, client, run.namespace, prefix)
		})
		run.check("R14.4 a pager reads pages of 500"+of, func(ctx context.Context) error {
			return pages(ctx, client, run.namespace, prefix)
		})
		run.check("R16.4 watchtools.Until sees what it waits for"+of, func(ctx context.Context) error {
			return until(ctx, client, run.namespace, prefix)
		})
		run.check("R10.10 DeleteCollection deletes what a selector selects"+of, func(ctx context.Context) error {
			return collections(ctx, client, run.namespace, prefix)
		})
		run.check("R13.6 the scale of a Deployment"+of, func(ctx context.Context) error {
			return scaleOf(ctx, client, run.namespace, prefix)
		})
	}
}

// A client of one kind, as client-go generates them.
type typedClient[T any] interface {
	Create(context.Context, T, metav1.CreateOptions) (T, error)
	Get(context.Context, string, metav1.GetOptions) (T, error)
	Update(context.Context, T, metav1.UpdateOptions) (T, error)
	Delete(context.Context, string, metav1.DeleteOptions) error
}

// roundTrip takes an object through its life.
func roundTrip[T metav1.Object](ctx context.Context, client typedClient[T], object T) error {
	made, err := client.Create(ctx, object, metav1.CreateOptions{})
	if err != nil {
		return fmt.Errorf("create %T: %w", object, err)
	}
	if made.GetUID() == "" || made.GetResourceVersion() == "" || made.GetCreationTimestamp().Unix() <= 0 {
		return fmt.Errorf("%T was created without a uid, a version or a time", object)
	}
	made.SetLabels(map[string]string{"round": "two"})
	updated, err := client.Update(ctx, made, metav1.UpdateOptions{})
	if err != nil {
		return fmt.Errorf("update %T: %w", object, err)
	}
	read, err := client.Get(ctx, object.GetName(), metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("get %T: %w", object, err)
	}
	if err := differ(fmt.Sprintf("%T", object), read, updated); err != nil {
		return err
	}
	_, err = client.Create(ctx, object, metav1.CreateOptions{})
	if err := refused("create it again", err, errors.IsAlreadyExists); err != nil {
		return err
	}
	if err := client.Delete(ctx, object.GetName(), metav1.DeleteOptions{}); err != nil {
		return fmt.Errorf("delete %T: %w", object, err)
	}
	_, err = client.Get(ctx, object.GetName(), metav1.GetOptions{})
	return refused("get what is deleted", err, errors.IsNotFound)
}

func everyGroup(ctx context.Context, client kubernetes.Interface, namespace, prefix string) error {
	meta := metav1.ObjectMeta{Name: prefix + "-object", Annotations: map[string]string{"example.org/note": "\"ü\""}}
	now := metav1.NowMicro()
	for _, err := range []error{
		roundTrip(ctx, client.CoreV1().ConfigMaps(namespace), &corev1.ConfigMap{
			ObjectMeta: meta, Data: map[string]string{"a": "b"}, BinaryData: map[string][]byte{"c": {0, 255}}}),
		roundTrip(ctx, client.CoreV1().Secrets(namespace), &corev1.Secret{
			ObjectMeta: meta, Type: corev1.SecretTypeOpaque, Data: map[string][]byte{"key": []byte("value")}}),
		roundTrip(ctx, client.CoreV1().Services(namespace), &corev1.Service{
			ObjectMeta: meta, Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Port: 80}}}}),
		roundTrip(ctx, client.CoreV1().ServiceAccounts(namespace), &corev1.ServiceAccount{ObjectMeta: meta}),
		roundTrip(ctx, client.CoordinationV1().Leases(namespace), &coordinationv1.Lease{
			ObjectMeta: meta, Spec: coordinationv1.LeaseSpec{HolderIdentity: ptr.To("me"), RenewTime: &now}}),
		roundTrip(ctx, client.DiscoveryV1().EndpointSlices(namespace), &discoveryv1.EndpointSlice{
			ObjectMeta: meta, AddressType: discoveryv1.AddressTypeIPv4,
			Endpoints: []discoveryv1.Endpoint{{Addresses: []string{"192.0.2.1"}}}}),
		roundTrip(ctx, client.RbacV1().Roles(namespace), &rbacv1.Role{
			ObjectMeta: meta, Rules: []rbacv1.PolicyRule{{Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"pods"}}}}),
		roundTrip(ctx, client.RbacV1().RoleBindings(namespace), &rbacv1.RoleBinding{
			ObjectMeta: meta, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "reader"}}),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

func configMap(name, value string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"set": name}},
		Data: map[string]string{"value": value}}
}

func deployment(name string) *appsv1.Deployment {
	labels := map[string]string{"app": name}
	return &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: appsv1.DeploymentSpec{
		Replicas: ptr.To[int32](0), Selector: &metav1.LabelSelector{MatchLabels: labels},
		Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: labels},
			Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "proxy", Image: "example.org/proxy:1"}}}}}}
}

func patches(ctx context.Context, client kubernetes.Interface, namespace, prefix string) error {
	services := client.CoreV1().Services(namespace)
	name := prefix + "-patched"
	_, err := services.Create(ctx, &corev1.Service{ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec: corev1.ServiceSpec{Ports: []corev1.ServicePort{{Name: "a", Port: 80}}}}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	for kind, patch := range map[types.PatchType]string{
		types.StrategicMergePatchType: `{"spec":{"ports":[{"name":"b","port":81}]}}`,
		types.MergePatchType:          `{"metadata":{"labels":{"merged":"yes"}}}`,
		types.JSONPatchType:           `[{"op":"add","path":"/metadata/annotations","value":{"example.org/json":"yes"}}]`,
	} {
		if _, err := services.Patch(ctx, name, kind, []byte(patch), metav1.PatchOptions{}); err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
	}
	service, err := services.Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	return differ("what was patched", []any{len(service.Spec.Ports), service.Labels, service.Annotations},
		[]any{2, map[string]string{"merged": "yes"}, map[string]string{"example.org/json": "yes"}})
}

func conflicts(ctx context.Context, client kubernetes.Interface, namespace, prefix string) error {
	configMaps := client.CoreV1().ConfigMaps(namespace)
	stale, err := configMaps.Create(ctx, configMap(prefix+"-conflict", "0"), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	fresh := stale.DeepCopy()
	fresh.Data["value"] = "1"
	if _, err := configMaps.Update(ctx, fresh, metav1.UpdateOptions{}); err != nil {
		return err
	}
	tries := 0
	err = retry.RetryOnConflict(retry.DefaultRetry, func() error {
		tries++
		stale.Data["mine"] = "2"
		_, err := configMaps.Update(ctx, stale, metav1.UpdateOptions{})
		if errors.IsConflict(err) {
			read, readErr := configMaps.Get(ctx, stale.Name, metav1.GetOptions{})
			if readErr != nil {
				return readErr
			}
			stale = read
		}
		return err
	})
	if err != nil {
		return err
	}
	read, err := configMaps.Get(ctx, stale.Name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	return differ("tries and data", []any{tries, read.Data}, []any{2, map[string]string{"value": "1", "mine": "2"}})
}

func pages(ctx context.Context, client kubernetes.Interface, namespace, prefix string) error {
	configMaps := client.CoreV1().ConfigMaps(namespace)
	const count = 1100
	for i := range count {
		one := configMap(fmt.Sprintf("%s-page-%04d", prefix, i), "")
		one.Labels = map[string]string{"paged": prefix}
		if _, err := configMaps.Create(ctx, one, metav1.CreateOptions{}); err != nil {
			return err
		}
	}
	requests, found := 0, map[string]bool{}
	reader := pager.New(func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
		requests++
		return configMaps.List(ctx, options)
	})
	err := reader.EachListItem(ctx, metav1.ListOptions{LabelSelector: "paged=" + prefix}, func(object runtime.Object) error {
		found[object.(*corev1.ConfigMap).Name] = true
		return nil
	})
	if err != nil {
		return err
	}
	return differ("pages and objects", []int{requests, len(found)}, []int{3, count})
}

func until(ctx context.Context, client kubernetes.Interface, namespace, prefix string) error {
	configMaps := client.CoreV1().ConfigMaps(namespace)
	made, err := configMaps.Create(ctx, configMap(prefix+"-until", "0"), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	selector := metav1.SingleObject(made.ObjectMeta).FieldSelector
	watched := watcherFunc(func(options metav1.ListOptions) (watch.Interface, error) {
		options.FieldSelector = selector
		return configMaps.Watch(ctx, options)
	})
	go func() {
		for i := range 3 {
			patch := fmt.Sprintf(`{"data":{"value":"%d"}}`, i+1)
			configMaps.Patch(ctx, made.Name, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
		}
	}()
	last, err := watchtools.Until(ctx, made.ResourceVersion, watched, func(event watch.Event) (bool, error) {
		return event.Object.(*corev1.ConfigMap).Data["value"] == "3", nil
	})
	if err != nil {
		return err
	}
	return differ("the last event", last.Type, watch.Modified)
}

func collections(ctx context.Context, client kubernetes.Interface, namespace, prefix string) error {
	selected := metav1.ListOptions{LabelSelector: "paged=" + prefix}
	configMaps := client.CoreV1().ConfigMaps(namespace)
	if err := configMaps.DeleteCollection(ctx, metav1.DeleteOptions{}, selected); err != nil {
		return err
	}
	left, err := configMaps.List(ctx, selected)
	if err != nil {
		return err
	}
	kept, err := configMaps.Get(ctx, prefix+"-until", metav1.GetOptions{})
	if err != nil {
		return fmt.Errorf("what wasn't selected: %w", err)
	}
	return differ("what is left", []any{len(left.Items), kept.Name}, []any{0, prefix + "-until"})
}

func scaleOf(ctx context.Context, client kubernetes.Interface, namespace, prefix string) error {
	deployments := client.AppsV1().Deployments(namespace)
	made, err := deployments.Create(ctx, deployment(prefix+"-scaled"), metav1.CreateOptions{})
	if err != nil {
		return err
	}
	scale, err := deployments.GetScale(ctx, made.Name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	if err := differ("the selector", scale.Status.Selector, "app="+made.Name); err != nil {
		return err
	}
	_, err = deployments.UpdateScale(ctx, made.Name, &autoscalingv1.Scale{ObjectMeta: scale.ObjectMeta,
		Spec: autoscalingv1.ScaleSpec{Replicas: 3}}, metav1.UpdateOptions{})
	if err != nil {
		return err
	}
	read, err := deployments.Get(ctx, made.Name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	return differ("replicas and generation", []int64{int64(*read.Spec.Replicas), read.Generation}, []int64{3, 2})
}

type watcherFunc func(metav1.ListOptions) (watch.Interface, error)

func (watcher watcherFunc) Watch(options metav1.ListOptions) (watch.Interface, error) {
	return watcher(options)
}
func (watcher watcherFunc) WatchWithContext(_ context.Context, options metav1.ListOptions) (watch.Interface, error) {
	return watcher(options)
}
