package main

import (
	"fmt"
	"math"
	"math/rand"
	"reflect"
	"time"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Fills objects by chance, the same for a seed.
type filler struct {
	random *rand.Rand
	// Values that are left: beyond them everything is empty.
	budget int
}

func (f *filler) choose(texts ...string) string { return texts[f.random.Intn(len(texts))] }

func (f *filler) text() string {
	return f.choose("", "a", "web", "true", "grün ✓ 🚪", "two\nlines\t\"quoted\" \\ <&>", "\x00\x7f",
		fmt.Sprint(f.random.Int31()))
}

func (f *filler) raw() []byte {
	return []byte(f.choose(`{}`, `{"a":[1,-2.5,null,"x",true]}`, `[]`, `"text"`, `null`, `12`, `1e21`,
		`{"f:metadata":{"f:labels":{".":{},"f:app":{}}}}`))
}

func (f *filler) integer(bits int) int64 {
	numbers := []int64{0, 1, -1, 80, 300, math.MaxInt32, math.MinInt32, math.MaxInt64, math.MinInt64}
	if bits == 32 {
		numbers = numbers[:7]
	}
	return numbers[f.random.Intn(len(numbers))]
}

// Within the years that JSON can say.
func (f *filler) time(unit time.Duration) time.Time {
	if f.random.Intn(5) == 0 {
		return time.Time{}
	}
	seconds := []int64{0, 1, -1, 1700000000, -62135596800 + 1, 253402300799}
	nanos := f.random.Int63n(int64(time.Second)) / int64(unit) * int64(unit)
	return time.Unix(seconds[f.random.Intn(len(seconds))], nanos).UTC()
}

func (f *filler) special(v reflect.Value) bool {
	switch p := v.Addr().Interface().(type) {
	case *meta.TypeMeta:
	case *meta.Time:
		p.Time = f.time(time.Second)
	case *meta.MicroTime:
		p.Time = f.time(time.Microsecond)
	case *meta.FieldsV1:
		p.Raw = f.raw()
	case *runtime.RawExtension:
		p.Raw = f.raw()
	case *apiextensions.JSON:
		p.Raw = f.raw()
	case *resource.Quantity:
		*p = resource.MustParse(f.choose("0", "100m", "1500m", "1Gi", "-5", "1e3", "0.5", "12345678901234567890"))
	case *intstr.IntOrString:
		*p = intstr.FromString(f.text())
		if f.random.Intn(2) == 0 {
			*p = intstr.FromInt32(int32(f.integer(32)))
		}
	case *apiextensions.JSONSchemaPropsOrBool:
		if p.Allows = f.random.Intn(2) == 0; p.Allows {
			f.fill(reflect.ValueOf(p).Elem().FieldByName("Schema"))
		}
	case *apiextensions.JSONSchemaPropsOrArray:
		f.fill(reflect.ValueOf(p).Elem().FieldByName("Schema"))
		if p.Schema == nil {
			f.fill(reflect.ValueOf(p).Elem().FieldByName("JSONSchemas"))
		}
	case *apiextensions.JSONSchemaPropsOrStringArray:
		f.fill(reflect.ValueOf(p).Elem().FieldByName("Schema"))
		if p.Schema == nil {
			p.Property = []string{f.text(), f.text()}
		}
	default:
		return false
	}
	return true
}

// How many items a list gets.
func (f *filler) count() int { return []int{0, 1, 1, 2}[f.random.Intn(4)] }

func (f *filler) fill(v reflect.Value) {
	f.budget--
	if f.budget < 0 || f.special(v) {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		// Not always the same fields where the budget ends.
		for _, i := range f.random.Perm(v.NumField()) {
			f.fill(v.Field(i))
		}
	case reflect.Pointer:
		if f.random.Intn(3) > 0 {
			v.Set(reflect.New(v.Type().Elem()))
			f.fill(v.Elem())
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(f.text()))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), f.count(), 2))
		for i := range v.Len() {
			f.fill(v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range f.count() {
			value := reflect.New(v.Type().Elem()).Elem()
			f.fill(value)
			v.SetMapIndex(reflect.ValueOf(f.text()).Convert(v.Type().Key()), value)
		}
	case reflect.String:
		v.SetString(f.text())
	case reflect.Bool:
		v.SetBool(f.random.Intn(2) == 0)
	case reflect.Int32:
		v.SetInt(f.integer(32))
	case reflect.Int64:
		v.SetInt(f.integer(64))
	case reflect.Float64:
		v.SetFloat([]float64{0, 1, -2.5, 1e300, 100}[f.random.Intn(5)])
	default:
		panic(fmt.Sprintf("nothing to fill %v with", v.Type()))
	}
}
