package main

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// relay carries the bytes of a client's connections, and breaks some of them. A server that refuses a connection
// refuses the client's, so that the client sees the truth.
type relay struct {
	lock        sync.Mutex
	listener    net.Listener
	connections map[*connection]struct{}
	cuts        int
}

type connection struct {
	client, server *net.TCPConn
	since          time.Time
}

func newRelay() *relay {
	return &relay{listener: must(net.Listen("tcp", "127.0.0.1:0")), connections: map[*connection]struct{}{}}
}

// dial is for rest.Config.Dial.
func (relay *relay) dial(ctx context.Context, network, address string) (net.Conn, error) {
	server, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	relay.lock.Lock()
	defer relay.lock.Unlock()
	outer, err := net.Dial("tcp", relay.listener.Addr().String())
	if err != nil {
		server.Close()
		return nil, err
	}
	inner, err := relay.listener.Accept()
	if err != nil {
		server.Close()
		outer.Close()
		return nil, err
	}
	carried := &connection{client: inner.(*net.TCPConn), server: server.(*net.TCPConn), since: time.Now()}
	relay.connections[carried] = struct{}{}
	go relay.carry(carried, carried.client, carried.server)
	go relay.carry(carried, carried.server, carried.client)
	return outer, nil
}

func (relay *relay) carry(carried *connection, to, from *net.TCPConn) {
	io.Copy(to, from)
	carried.client.Close()
	carried.server.Close()
	relay.lock.Lock()
	defer relay.lock.Unlock()
	delete(relay.connections, carried)
}

// cut breaks a connection at random, by FIN or by RST. One that is younger than two seconds is left alone: client-go
// takes a watch that ends within a second without an event for a sign of trouble, and lists anew.
func (relay *relay) cut() {
	relay.lock.Lock()
	defer relay.lock.Unlock()
	for carried := range relay.connections { // in an order that is new each time
		if time.Since(carried.since) < 2*time.Second {
			continue
		}
		if rand.IntN(2) == 0 {
			carried.client.SetLinger(0)
		}
		carried.client.Close()
		carried.server.Close()
		relay.cuts++
		return
	}
}

// cutAtRandom goes on until the context ends.
func (relay *relay) cutAtRandom(ctx context.Context, mean time.Duration) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(rand.ExpFloat64() * float64(mean))):
			relay.cut()
		}
	}
}
