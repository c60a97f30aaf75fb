package engine

import (
	"archive/tar"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
)

// busyboxRootfs returns a root file system as a tar stream: the machine's
// static busybox under the names of all its applets. So no registry is needed.
func busyboxRootfs() (io.Reader, error) {
	path, err := exec.LookPath("busybox")
	if err != nil {
		return nil, fmt.Errorf("%w (Debian package busybox-static; `make setup` installs it)", err)
	}
	binary, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	applets, err := exec.Command(path, "--list").Output()
	if err != nil {
		return nil, err
	}

	var buf bytes.Buffer
	w := tar.NewWriter(&buf)
	for _, dir := range []string{"bin/", "etc/", "tmp/", "root/"} {
		if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: dir, Mode: 0o777}); err != nil {
			return nil, err
		}
	}
	if err := writeFile(w, "bin/busybox", 0o755, binary); err != nil {
		return nil, err
	}
	if err := writeFile(w, "etc/passwd", 0o644, []byte("root:x:0:0:root:/root:/bin/sh\n")); err != nil {
		return nil, err
	}
	for applet := range strings.FieldsSeq(string(applets)) {
		if applet == "busybox" {
			continue
		}
		link := &tar.Header{Typeflag: tar.TypeSymlink, Name: "bin/" + applet, Linkname: "busybox"}
		if err := w.WriteHeader(link); err != nil {
			return nil, err
		}
	}
	return &buf, w.Close()
}

func writeFile(w *tar.Writer, name string, mode int64, data []byte) error {
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: mode, Size: int64(len(data))}); err != nil {
		return err
	}
	_, err := w.Write(data)
	return err
}

// do sends a request whose answer does not matter as long as it is a success.
func (e *Engine) do(ctx context.Context, method, target string, body io.Reader) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://engine"+target, body)
	if err != nil {
		return err
	}
	resp, err := e.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s %s: %s: %s", method, target, resp.Status, answer)
	}
	return nil
}
