package main

import (
	"reflect"

	admissionregistration "k8s.io/api/admissionregistration/v1"
	apps "k8s.io/api/apps/v1"
	authentication "k8s.io/api/authentication/v1"
	authenticationv1beta1 "k8s.io/api/authentication/v1beta1"
	authorization "k8s.io/api/authorization/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscaling "k8s.io/api/autoscaling/v2"
	coordination "k8s.io/api/coordination/v1"
	core "k8s.io/api/core/v1"
	discovery "k8s.io/api/discovery/v1"
	events "k8s.io/api/events/v1"
	policy "k8s.io/api/policy/v1"
	rbac "k8s.io/api/rbac/v1"
	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
)

// The objects that a request body may be. Options go by any group and version.
var roots = map[schema.GroupVersion][]runtime.Object{
	core.SchemeGroupVersion: {
		&core.ConfigMap{}, &core.Endpoints{}, &core.Event{}, &core.Namespace{}, &core.Node{},
		&core.Pod{}, &core.Secret{}, &core.Service{}, &core.ServiceAccount{},
		&meta.DeleteOptions{},
	},
	admissionregistration.SchemeGroupVersion: {
		&admissionregistration.ValidatingAdmissionPolicy{},
		&admissionregistration.ValidatingAdmissionPolicyBinding{},
	},
	apiextensions.SchemeGroupVersion: {&apiextensions.CustomResourceDefinition{}},
	apps.SchemeGroupVersion:          {&apps.DaemonSet{}, &apps.Deployment{}},
	authentication.SchemeGroupVersion: {
		&authentication.SelfSubjectReview{}, &authentication.TokenRequest{},
		&authentication.TokenReview{},
	},
	authenticationv1beta1.SchemeGroupVersion: {&authenticationv1beta1.SelfSubjectReview{}},
	authorization.SchemeGroupVersion: {
		&authorization.LocalSubjectAccessReview{}, &authorization.SelfSubjectAccessReview{},
		&authorization.SelfSubjectRulesReview{}, &authorization.SubjectAccessReview{},
	},
	autoscalingv1.SchemeGroupVersion: {&autoscalingv1.Scale{}},
	autoscaling.SchemeGroupVersion:   {&autoscaling.HorizontalPodAutoscaler{}},
	coordination.SchemeGroupVersion:  {&coordination.Lease{}},
	discovery.SchemeGroupVersion:     {&discovery.EndpointSlice{}},
	events.SchemeGroupVersion:        {&events.Event{}},
	policy.SchemeGroupVersion:        {&policy.PodDisruptionBudget{}},
	rbac.SchemeGroupVersion: {
		&rbac.ClusterRole{}, &rbac.ClusterRoleBinding{}, &rbac.Role{}, &rbac.RoleBinding{},
	},
}

func kindOf(object runtime.Object) string { return reflect.TypeOf(object).Elem().Name() }

func newScheme() *runtime.Scheme {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		admissionregistration.AddToScheme, apiextensions.AddToScheme, apps.AddToScheme,
		authentication.AddToScheme, authenticationv1beta1.AddToScheme, authorization.AddToScheme,
		autoscalingv1.AddToScheme,
		autoscaling.AddToScheme, coordination.AddToScheme, core.AddToScheme, discovery.AddToScheme,
		events.AddToScheme, policy.AddToScheme, rbac.AddToScheme,
	} {
		utilruntime.Must(add(scheme))
	}
	return scheme
}
