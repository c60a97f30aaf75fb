package serve

import (
	"net/http"
	"regexp"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/docker-proxy-filter/dpf/internal/policy"
)

// Limits of what an identity header may hold.
const (
	maxIdentity = 256 // bytes of a user or a group
	maxGroups   = 100
)

// maxViews bounds the users whose views are kept, in each of two generations.
const maxViews = 500

// UserOptions is what Users is made of. All of it is read-only.
type UserOptions struct {
	// UserHeader and GroupsHeader are the headers in which a middleware before
	// dpf puts who logged in; empty: the views do not depend on it.
	UserHeader, GroupsHeader string
	// View makes the handler of one identity.
	View func(who *policy.Identity) (*Handler, error)
	Log  *Logger
}

// Users serves each user through a view of their own. It keeps at most 2 *
// maxViews of them, of which those that are not used go.
type Users struct {
	userHeader, groupsHeader string
	view                     func(who *policy.Identity) (*Handler, error)
	log                      *Logger

	mu         sync.Mutex
	young, old map[string]*Handler // by identity
}

// NewUsers returns the handler.
func NewUsers(o *UserOptions) *Users {
	return &Users{userHeader: o.UserHeader, groupsHeader: o.GroupsHeader, view: o.View, log: o.Log}
}

// ServeHTTP serves a request through the view of who sent it. A request that
// does not say that in exactly one way is refused: _ping is no exception, since
// without a login nobody is a client.
func (u *Users) ServeHTTP(rw http.ResponseWriter, req *http.Request) {
	who, reason := u.identify(req)
	if reason != "" {
		refuseUnread(rw, req, u.log, http.StatusForbidden, reason)
		return
	}
	h, err := u.handler(who)
	if err != nil {
		u.log.Errorf("the view of user %q cannot be made: %v", who.User, err)
		refuseUnread(rw, req, u.log, http.StatusForbidden, "the view of this user cannot be made; the log of Traefik has the reason")
		return
	}
	h.ServeHTTP(rw, req)
}

// identify takes who sent the request off its headers. They are not forwarded.
func (u *Users) identify(req *http.Request) (who *policy.Identity, reason string) {
	who = &policy.Identity{}
	if u.userHeader != "" {
		value, ok := takeHeader(req.Header, u.userHeader)
		if !ok || !validIdentity.MatchString(value) || len(value) > maxIdentity || !utf8.ValidString(value) {
			return nil, "no user is logged in: the header of the option userHeader must hold one user"
		}
		who.User = value
	}
	if u.groupsHeader != "" {
		value, ok := takeHeader(req.Header, u.groupsHeader)
		if !ok || !utf8.ValidString(value) {
			return nil, "no group is known of the user: the header of the option groupsHeader must hold one list of groups"
		}
		if who.Groups = splitGroups(value); who.Groups == nil {
			return nil, "the groups of the user cannot be read: the header of the option groupsHeader must hold 1 to 100 groups of at most 256 bytes"
		}
	}
	return who, ""
}

// validIdentity is a user or a group: no blank at either end, no control
// character, and none of the characters that separate groups.
var validIdentity = regexp.MustCompile(`^[^\x00-\x20\x7f,|](?:[^\x00-\x1f\x7f,|]*[^\x00-\x20\x7f,|])?$`)

// takeHeader removes a header, however it is spelled, and returns its value if
// it had exactly one. Middlewares write the name as it was typed, and what a
// client adds in another spelling must not be believed.
func takeHeader(header http.Header, name string) (string, bool) {
	var values []string
	for key := range header {
		if len(key) == len(name) && strings.EqualFold(key, name) {
			values = append(values, header[key]...)
			delete(header, key)
		}
	}
	if len(values) != 1 {
		return "", false
	}
	return values[0], true
}

// splitGroups splits the value of a groups header, as Authelia, Authentik and
// oauth2-proxy write it; nil: it is not valid.
func splitGroups(value string) []string {
	parts := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == '|' })
	if len(parts) == 0 || len(parts) > maxGroups {
		return nil
	}
	groups := make([]string, 0, len(parts))
	for _, part := range parts {
		group := strings.Trim(part, " ")
		if len(group) > maxIdentity || !validIdentity.MatchString(group) {
			return nil
		}
		groups = append(groups, group)
	}
	sort.Strings(groups)
	return groups
}

// handler returns the view of an identity, and makes it if it is not kept.
func (u *Users) handler(who *policy.Identity) (*Handler, error) {
	key := who.User + "\x00" + strings.Join(who.Groups, "\x00")
	u.mu.Lock()
	h, old := u.young[key], u.old[key]
	u.mu.Unlock()
	if h != nil {
		return h, nil
	}
	if old == nil {
		made, err := u.view(who)
		if err != nil {
			return nil, err
		}
		old = made
	}
	return u.keep(key, old), nil
}

// keep puts a view into the young generation, which becomes the old one when it
// is full. Of two that were made at once, the first is kept.
func (u *Users) keep(key string, h *Handler) *Handler {
	u.mu.Lock()
	defer u.mu.Unlock()
	if first := u.young[key]; first != nil {
		return first
	}
	if u.young == nil || len(u.young) >= maxViews {
		u.old = u.young
		u.young = make(map[string]*Handler)
	}
	u.young[key] = h
	return h
}
