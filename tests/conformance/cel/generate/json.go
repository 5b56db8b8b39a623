package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

// toJSON is nil for a value that has no form in JSON, or holds one that hasn't. Types are their names, optionals
// what they hold, or null.
func toJSON(value ref.Val) (json.RawMessage, error) {
	switch value := value.(type) {
	case types.Null:
		return json.RawMessage("null"), nil
	case types.Bool:
		return json.RawMessage(strconv.FormatBool(bool(value))), nil
	case types.Int:
		return json.RawMessage(strconv.FormatInt(int64(value), 10)), nil
	case types.Uint:
		return json.RawMessage(strconv.FormatUint(uint64(value), 10)), nil
	case types.Double:
		return double(float64(value))
	case types.String:
		return text(string(value))
	case types.Bytes:
		return text(base64.StdEncoding.EncodeToString(value))
	case *types.Type:
		return text(value.TypeName())
	case *types.Optional:
		if !value.HasValue() {
			return json.RawMessage("null"), nil
		}
		return toJSON(value.GetValue())
	case traits.Mapper:
		return object(value)
	case traits.Lister:
		return array(value)
	}
	if hasNoText(value) {
		return nil, nil
	}
	converted, ok := value.ConvertToType(types.StringType).(types.String)
	if !ok {
		return nil, fmt.Errorf("no form in JSON for a %s", value.Type().TypeName())
	}
	return text(string(converted))
}

func text(value string) (json.RawMessage, error) {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return json.RawMessage(strings.TrimSuffix(out.String(), "\n")), err
}

func double(value float64) (json.RawMessage, error) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return text(strconv.FormatFloat(value, 'g', -1, 64))
	}
	written := strconv.FormatFloat(value, 'g', -1, 64)
	if !strings.ContainsAny(written, ".e") {
		written += ".0"
	}
	return json.RawMessage(written), nil
}

func array(list traits.Lister) (json.RawMessage, error) {
	items := []json.RawMessage{}
	for iterator := list.Iterator(); iterator.HasNext() == types.True; {
		written, err := toJSON(iterator.Next())
		if err != nil || written == nil {
			return nil, err
		}
		items = append(items, written)
	}
	return marshal(items)
}

func object(value traits.Mapper) (json.RawMessage, error) {
	members := map[string]json.RawMessage{}
	for iterator := value.Iterator(); iterator.HasNext() == types.True; {
		key := iterator.Next()
		name, ok := key.ConvertToType(types.StringType).(types.String)
		if !ok {
			return nil, fmt.Errorf("a key is a %s", key.Type().TypeName())
		}
		if _, ok := members[string(name)]; ok {
			return nil, fmt.Errorf("two keys are %q", string(name))
		}
		written, err := toJSON(value.Get(key))
		if err != nil || written == nil {
			return nil, err
		}
		members[string(name)] = written
	}
	return marshal(members)
}

func marshal(value any) (json.RawMessage, error) {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return json.RawMessage(strings.TrimSuffix(out.String(), "\n")), err
}
