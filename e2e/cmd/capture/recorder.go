package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
)

// recorder writes answers to files and keeps the list of them.
type recorder struct {
	client   *client
	dir      string
	requests bytes.Buffer // requests.txt
}

// newRecorder returns a recorder that writes to dir, which it creates.
func newRecorder(client *client, dir string) (*recorder, error) {
	if err := os.MkdirAll(filepath.Join(dir, "errors"), 0o755); err != nil {
		return nil, err
	}
	return &recorder{client: client, dir: dir}, nil
}

// answer writes the body of the answer to a GET, which must be a success.
func (r *recorder) answer(ctx context.Context, file, target string, header ...string) error {
	got, err := r.client.send(ctx, request{method: http.MethodGet, target: target, header: header})
	if err != nil {
		return err
	}
	if got.status != http.StatusOK {
		return fmt.Errorf("%s: GET %s: %d %s", file, target, got.status, got.body)
	}

	fmt.Fprintf(&r.requests, "## %s\nGET %s\n", file, target)
	for _, line := range header {
		fmt.Fprintln(&r.requests, line)
	}
	fmt.Fprintf(&r.requests, "\n%s\n\n", bytes.ReplaceAll(got.head, []byte("\r\n"), []byte("\n")))
	return os.WriteFile(filepath.Join(r.dir, file), got.body, 0o644)
}

// failure writes the whole answer to a request that must not succeed with a
// body: an error, or a bodiless 304.
func (r *recorder) failure(ctx context.Context, name string, req request) error {
	got, err := r.client.send(ctx, req)
	if err != nil {
		return err
	}
	if got.status < http.StatusMultipleChoices {
		return fmt.Errorf("%s: %s %s: unexpected success, %d %s", name, req.method, req.target, got.status, got.body)
	}

	file := filepath.Join("errors", name+".http")
	fmt.Fprintf(&r.requests, "## %s\n%s %s\n", filepath.ToSlash(file), req.method, req.target)
	if req.body != "" {
		fmt.Fprintf(&r.requests, "\n%s\n", req.body)
	}
	fmt.Fprintln(&r.requests)
	return os.WriteFile(filepath.Join(r.dir, file), got.raw, 0o644)
}

// close writes the list of requests.
func (r *recorder) close() error {
	return os.WriteFile(filepath.Join(r.dir, "requests.txt"), r.requests.Bytes(), 0o644)
}
