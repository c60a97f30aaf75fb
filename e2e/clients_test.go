package e2e

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/again"
)

// The functions below are programs of their own: testscript runs the test
// binary under their names.

// docker ...
//
// The docker CLI, which asks $DOCKER_HOST. The binary is $DOCKER_BIN if set.
func dockerMain() { execDocker(os.Args[1:]) }

// direct ...
//
// The docker CLI, which asks the engine itself.
func directMain() { execDocker(append([]string{"-H", os.Getenv("DIRECT")}, os.Args[1:]...)) }

func execDocker(args []string) {
	bin, err := dockerCLI()
	if err == nil {
		err = syscall.Exec(bin, append([]string{"docker"}, args...), os.Environ())
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(127)
}

// dockerCLI finds the docker CLI: $DOCKER_BIN, or the one on PATH that is not
// this test binary under that name.
func dockerCLI() (string, error) {
	if bin := os.Getenv("DOCKER_BIN"); bin != "" {
		return bin, nil
	}
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	me, err := os.Stat(self)
	if err != nil {
		return "", err
	}
	for _, dir := range strings.Split(os.Getenv("PATH"), string(os.PathListSeparator)) {
		bin, err := exec.LookPath(dir + "/docker")
		if err != nil {
			continue
		}
		if info, err := os.Stat(bin); err == nil && !os.SameFile(info, me) && info.Size() != me.Size() {
			return bin, nil
		}
	}
	return "", errors.New("no docker CLI on PATH")
}

// http [-host h] [-from ip] [-tls dir] [-cert] [-H header]... [-d body] [-o file] [-body] [-head] METHOD target
//
// Sends one request to $DOCKER_HOST, or the host given, and prints status,
// headers (sorted, without Date) and body. The target is sent as it is
// written. -d @file sends a file; -body prints nothing but the body, -head
// nothing but the rest. -from is the address that the request comes from, -tls
// a directory with ca.pem, and with -cert its cert.pem and key.pem as well. The
// exit status is 0 for any answer.
func httpMain() {
	if err := runHTTP(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "http:", err)
		os.Exit(1)
	}
}

type headerFlag []string

func (h *headerFlag) String() string     { return strings.Join(*h, "\n") }
func (h *headerFlag) Set(s string) error { *h = append(*h, s); return nil }

func runHTTP(args []string, out io.Writer) error {
	var headers headerFlag
	flags := flag.NewFlagSet("http", flag.ContinueOnError)
	host := flags.String("host", os.Getenv("DOCKER_HOST"), "")
	data := flags.String("d", "", "")
	file := flags.String("o", "", "")
	bodyOnly := flags.Bool("body", false, "")
	headOnly := flags.Bool("head", false, "")
	from := flags.String("from", "", "")
	tlsDir := flags.String("tls", "", "")
	cert := flags.Bool("cert", false, "")
	flags.Var(&headers, "H", "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 2 {
		return errors.New("want METHOD and target")
	}
	body := []byte(*data)
	if name, ok := strings.CutPrefix(*data, "@"); ok {
		var err error
		if body, err = os.ReadFile(name); err != nil {
			return err
		}
	}
	d, err := newDialer(*from, *tlsDir, *cert)
	if err != nil {
		return err
	}
	a, err := d.send(*host, flags.Arg(0), flags.Arg(1), headers, body)
	if err != nil {
		return err
	}
	if *file != "" {
		return os.WriteFile(*file, a.body, 0o644)
	}
	if !*bodyOnly {
		fmt.Fprintln(out, a.head())
	}
	if !*headOnly {
		_, err = out.Write(a.body)
	}
	return err
}

// answer is a response as a client sees it.
type answer struct {
	status string
	header http.Header
	body   []byte
}

// head is the status line and the headers, sorted, without Date.
func (a answer) head() string {
	lines := []string{}
	for name, values := range a.header {
		if name == "Date" {
			continue
		}
		for _, v := range values {
			lines = append(lines, name+": "+v)
		}
	}
	sort.Strings(lines)
	return a.status + "\n" + strings.Join(lines, "\n") + "\n"
}

// dialer says how a request gets to its host.
type dialer struct {
	net.Dialer
	tls *tls.Config // none: plain
}

// newDialer is the dialer of the flags of http.
func newDialer(from, tlsDir string, cert bool) (dialer, error) {
	var d dialer
	if from != "" {
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(from)}
	}
	if tlsDir == "" {
		return d, nil
	}
	ca, err := os.ReadFile(filepath.Join(tlsDir, "ca.pem"))
	if err != nil {
		return d, err
	}
	d.tls = &tls.Config{RootCAs: x509.NewCertPool()}
	d.tls.RootCAs.AppendCertsFromPEM(ca)
	if cert {
		pair, err := tls.LoadX509KeyPair(filepath.Join(tlsDir, "cert.pem"), filepath.Join(tlsDir, "key.pem"))
		if err != nil {
			return d, err
		}
		d.tls.Certificates = []tls.Certificate{pair}
	}
	return d, nil
}

func (d dialer) dial(network, addr string) (net.Conn, error) {
	if d.tls != nil {
		return tls.DialWithDialer(&d.Dialer, network, addr, d.tls)
	}
	return d.Dial(network, addr)
}

// send makes one request without TLS.
func send(host, method, target string, headers []string, body []byte) (answer, error) {
	return dialer{}.send(host, method, target, headers, body)
}

// send makes one HTTP/1.1 request on a connection of its own, with the target
// exactly as given.
func (d dialer) send(host, method, target string, headers []string, body []byte) (answer, error) {
	network, addr, ok := strings.Cut(host, "://")
	if !ok {
		return answer{}, fmt.Errorf("host %q has no scheme", host)
	}
	conn, err := d.dial(network, addr)
	if err != nil {
		return answer{}, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(again.Patient.Last())); err != nil {
		return answer{}, err
	}

	var req bytes.Buffer
	fmt.Fprintf(&req, "%s %s HTTP/1.1\r\nHost: docker\r\n", method, target)
	for _, h := range headers {
		fmt.Fprintf(&req, "%s\r\n", h)
	}
	if len(body) > 0 || method == http.MethodPost || method == http.MethodPut {
		fmt.Fprintf(&req, "Content-Length: %d\r\n", len(body))
	}
	req.WriteString("\r\n")
	req.Write(body)
	if _, err := conn.Write(req.Bytes()); err != nil {
		return answer{}, err
	}

	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		return answer{}, err
	}
	header := resp.Header
	if resp.TransferEncoding != nil {
		header.Set("Transfer-Encoding", strings.Join(resp.TransferEncoding, ","))
	}
	return answer{resp.Proto + " " + resp.Status, header, got}, nil
}
