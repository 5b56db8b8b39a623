package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"time"
)

// judgeItself shows that listings tells a LIST with a cause from one without.
func judgeItself(context.Context) error {
	server := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		switch request.URL.Query().Get("how") {
		case "an event":
			fmt.Fprintln(writer, `{"type":"ADDED"}`)
		case "a second":
			writer.(http.Flusher).Flush()
			time.Sleep(1100 * time.Millisecond)
		case "410":
			writer.WriteHeader(http.StatusGone)
		case "an error":
			fmt.Fprintln(writer, `{"type":"ERROR"}`)
		}
	}))
	defer server.Close()
	for how, wrong := range map[string]int{"an event": 1, "a second": 1, "410": 0, "an error": 0, "nothing": 0} {
		judged := newListings()
		client := &http.Client{Transport: judged.wrap(http.DefaultTransport)}
		watch := "watch=true&resourceVersion=1&how=" + url.QueryEscape(how)
		start := time.Now()
		for _, query := range []string{"resourceVersion=0", watch, "resourceVersion=1"} {
			response, err := client.Get(server.URL + "/?" + query)
			if err != nil {
				return err
			}
			io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
		if how == "nothing" && time.Since(start) >= time.Second {
			continue // too slow to tell it from "a second"
		}
		if err := differ("the wrong lists after "+how, len(judged.states["/  "].wrong), wrong); err != nil {
			return err
		}
	}
	return nil
}
