package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/docker-proxy-filter/dpf/e2e/internal/traefik"
)

// registryHost is where Traefik asks for plugins.
const registryHost = "plugins.traefik.io"

// startRegistry serves one archive as Traefik's plugin catalog does, and
// returns the environment in which a Traefik takes it for the catalog: a proxy
// that leads there and nowhere else, and the certificate to trust.
func startRegistry(t *testing.T, archive string) (env []string) {
	t.Helper()
	content, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256(content)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /public/download/"+release.Path+"/"+release.Version, func(rw http.ResponseWriter, _ *http.Request) {
		_, _ = rw.Write(content)
	})
	mux.HandleFunc("GET /public/validate/"+release.Path+"/"+release.Version, func(rw http.ResponseWriter, req *http.Request) {
		if req.Header.Get("X-Plugin-Hash") != hex.EncodeToString(hash[:]) {
			rw.WriteHeader(http.StatusConflict)
		}
	})
	registry := httptest.NewUnstartedServer(mux)
	certificate, trusted := makeCertificate(t, registryHost)
	registry.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	registry.StartTLS()
	t.Cleanup(registry.Close)

	proxy := httptest.NewServer(tunnel(registryHost+":443", registry.Listener.Addr().String()))
	t.Cleanup(proxy.Close)
	return []string{"HTTPS_PROXY=" + proxy.URL, "SSL_CERT_FILE=" + trusted}
}

// tunnel is an HTTP proxy that knows one host.
func tunnel(host, addr string) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		if req.Method != http.MethodConnect || req.Host != host {
			rw.WriteHeader(http.StatusForbidden)
			return
		}
		upstream, err := net.Dial("tcp", addr)
		if err != nil {
			rw.WriteHeader(http.StatusBadGateway)
			return
		}
		defer upstream.Close()
		client, buffered, err := http.NewResponseController(rw).Hijack()
		if err != nil {
			return
		}
		defer client.Close()
		say(client, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(upstream, buffered) }()
		_, _ = io.Copy(client, upstream)
	})
}

// makeCertificate makes a certificate for host that is its own authority, and
// writes it to the file trusted.
func makeCertificate(t *testing.T, host string) (certificate tls.Certificate, trusted string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: host},
		DNSNames:     []string{host},
		NotAfter:     time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	trusted = filepath.Join(t.TempDir(), "trusted.pem")
	if err := os.WriteFile(trusted, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, trusted
}

// The plugin as users get it: Traefik downloads the archive of the module from
// the catalog, checks it, unpacks it and loads what is in it.
func TestCatalogInstall(t *testing.T) {
	archive, err := makeArchive()
	if err != nil {
		t.Fatal(err)
	}
	tr, err := shared.StartPlainTraefik(traefik.Config{
		Dir:         t.TempDir(),
		EntryPoints: []string{"docker"},
		Env:         startRegistry(t, archive),
		Flags: []string{
			"--experimental.plugins.dpf.moduleName=" + release.Path,
			"--experimental.plugins.dpf.version=" + release.Version,
			"--experimental.abortOnPluginFailure=true",
		},
		Dynamic: fmt.Sprintf(`
http:
  routers:
    docker: {entryPoints: [docker], rule: "PathPrefix(`+"`/`"+`)", middlewares: [dpf], service: socket-proxy}
  middlewares:
    dpf: {plugin: {dpf: {containerNames: [catalog-web], operations: [read]}}}
  services:
    socket-proxy: {loadBalancer: {servers: [{url: "%s"}]}}
`, shared.Proxy.URL()),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(tr.Stop)

	runContainer(t, "catalog-web")
	runContainer(t, "catalog-secret")
	for _, tt := range []struct {
		method, path string
		status       int
		body         string
	}{
		{http.MethodGet, "/containers/catalog-web/json", http.StatusOK, `"Name":"/catalog-web"`},
		{http.MethodGet, "/containers/catalog-secret/json", http.StatusNotFound, "No such container: catalog-secret"},
		{http.MethodPost, "/containers/catalog-web/stop", http.StatusForbidden, "operations"},
	} {
		t.Run(tt.method+tt.path, func(t *testing.T) {
			req, err := http.NewRequest(tt.method, "http://"+tr.Addr("docker")+tt.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != tt.status || !strings.Contains(string(body), tt.body) {
				t.Errorf("got %d %s, %v, want %d with %s", resp.StatusCode, body, err, tt.status, tt.body)
			}
		})
	}
}
