package serve

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/docker-proxy-filter/dpf/internal/policy"
)

// usersOf returns users whose views are made by count.
func usersOf(t *testing.T, view func(who *policy.Identity) (*Handler, error)) *Users {
	t.Helper()
	log, err := NewLogger("error", "test")
	if err != nil {
		t.Fatal(err)
	}
	return NewUsers(&UserOptions{UserHeader: "Remote-User", GroupsHeader: "remote-groups", View: view, Log: log})
}

// A request that does not say in exactly one way who sent it is refused.
func TestIdentify(t *testing.T) {
	long := strings.Repeat("x", 257)
	many := strings.TrimSuffix(strings.Repeat("g,", 101), ",")
	tests := []struct {
		name   string
		header http.Header
		want   string // the identity; empty: refused
	}{
		{"both", http.Header{"Remote-User": {"al"}, "Remote-Groups": {"red,blue"}}, "al of blue red"},
		{"other spellings", http.Header{"remote-user": {"al"}, "REMOTE-GROUPS": {"red | blue "}}, "al of blue red"},
		{"an umlaut", http.Header{"Remote-User": {"jürgen meier"}, "Remote-Groups": {"ä"}}, "jürgen meier of ä"},

		{"none", http.Header{}, ""},
		{"no user", http.Header{"Remote-Groups": {"red"}}, ""},
		{"no group", http.Header{"Remote-User": {"al"}}, ""},
		{"an empty user", http.Header{"Remote-User": {""}, "Remote-Groups": {"red"}}, ""},
		{"empty groups", http.Header{"Remote-User": {"al"}, "Remote-Groups": {" , "}}, ""},
		{"no groups at all", http.Header{"Remote-User": {"al"}, "Remote-Groups": {""}}, ""},
		{"two users", http.Header{"Remote-User": {"al", "bo"}, "Remote-Groups": {"red"}}, ""},
		{"the same user twice", http.Header{"Remote-User": {"al", "al"}, "Remote-Groups": {"red"}}, ""},
		{"two spellings", http.Header{"Remote-User": {"al"}, "remote-user": {"bo"}, "Remote-Groups": {"red"}}, ""},
		{"two spellings of the groups", http.Header{"Remote-User": {"al"}, "Remote-Groups": {"red"}, "remote-Groups": {"blue"}}, ""},
		{"a comma in a user", http.Header{"Remote-User": {"al,bo"}, "Remote-Groups": {"red"}}, ""},
		{"a bar in a user", http.Header{"Remote-User": {"al|bo"}, "Remote-Groups": {"red"}}, ""},
		{"a control character", http.Header{"Remote-User": {"al\x00"}, "Remote-Groups": {"red"}}, ""},
		{"a tab in a group", http.Header{"Remote-User": {"al"}, "Remote-Groups": {"r\ted"}}, ""},
		{"a blank before a user", http.Header{"Remote-User": {" al"}, "Remote-Groups": {"red"}}, ""},
		{"not UTF-8", http.Header{"Remote-User": {"a\xff"}, "Remote-Groups": {"red"}}, ""},
		{"groups that are not UTF-8", http.Header{"Remote-User": {"al"}, "Remote-Groups": {"\xff"}}, ""},
		{"a long user", http.Header{"Remote-User": {long}, "Remote-Groups": {"red"}}, ""},
		{"a long group", http.Header{"Remote-User": {"al"}, "Remote-Groups": {long}}, ""},
		{"many groups", http.Header{"Remote-User": {"al"}, "Remote-Groups": {many}}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			u := usersOf(t, nil)
			req := httptest.NewRequest("GET", "/_ping", nil)
			for key, values := range tt.header {
				req.Header[key] = values
			}
			who, reason := u.identify(req)
			got := ""
			if reason == "" {
				got = who.User + " of " + strings.Join(who.Groups, " ")
			}
			if got != tt.want {
				t.Errorf("got %q (%s), want %q", got, reason, tt.want)
			}
			for key := range req.Header {
				if reason == "" && strings.HasPrefix(strings.ToLower(key), "remote-") {
					t.Errorf("the header %s is forwarded", key)
				}
			}
		})
	}
}

// Without a login not even a probe is forwarded.
func TestNobodyIsRefused(t *testing.T) {
	u := usersOf(t, func(_ *policy.Identity) (*Handler, error) { return nil, errors.New("not asked for") })
	rec := httptest.NewRecorder()
	u.ServeHTTP(rec, httptest.NewRequest("GET", "/_ping", nil))
	if rec.Code != http.StatusForbidden || !strings.Contains(rec.Body.String(), "userHeader") {
		t.Errorf("got %d %s", rec.Code, rec.Body)
	}
	req := httptest.NewRequest("GET", "/_ping", nil)
	req.Header.Set("Remote-User", "al")
	req.Header.Set("Remote-Groups", "red")
	rec = httptest.NewRecorder()
	u.ServeHTTP(rec, req)
	if rec.Code != http.StatusForbidden || strings.Contains(rec.Body.String(), "not asked for") {
		t.Errorf("a view that cannot be made: got %d %s", rec.Code, rec.Body)
	}
}

// A view is made once for a user while it is in use, and no more are kept than
// there is room for.
func TestViewsAreKeptAndBounded(t *testing.T) {
	made := 0
	u := usersOf(t, func(_ *policy.Identity) (*Handler, error) {
		made++
		h := &Handler{}
		return h, nil
	})
	first := &policy.Identity{User: "first", Groups: []string{"g"}}
	kept, err := u.handler(first)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < 3*maxViews; i++ {
		who := &policy.Identity{User: fmt.Sprint("u", i), Groups: []string{"g"}}
		if _, err := u.handler(who); err != nil {
			t.Fatal(err)
		}
		if again, err := u.handler(first); err != nil || again != kept {
			t.Fatalf("after %d users: the view of the first one was made again (%v)", i, err)
		}
	}
	if want := 3*maxViews + 1; made != want {
		t.Errorf("got %d views made, want %d", made, want)
	}
	if n := len(u.young) + len(u.old); n > 2*maxViews {
		t.Errorf("got %d views kept, want at most %d", n, 2*maxViews)
	}
	other, err := u.handler(&policy.Identity{User: "first", Groups: []string{"h"}})
	if err != nil || other == kept {
		t.Errorf("another group has the same view (%v)", err)
	}
}

// Many users at once, each of whom gets their own view.
func TestUsersAtOnce(t *testing.T) {
	var mu sync.Mutex
	views := map[*Handler]string{}
	u := usersOf(t, func(who *policy.Identity) (*Handler, error) {
		h := &Handler{}
		mu.Lock()
		views[h] = who.User
		mu.Unlock()
		return h, nil
	})
	wrong := make(chan string, 1000)
	var running sync.WaitGroup
	for i := 0; i < 8; i++ {
		running.Add(1)
		go askAll(u, i, &mu, views, wrong, &running)
	}
	running.Wait()
	select {
	case w := <-wrong:
		t.Error(w)
	default:
	}
}

// askAll asks for the views of 1,000 users, beginning with another one each time.
func askAll(u *Users, turn int, mu *sync.Mutex, views map[*Handler]string, wrong chan string, running *sync.WaitGroup) {
	defer running.Done()
	for i := 0; i < 1000; i++ {
		name := fmt.Sprint("user", (i+turn*125)%1000)
		h, err := u.handler(&policy.Identity{User: name, Groups: []string{"g"}})
		mu.Lock()
		got := views[h]
		mu.Unlock()
		if err != nil || got != name {
			wrong <- fmt.Sprintf("%s got the view of %s (%v)", name, got, err)
			return
		}
	}
}
