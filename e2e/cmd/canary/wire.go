package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/again"
)

// maxResponse bounds what is kept of one response: an export of a container
// of the scene fits.
const maxResponse = 8 << 20

// request is one request, byte for byte as it goes out.
type request struct {
	addr     string // of the entry point
	method   string
	target   string // as it stands in the request line
	proto    string // empty: HTTP/1.1
	headers  []string
	body     string
	deadline time.Duration // of a stream, which need not end; 0: the answer must
	wire     []byte        // if not nil, all of the request in place of the above
	rest     bool          // read on after the response: there may be another one
}

// response is what came back.
type response struct {
	raw     []byte // every byte
	head    string // status line and headers as they came, without Date
	body    []byte // without transfer coding
	trailer http.Header
	status  int
	timeout bool // the deadline passed before the end
	broken  bool // the connection ended before the end
}

// String is the request in a form that can be pasted into a shell.
func (r request) String() string {
	return fmt.Sprintf("printf %s | nc %s", shellQuote(r.bytes()), strings.Replace(r.addr, ":", " ", 1))
}

// shellQuote quotes text for the printf of a shell.
func shellQuote(text []byte) string {
	var out strings.Builder
	out.WriteByte('\'')
	for _, b := range text {
		switch {
		case b == '\r':
			out.WriteString(`\r`)
		case b == '\n':
			out.WriteString(`\n`)
		case b == '%':
			out.WriteString("%%")
		case b == '\\':
			out.WriteString(`\\`)
		case b == '\'' || b < ' ' || b > '~':
			fmt.Fprintf(&out, `\%03o`, b)
		default:
			out.WriteByte(b)
		}
	}
	out.WriteByte('\'')
	return out.String()
}

// bytes is the request on the wire.
func (r request) bytes() []byte {
	if r.wire != nil {
		return r.wire
	}
	proto := r.proto
	if proto == "" {
		proto = "HTTP/1.1"
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "%s %s %s\r\nHost: docker\r\n", r.method, r.target, proto)
	if !r.hasHeader("Connection") {
		out.WriteString("Connection: close\r\n")
	}
	for _, h := range r.headers {
		out.WriteString(h + "\r\n")
	}
	if r.hasHeader("Transfer-Encoding") {
		fmt.Fprintf(&out, "\r\n%x\r\n%s\r\n0\r\n\r\n", len(r.body), r.body)
		return out.Bytes()
	}
	if r.body != "" || slices.Contains([]string{"POST", "PUT", "PATCH"}, r.method) {
		fmt.Fprintf(&out, "Content-Length: %d\r\n", len(r.body))
	}
	out.WriteString("\r\n" + r.body)
	return out.Bytes()
}

// carried is all of the request that may come back, and its target without
// escapes: what an answer quotes.
func (r request) carried() []byte {
	plain := unescape(r.target)
	return []byte(strings.Join([]string{
		r.target, strings.Join(r.headers, "\n"), r.body, plain, strings.ReplaceAll(plain, "+", " "),
	}, "\n"))
}

// hexEscape is the escape of a byte.
var hexEscape = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)

// unescape takes the escapes out of a target, whatever else is wrong with it.
func unescape(target string) string {
	return hexEscape.ReplaceAllStringFunc(target, func(found string) string {
		b, err := hex.DecodeString(found[1:])
		if err != nil {
			return found
		}
		return string(b)
	})
}

func (r request) hasHeader(name string) bool {
	return slices.ContainsFunc(r.headers, func(h string) bool {
		key, _, _ := strings.Cut(h, ":")
		return strings.EqualFold(key, name)
	})
}

// send makes the request and reads the answer: what comes of it before the
// deadline, or, if it has none, all of it. An error means that there was no
// connection, or no end to the answer however often it was asked for; what came
// of it the last time is returned with it.
func (r request) send() (resp response, err error) {
	if r.deadline > 0 {
		return r.once(r.deadline)
	}
	err = again.Patient.For(r.method).Do(func(limit time.Duration) (err error) {
		if resp, err = r.once(limit); err == nil && resp.timeout {
			return os.ErrDeadlineExceeded
		}
		return err
	})
	return resp, err
}

// once makes the request on a connection of its own and reads all of the
// answer that comes within limit.
func (r request) once(limit time.Duration) (response, error) {
	conn, err := net.DialTimeout("tcp", r.addr, again.Patient.Last())
	if err != nil {
		return response{}, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(limit)); err != nil {
		return response{}, err
	}
	// A server that refuses early may close before it has read everything;
	// its answer counts all the same.
	_, _ = conn.Write(r.bytes())
	resp := readResponse(conn, r.method)
	if r.rest {
		more, _ := io.ReadAll(conn) // The deadline ends it.
		resp.raw = append(resp.raw, more...)
	}
	return resp, nil
}

// readResponse reads one response to a request of the given method.
func readResponse(conn io.Reader, method string) response {
	var raw bytes.Buffer
	reader := bufio.NewReader(io.TeeReader(io.LimitReader(conn, maxResponse), &raw))
	var got response
	resp, start, err := finalResponse(reader, &raw, method)
	if err == nil {
		var body io.Reader = resp.Body
		if resp.StatusCode == http.StatusSwitchingProtocols {
			body = reader
		}
		got.status = resp.StatusCode
		got.body, err = io.ReadAll(body)
		got.trailer = resp.Trailer
	}
	got.timeout = errors.Is(err, os.ErrDeadlineExceeded)
	got.broken = err != nil && !got.timeout
	got.raw = raw.Bytes()
	got.head = head(got.raw[min(start, len(got.raw)):])
	return got
}

// finalResponse skips informational responses. start is where the final one
// begins in raw.
func finalResponse(reader *bufio.Reader, raw *bytes.Buffer, method string) (resp *http.Response, start int, err error) {
	for {
		start = raw.Len() - reader.Buffered()
		resp, err = http.ReadResponse(reader, &http.Request{Method: method})
		if err != nil || resp.StatusCode >= 200 || resp.StatusCode == http.StatusSwitchingProtocols {
			return resp, start, err
		}
	}
}

// head is the status line and the headers at the start of raw, without Date.
func head(raw []byte) string {
	text, _, _ := strings.Cut(string(raw), "\r\n\r\n")
	lines := strings.Split(text, "\r\n")
	return strings.Join(slices.DeleteFunc(lines, func(line string) bool {
		return strings.HasPrefix(line, "Date:")
	}), "\n")
}
