// Package handlers answers patches as the handlers of Kubernetes' API server do, whose steps of that name are not
// exported: the form of the patch, what applies it, and what becomes of its errors. It has their package's name
// because texts of errors show it.
package handlers

import (
	"fmt"
	"net/http"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/mergepatch"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	kjson "sigs.k8s.io/json"
)

const maxJSONPatchOperations = 10000

func init() {
	// What the server's configuration sets: as much as a request's body may have.
	jsonpatch.AccumulatedCopySizeLimit = 3 * 1024 * 1024
}

type jsonPatchOp struct {
	Op    string      `json:"op"`
	Path  string      `json:"path"`
	From  string      `json:"from"`
	Value interface{} `json:"value"`
}

func unprocessable(err error) error {
	return errors.NewGenericServerResponse(http.StatusUnprocessableEntity, "", schema.GroupResource{}, "", err.Error(), 0, false)
}

// JSON applies a JSON patch.
func JSON(document, patch []byte) ([]byte, error) {
	var form []jsonPatchOp
	if _, err := kjson.UnmarshalStrict(patch, &form); err != nil {
		return nil, errors.NewBadRequest(fmt.Sprintf("error decoding patch: %v", err))
	}
	operations, err := jsonpatch.DecodePatch(patch)
	if err != nil {
		return nil, errors.NewBadRequest(err.Error())
	}
	if len(operations) > maxJSONPatchOperations {
		return nil, errors.NewRequestEntityTooLargeError(fmt.Sprintf(
			"The allowed maximum operations in a JSON patch is %d, got %d", maxJSONPatchOperations, len(operations)))
	}
	result, err := operations.Apply(document)
	if err != nil {
		return nil, unprocessable(err)
	}
	return result, nil
}

// Merge applies a JSON merge patch.
func Merge(document, patch []byte) ([]byte, error) {
	if _, err := kjson.UnmarshalStrict(patch, &map[string]interface{}{}); err != nil {
		return nil, errors.NewBadRequest(fmt.Sprintf("error decoding patch: %v", err))
	}
	result, err := jsonpatch.MergePatch(document, patch)
	if err == jsonpatch.ErrBadJSONPatch {
		return nil, errors.NewBadRequest(err.Error())
	}
	return result, err
}

// Strategic applies a strategic merge patch to an object of the kind that `reference` is of.
func Strategic(document, patch []byte, reference any) (map[string]any, error) {
	original, changes := map[string]any{}, map[string]any{}
	if err := kjson.UnmarshalCaseSensitivePreserveInts(document, &original); err != nil {
		return nil, err
	}
	if _, err := kjson.UnmarshalStrict(patch, &changes); err != nil {
		return nil, errors.NewBadRequest(err.Error())
	}
	result, err := strategicpatch.StrategicMergeMapPatch(original, changes, reference)
	switch err {
	case mergepatch.ErrBadJSONDoc, mergepatch.ErrBadPatchFormatForPrimitiveList, mergepatch.ErrBadPatchFormatForRetainKeys,
		mergepatch.ErrBadPatchFormatForSetElementOrderList, mergepatch.ErrUnsupportedStrategicMergePatchFormat:
		return nil, errors.NewBadRequest(err.Error())
	case mergepatch.ErrNoListOfLists, mergepatch.ErrPatchContentNotMatchRetainKeys:
		return nil, unprocessable(err)
	}
	return result, err
}
