package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	utilnet "k8s.io/apimachinery/pkg/util/net"
)

// listings judges the LISTs of informers. client-go's reflector (tools/cache/reflector.go) lists at its start, and
// again only
//   - when the list itself failed;
//   - when a watch was answered by anything but 200, save 429 (410: its version has expired);
//   - when a watch couldn't be started for another reason than a refused connection;
//   - when a watch carried an ERROR event;
//   - when a watch ended within a second and without an event.
//
// Any other broken watch goes on with a watch from the last version that was seen.
type listings struct {
	lock   sync.Mutex
	states map[string]*listing
}

type listing struct {
	lists, watches int
	reason         string // why the next LIST is right; empty: it is not
	reasons        []string
	wrong          []string
}

func newListings() *listings { return &listings{states: map[string]*listing{}} }

// wrap is for rest.Config.Wrap.
func (listings *listings) wrap(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		query := request.URL.Query()
		watching := query.Get("watch") == "true"
		if request.Method != http.MethodGet || !query.Has("resourceVersion") && !watching {
			return next.RoundTrip(request)
		}
		key := request.URL.Path + " " + query.Get("labelSelector") + " " + query.Get("fieldSelector")
		start := time.Now()
		if watching {
			listings.change(key, func(state *listing) { state.watches++; state.reason = "" })
		} else if query.Get("continue") == "" {
			listings.change(key, (*listing).listed)
		}
		response, err := next.RoundTrip(request)
		switch {
		case err != nil && watching && utilnet.IsConnectionRefused(err):
		case err != nil:
			listings.excuse(key, fmt.Sprintf("%s failed: %v", query.Encode(), err))
		case response.StatusCode == http.StatusTooManyRequests:
		case response.StatusCode != http.StatusOK:
			listings.excuse(key, "answered by "+response.Status)
		default:
			response.Body = &judgedBody{ReadCloser: response.Body, listings: listings, key: key, watching: watching, start: start}
		}
		return response, err
	})
}

func (state *listing) listed() {
	state.lists++
	switch {
	case state.lists == 1:
	case state.reason == "":
		state.wrong = append(state.wrong, fmt.Sprintf("list %d after %d watches", state.lists, state.watches))
	default:
		state.reasons = append(state.reasons, state.reason)
	}
	state.reason = ""
}

func (listings *listings) change(key string, change func(*listing)) {
	listings.lock.Lock()
	defer listings.lock.Unlock()
	if listings.states[key] == nil {
		listings.states[key] = &listing{}
	}
	change(listings.states[key])
}

func (listings *listings) excuse(key, reason string) {
	listings.change(key, func(state *listing) { state.reason = reason })
}

// judgedBody looks at how the body of a list or watch goes on and ends.
type judgedBody struct {
	io.ReadCloser
	listings *listings
	key      string
	watching bool
	start    time.Time
	any      bool
	tail     []byte
}

func (body *judgedBody) Read(into []byte) (int, error) {
	count, err := body.ReadCloser.Read(into)
	if body.watching && count > 0 {
		body.any = true
		seen := append(body.tail, into[:count]...)
		if bytes.Contains(seen, []byte("ERROR")) {
			body.listings.excuse(body.key, "an ERROR event")
		}
		body.tail = append([]byte{}, seen[max(0, len(seen)-len("ERROR")+1):]...)
	}
	switch {
	case err == nil:
	case !body.watching && err != io.EOF:
		body.listings.excuse(body.key, "the list broke off")
	case body.watching && !body.any && time.Since(body.start) < time.Second:
		body.listings.excuse(body.key, "a watch within a second and without an event")
	}
	return count, err
}
