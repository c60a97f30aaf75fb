package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// answerTimeout bounds one request.
const answerTimeout = 30 * time.Second

// client talks to an engine on a connection per request, because it keeps the
// bytes of the answers, heads included.
type client struct {
	socket string
}

// answer is what an engine sent: raw has the head and the body as they came.
type answer struct {
	status int
	head   []byte
	body   []byte // without a transfer encoding
	raw    []byte
}

// request is a request line, a body that is sent as JSON unless it is empty,
// and further header lines.
type request struct {
	method string
	target string
	body   string
	header []string
}

// send sends a request and reads the whole answer.
func (c *client) send(ctx context.Context, r request) (*answer, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "unix", c.socket)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(answerTimeout)); err != nil {
		return nil, err
	}

	if _, err := io.WriteString(conn, r.wire()); err != nil {
		return nil, err
	}
	got, err := readAnswer(conn, r.method)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", r.method, r.target, err)
	}
	return got, nil
}

// wire returns the request as it goes over the connection.
func (r request) wire() string {
	lines := append([]string{r.method + " " + r.target + " HTTP/1.1", "Host: docker", "User-Agent: capture"}, r.header...)
	if r.body != "" {
		lines = append(lines, "Content-Type: application/json", fmt.Sprintf("Content-Length: %d", len(r.body)))
	} else if r.method == http.MethodPost || r.method == http.MethodPut {
		lines = append(lines, "Content-Length: 0")
	}
	return strings.Join(lines, "\r\n") + "\r\n\r\n" + r.body
}

// readAnswer reads one answer from a connection, together with its raw bytes.
func readAnswer(conn io.Reader, method string) (*answer, error) {
	var raw bytes.Buffer
	reader := bufio.NewReader(io.TeeReader(conn, &raw))
	resp, err := http.ReadResponse(reader, &http.Request{Method: method})
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}

	head, _, found := bytes.Cut(raw.Bytes(), []byte("\r\n\r\n"))
	if !found {
		return nil, errors.New("the answer has no end of head")
	}
	return &answer{status: resp.StatusCode, head: head, body: body, raw: raw.Bytes()}, nil
}

// do sends a request that must succeed and returns the body of its answer.
func (c *client) do(ctx context.Context, r request) ([]byte, error) {
	got, err := c.send(ctx, r)
	if err != nil {
		return nil, err
	}
	if got.status >= http.StatusBadRequest {
		return nil, fmt.Errorf("%s %s: %d %s", r.method, r.target, got.status, got.body)
	}
	return got.body, nil
}

// get decodes the JSON answer of a GET into out.
func (c *client) get(ctx context.Context, target string, out any) error {
	body, err := c.do(ctx, request{method: http.MethodGet, target: target})
	if err != nil {
		return err
	}
	return json.Unmarshal(body, out)
}

// post sends in as JSON, or no body if it is nil, and returns the ID that the
// answer names, if any.
func (c *client) post(ctx context.Context, target string, in any) (id string, err error) {
	r := request{method: http.MethodPost, target: target}
	if in != nil {
		body, err := json.Marshal(in)
		if err != nil {
			return "", err
		}
		r.body = string(body)
	}
	body, err := c.do(ctx, r)
	if err != nil || len(body) == 0 {
		return "", err
	}

	var created struct{ ID string }
	// Answers that are no object, such as the progress of an exec, name none.
	if json.Unmarshal(body, &created) != nil {
		return "", nil
	}
	return created.ID, nil
}
