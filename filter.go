// Package dpf is a Traefik middleware plugin that filters the Docker Engine
// API per container: a client lists, inspects and acts on the containers that
// match its policy, and every other container answers as one that does not
// exist. It sits on a router whose service is a Docker socket proxy.
//
// The invariant, above every feature: no response tells a client anything
// about a hidden container, and no request acts on one. Whatever the plugin
// does not understand is refused.
//
// Traefik interprets the source with Yaegi, so the module uses the standard
// library only and keeps to what the interpreter does as Go does; the places
// where that shows are marked "Yaegi:". This package is what Traefik loads; the
// work is in the packages of internal.
package dpf

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/docker-proxy-filter/dpf/internal/option"
	"github.com/docker-proxy-filter/dpf/internal/policy"
	"github.com/docker-proxy-filter/dpf/internal/proxy"
	"github.com/docker-proxy-filter/dpf/internal/serve"
)

// New returns the middleware called name, in front of next. Traefik calls it
// once for each router that uses the middleware, and again at each change of
// its dynamic configuration, when ctx of the former instance ends.
//
// A configuration that is not valid gives a handler that answers every
// request with 503 and the reason, and never an error: for an error Traefik
// drops the router, and any other router that matches would then serve the
// client unfiltered.
func New(ctx context.Context, next http.Handler, config *Config, name string) (handler http.Handler, _ error) {
	defer func() {
		// A panic here would end Traefik's configuration loop: it would keep
		// serving the old configuration and take no new one until restarted.
		if r := recover(); r != nil {
			e := option.New("", "", "internal error")
			e.Hint = fmt.Sprint(": ", r)
			handler = refuseAll(ctx, name, "", e)
		}
	}()

	h, err := newHandler(ctx, next, config, name)
	if err != nil {
		return refuseAll(ctx, name, config.typedLevel(), err), nil
	}
	return h, nil
}

// newHandler compiles config. The error names the option as the user typed it,
// quotes the value and says what is wrong with it.
func newHandler(ctx context.Context, next http.Handler, config *Config, name string) (http.Handler, error) {
	if err := config.decode(); err != nil {
		return nil, err
	}
	if err := config.validate(); err != nil {
		return nil, err
	}
	if err := config.checkUsers(); err != nil {
		return nil, err
	}
	var who *policy.Identity
	if config.hasUsers() {
		who = anyone
	}
	p, err := newPolicy(config, who)
	if err != nil {
		return nil, err
	}
	upstream, err := proxy.NewUpstream(ctx, next, config.UpstreamURL, config.MaxBodyBytes)
	if err != nil {
		return nil, err
	}
	scrubber, err := newScrubber(config)
	if err != nil {
		return nil, err
	}
	operations, err := newOperationSets(config)
	if err != nil {
		return nil, err
	}
	log, err := serve.NewLogger(config.LogLevel, name)
	if err != nil {
		return nil, err
	}
	if p.All {
		log.Warnf("no selector is set: all containers are visible")
	}
	encoded, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	options := &serve.Options{
		InForce:  serve.Hold(ctx, name, string(encoded)),
		Next:     next,
		Upstream: upstream,
		Policy:   p,
		Scrub:    scrubber,
		Refusals: operations.refusals(!p.All),
		Opened:   operations.insecure,
		Log:      log,
	}
	if who != nil {
		return newUsers(config, options), nil
	}
	return serve.New(options), nil
}

// refuseAll is the handler of a configuration that is not valid. Whatever was in
// force before it is so no more. The client is told the option and the reason;
// what the option holds may be a secret.
func refuseAll(ctx context.Context, name, level string, reason error) http.Handler {
	_ = serve.Hold(ctx, name, "")
	log, err := serve.NewLogger(level, name)
	if err != nil {
		// The level is what is wrong; this one is valid.
		log, _ = serve.NewLogger("error", name)
	}
	log.Errorf("configuration refused, every request is answered with 503: %v", reason)
	public := "the configuration is refused; the log of Traefik has the reason"
	if e, ok := reason.(*option.Error); ok { //nolint:errorlint // Yaegi: errors.As panics on a type of ours.
		public = e.Public()
	}
	return serve.RefuseAll(log, public)
}

// anyone fills the placeholders while the configuration is checked.
var anyone = &policy.Identity{User: "user", Groups: []string{"group"}}

// newUsers returns the handler that gives each user a view of their own, made of
// options but for the policy.
func newUsers(config *Config, options *serve.Options) http.Handler {
	users := serve.NewUsers(&serve.UserOptions{
		UserHeader:   config.UserHeader,
		GroupsHeader: config.GroupsHeader,
		Log:          options.Log,
		View: func(who *policy.Identity) (*serve.Handler, error) {
			p, err := newPolicy(config, who)
			if err != nil {
				return nil, err
			}
			view := *options
			view.Policy = p
			return serve.New(&view), nil
		},
	})
	return users
}
