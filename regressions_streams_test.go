package dpf

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"
)

// endless is a service whose answers end with their request.
type endless struct {
	begun chan string
}

func (e *endless) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	engine := testEngine()
	if req.URL.Path == "/containers/"+id("aa1")+"/json" {
		engine.ServeHTTP(rw, req)
		return
	}
	e.begun <- req.URL.Path
	<-req.Context().Done()
}

// Whatever may go on for ever ends with the configuration.
func TestRequestsEndWithTheConfiguration(t *testing.T) {
	at := "/containers/" + id("aa1")
	requests := []string{
		"GET /events", "GET " + at + "/logs?follow=1", "GET " + at + "/stats", "POST " + at + "/wait", "POST " + at + "/attach",
		"GET " + at + "/attach/ws", "GET " + at + "/export",
	}
	next := &endless{begun: make(chan string, len(requests))}
	former, end := context.WithCancel(context.Background())
	h, _ := New(former, next, testConfig(), "streams@file")
	done := make([]chan bool, len(requests))
	for i, request := range requests {
		done[i] = make(chan bool, 1)
		go serveOne(h, request, done[i])
	}
	for range requests {
		<-next.begun
	}
	end()
	narrowed := testConfig()
	narrowed.ContainerLabels = []string{"none"}
	_, _ = New(context.Background(), next, narrowed, "streams@file")
	for i, request := range requests {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			select {
			case <-done[i]:
			case <-time.After(20 * time.Second):
				t.Errorf("%s goes on", request)
			}
		})
	}
}

// serveOne sends a request, "METHOD target", and says when it is answered.
func serveOne(h http.Handler, request string, done chan bool) {
	method, target := "GET", request[len("GET "):]
	if request[0] == 'P' {
		method, target = "POST", request[len("POST "):]
	}
	do(h, method, target, "")
	done <- true
}
