package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/again"
)

// API is the engine itself, without anything in front of it.
type API struct{ client *http.Client }

// API returns the engine's API.
func (e *Engine) API() API { return API{e.client} }

// Do sends a request with body, if any, encoded as JSON, and decodes the
// answer into out, if any. An answer that is no success is an error, and so is
// none within the patience of package again.
func (a API) Do(method, target string, body, out any) error {
	var data []byte
	if body != nil {
		var err error
		if data, err = json.Marshal(body); err != nil {
			return err
		}
	}
	return again.Patient.For(method).Do(func(limit time.Duration) error {
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		defer cancel()
		return a.send(ctx, method, target, data, out)
	})
}

// send sends a request with data, if not nil, as JSON.
func (a API) send(ctx context.Context, method, target string, body []byte, out any) error {
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://engine"+target, reader)
	if err != nil {
		return err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := a.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s: %s: %s", method, target, resp.Status, bytes.TrimSpace(data))
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(data, out)
}

// Get decodes the answer to a GET into out.
func (a API) Get(target string, out any) error { return a.Do(http.MethodGet, target, nil, out) }

// Post sends body.
func (a API) Post(target string, body any) error { return a.Do(http.MethodPost, target, body, nil) }

// Create makes an object and returns its ID. The engine spells the key Id or
// ID.
func (a API) Create(target string, body any) (string, error) {
	var made struct{ ID string }
	if err := a.Do(http.MethodPost, target, body, &made); err != nil {
		return "", err
	}
	return made.ID, nil
}

// Events opens the stream of the engine's events, from now on.
func (a API) Events() (io.ReadCloser, error) {
	resp, err := a.client.Get("http://engine/events")
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}
