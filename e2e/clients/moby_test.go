package clients

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
)

// The Go library, which most clients that are written in Go use.
func TestMobyClient(t *testing.T) {
	story(t, "moby", tellMoby)
}

func tellMoby(t *testing.T, s *session) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	c, err := client.New(client.WithHost(s.host()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })

	f := facts{
		Listed:  mobyNames(ctx, t, c, true),
		Running: mobyNames(ctx, t, c, false),
		Logs:    mobyLogs(ctx, t, c),
		Exec:    mobyExec(ctx, t, c),
		Stats:   mobyStats(ctx, t, c),
		Hidden:  map[string]string{},
	}
	inspected, err := c.ContainerInspect(ctx, web, client.ContainerInspectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	f.Inspected = inspected.Container.ID

	before := s.scene.startedAt(t, web)
	events := c.Events(ctx, client.EventsListOptions{Filters: client.Filters{}.Add("type", "container")})
	// The stream has begun when it has the event of an exec instance.
	until(t, "events", func() error {
		mobyExec(ctx, t, c)
		select {
		case m := <-events.Messages:
			f.Events = append(f.Events, m.Actor.Attributes["name"])
			return nil
		case err := <-events.Err:
			t.Fatal(err)
			return nil
		default:
			return io.EOF
		}
	})
	if _, err := c.ContainerRestart(ctx, web, client.ContainerRestartOptions{}); err != nil {
		t.Fatal(err)
	}
	for action := ""; action != "restart"; {
		select {
		case m := <-events.Messages:
			f.Events = append(f.Events, m.Actor.Attributes["name"])
			action = string(m.Action)
		case err := <-events.Err:
			t.Fatal(err)
		}
	}

	if _, err := c.ContainerInspect(ctx, asked, client.ContainerInspectOptions{}); err != nil {
		f.Hidden["inspect"] = err.Error()
	}
	if _, err := c.ContainerRestart(ctx, asked, client.ContainerRestartOptions{}); err != nil {
		f.Hidden["restart"] = err.Error()
	}
	if _, err := c.ExecCreate(ctx, asked, client.ExecCreateOptions{Cmd: []string{"true"}}); err != nil {
		f.Hidden["exec"] = err.Error()
	}
	s.check(t, f, before)
}

func mobyNames(ctx context.Context, t *testing.T, c *client.Client, all bool) []string {
	t.Helper()
	list, err := c.ContainerList(ctx, client.ContainerListOptions{All: all})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, item := range list.Items {
		names = append(names, strings.TrimPrefix(item.Names[0], "/"))
	}
	return names
}

func mobyLogs(ctx context.Context, t *testing.T, c *client.Client) string {
	t.Helper()
	logs, err := c.ContainerLogs(ctx, web, client.ContainerLogsOptions{ShowStdout: true, ShowStderr: true})
	if err != nil {
		t.Fatal(err)
	}
	defer logs.Close()
	return demultiplexed(t, logs)
}

func mobyExec(ctx context.Context, t *testing.T, c *client.Client) string {
	t.Helper()
	created, err := c.ExecCreate(ctx, web, client.ExecCreateOptions{Cmd: []string{"echo", "through-exec"}, AttachStdout: true})
	if err != nil {
		t.Fatal(err)
	}
	attached, err := c.ExecAttach(ctx, created.ID, client.ExecAttachOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer attached.Close()
	return demultiplexed(t, attached.Reader)
}

// demultiplexed is the standard output in a stream of the engine.
func demultiplexed(t *testing.T, stream io.Reader) string {
	t.Helper()
	var stdout bytes.Buffer
	if _, err := stdcopy.StdCopy(&stdout, io.Discard, stream); err != nil {
		t.Fatal(err)
	}
	return stdout.String()
}

// mobyStats reads the first two statistics of a stream.
func mobyStats(ctx context.Context, t *testing.T, c *client.Client) string {
	t.Helper()
	stats, err := c.ContainerStats(ctx, web, client.ContainerStatsOptions{Stream: true})
	if err != nil {
		t.Fatal(err)
	}
	defer stats.Body.Close()
	decoder := json.NewDecoder(stats.Body)
	var sample container.StatsResponse
	for range 2 {
		if err := decoder.Decode(&sample); err != nil {
			t.Fatal(err)
		}
	}
	return sample.ID
}
