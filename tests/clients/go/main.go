// Programs that use a Kubernetes API as controllers do: `clients SUITE` with a KUBECONFIG. They know nothing of the
// server that they talk to, so that they pass against every cluster of Kubernetes 1.33 that has the Gateway API.
package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// A suite checks one client library; what it makes is within the namespace of its Run, or named after it.
var suites = map[string]func(*Run){
	"typed":       typedClients,
	"dynamic":     dynamicClients,
	"informers":   informers,
	"leaders":     leaders,
	"apply":       serverSideApply,
	"definitions": definitions,
	"controller":  controller,
	"endurance":   endurance,
}

var duration = flag.Duration("duration", 20*time.Second, "how long `endurance` goes on")
var disconnects = flag.Duration("disconnects", 3*time.Second, "mean time between two broken connections in `endurance`")

var inJSON = flag.Bool("json", false, "typed clients speak JSON where they would speak protobuf")

func main() {
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Println("clients [FLAGS] SUITE...; suites:", strings.Join(slices.Sorted(maps.Keys(suites)), " "))
		os.Exit(2)
	}
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		fmt.Println("KUBECONFIG:", err)
		os.Exit(2)
	}
	config.QPS = -1
	if *inJSON {
		config.ContentType = runtime.ContentTypeJSON
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	failures := 0
	for _, name := range flag.Args() {
		suite, found := suites[name]
		if !found {
			fmt.Println("no suite is called", name)
			os.Exit(2)
		}
		failures += runSuite(ctx, name, suite, rest.CopyConfig(config))
	}
	if failures > 0 {
		fmt.Println(failures, "checks failed")
		os.Exit(1)
	}
	fmt.Println("all checks hold")
}
