package main

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// entryPoint is one way into the same engine.
type entryPoint struct {
	name string // with the policy in it
	addr string
}

// probe is what is asked: a request with a reference to a hidden object and,
// for comparison, the same request with an unknown one.
type probe struct {
	op      string
	about   string // what is special about it
	entry   string
	request request
	twin    *request // nil: there is nothing to compare with
	stream  bool     // the answer may go on for ever
	refs    [2]reference
}

// streamPatience is how long a stream is read. Those of visible containers
// never end.
const streamPatience = 500 * time.Millisecond

// planner lists the probes of a run.
type planner struct {
	scene   *scene
	random  random
	ops     []operation
	entries []entryPoint
	probes  []probe
	last    []probe // those that come after all others
	turn    int     // of the entry points
	shift   int     // of what is asked in turns
}

// newPlanner returns a planner without a probe.
func newPlanner(s *scene, ops []operation, entries []entryPoint, chance random) *planner {
	const turns = 1000
	return &planner{scene: s, random: chance, ops: ops, entries: entries, turn: chance.IntN(turns), shift: chance.IntN(turns)}
}

// plan is the whole run: the full product where containers are named in the
// path, every pair of two choices elsewhere, and some more by chance. What
// changes something visible comes behind the others, in its order.
func (p *planner) plan() []probe {
	p.references()
	p.spellings()
	p.chances()
	p.methods()
	p.variants()
	p.headers()
	p.smuggled()
	p.unreferenced()
	p.visible()
	p.random.Shuffle(len(p.probes), func(i, j int) { p.probes[i], p.probes[j] = p.probes[j], p.probes[i] })
	p.toys()
	p.unstartable()
	for _, role := range chained {
		p.visibleContainer(role)
	}
	p.takeNames()
	return append(p.probes, p.last...)
}

// control is the part of the run that changes nothing: it shows, on an entry
// point without the plugin, that the check finds what there is to find.
func (p *planner) control() []probe {
	p.references()
	p.variants()
	p.unreferenced()
	p.visible()
	return slices.DeleteFunc(append(p.probes, p.last...), func(pr probe) bool {
		return pr.request.method != "GET" || pr.stream ||
			slow[pr.op] || strings.Contains(pr.request.target, "/debug/") || strings.Contains(pr.request.target, "/attach/ws") ||
			strings.HasPrefix(pr.request.target, "/v1.") || strings.Contains(pr.about, "escaped")
	})
}

// slow are operations that ask a registry, or the processor for a second.
var slow = map[string]bool{"DistributionInspect": true, "ImageSearch": true, "ContainerStats": true}

// call is a request in the making.
type call struct {
	op       operation
	variant  variant
	spelling spelling
	method   string // empty: the operation's
	about    string
}

// kinds are the kinds of objects that the call names.
func (c call) kinds() []kind {
	text := c.op.path + c.variant.query + c.variant.body
	return slices.DeleteFunc(slices.Clone(kinds), func(k kind) bool { return !strings.Contains(text, k.placeholder()) })
}

// pair adds the probe of a call for a pair of references of kind k.
func (p *planner) pair(c call, k kind, refs pair) { p.add(c, p.twins(c, k, refs)) }

// twins is the probe of a call for a pair of references of kind k.
func (p *planner) twins(c call, k kind, refs pair) probe {
	e := p.entry()
	hidden, twin := p.request(c, e, k, refs.hidden), p.request(c, e, k, refs.unknown)
	// Both answer at once; a stream would be a leak in itself.
	hidden.deadline, twin.deadline = 0, 0
	return probe{
		op: c.op.id, about: c.about + ", " + string(k) + " " + refs.form, entry: e.name,
		request: hidden, twin: &twin, stream: c.variant.wait,
		refs: [2]reference{refs.hidden, refs.unknown},
	}
}

// single adds the probe of a call without a counterpart.
func (p *planner) single(c call) {
	e := p.entry()
	p.add(c, probe{op: c.op.id, about: c.about, entry: e.name, request: p.request(c, e, "", reference{}), stream: c.variant.wait})
}

func (p *planner) add(c call, pr probe) {
	if unsafe[c.op.id] {
		p.last = append(p.last, pr)
		return
	}
	p.probes = append(p.probes, pr)
}

// entry returns the entry points in turn.
func (p *planner) entry() entryPoint {
	p.turn++
	return p.entries[p.turn%len(p.entries)]
}

// request fills in the reference of kind k, and something visible for the
// other placeholders.
func (p *planner) request(c call, e entryPoint, k kind, ref reference) request {
	method, deadline := c.op.method, time.Duration(0)
	if c.method != "" {
		method = c.method
	}
	if c.variant.wait {
		deadline = streamPatience
	}
	path := p.spell(c, k, ref)
	if query := c.variant.query; query != "" {
		path += "?" + encodeQuery(p.fill(query, k, ref.plain))
	}
	return request{
		addr: e.addr, method: method, target: path, headers: c.variant.headers,
		body: p.fill(c.variant.body, k, ref.plain), deadline: deadline,
	}
}

// spell writes the path of a call.
func (p *planner) spell(c call, k kind, ref reference) string {
	template := c.op.path
	for _, in := range kinds {
		if in != k && strings.Contains(template, in.placeholder()) {
			k, ref = in, plain(p.stand(in))
			break
		}
	}
	return c.spelling.spell(splitPath(template, k, ref))
}

// fill replaces the placeholders in a query or body.
func (p *planner) fill(text string, k kind, ref string) string {
	return placeholders.ReplaceAllStringFunc(text, func(found string) string {
		name := found[1 : len(found)-1]
		if kind(name) == k {
			return ref
		}
		if slices.Contains(kinds, kind(name)) {
			return p.stand(kind(name))
		}
		if value, ok := p.word(name); ok {
			return value
		}
		return found
	})
}

var placeholders = regexp.MustCompile(`\{[a-z]+\}`)

// word is the value of a placeholder that does not vary.
func (p *planner) word(name string) (string, bool) {
	switch name {
	case "containers":
		return p.scene.dataRoot + "/containers", true
	case "volpath":
		return p.scene.token("volpath"), true
	}
	value, ok := p.scene.words[name]
	return value, ok
}

// stand is something visible of each kind.
func (p *planner) stand(k kind) string {
	switch k {
	case container:
		return p.scene.words["vis"]
	case image:
		return p.scene.words["visimg"]
	case network:
		return p.scene.words["visnet"]
	case volume:
		return p.scene.words["visvol"]
	case service:
		return visiblePrefix + "service"
	}
	return "nothing"
}

// usualCall is an operation as clients call it.
func usualCall(op operation, s spelling) call {
	return call{op: op, variant: usual[op.id], spelling: s, about: s.name}
}

// references asks every operation for every form of reference, in the
// spellings that are all the same to an engine.
func (p *planner) references() {
	for _, op := range p.ops {
		spellings := basic
		for i, s := range spellings {
			c := usualCall(op, s)
			for _, k := range c.kinds() {
				if k != container && i >= 2 {
					continue
				}
				for _, refs := range p.scene.pairs[k] {
					p.pair(c, k, refs)
				}
			}
		}
	}
}

// spellings asks every operation on containers in every odd spelling, and the
// others in some of them each.
func (p *planner) spellings() {
	const step = 9
	turn := p.shift
	for _, op := range p.ops {
		for i, s := range odd {
			c := usualCall(op, s)
			isContainer := strings.Contains(op.path, container.placeholder())
			if !isContainer && (i+turn)%step != 0 {
				continue
			}
			p.pairOrSingle(c, i)
		}
		turn++
	}
}

// pairOrSingle adds a call for one of the first forms of its reference, by
// turns, or on its own if it has none.
func (p *planner) pairOrSingle(c call, turn int) {
	in := c.kinds()
	if len(in) == 0 {
		p.single(c)
		return
	}
	refs := p.scene.pairs[in[0]]
	byID := slices.IndexFunc(refs, func(r pair) bool { return r.form == "ID" || r.form == "image ID" })
	if (turn+p.shift)%2 == 1 && byID >= 0 {
		p.pair(c, in[0], refs[byID])
		return
	}
	p.pair(c, in[0], refs[0])
}

// chances asks every operation in spellings that no list has.
func (p *planner) chances() {
	const onContainers, onOthers = 12, 4
	for _, op := range p.ops {
		n := onOthers
		if strings.Contains(op.path, container.placeholder()) {
			n = onContainers
		}
		for i := range n {
			p.pairOrSingle(usualCall(op, p.random.spelling()), i)
		}
	}
}

// methods asks every path with every method.
func (p *planner) methods() {
	seen := map[string]bool{}
	for _, op := range p.ops {
		if seen[op.path] {
			continue
		}
		seen[op.path] = true
		for i, m := range methods {
			c := usualCall(op, basic[i%2])
			c.method, c.about = m, "method "+m
			p.pairOrSingle(c, i)
		}
	}
}

// handy are the forms of references that variants are asked with.
var handy = []string{"name", "ID", "ID short", "name slash", "name junk", "prefix of 2", "link alias of a hidden child", "stopped by name", "second tag", "own image", "image ID",
	"alias", "visible looking alias", "alias of a parent"}

// variants asks for every query and body.
func (p *planner) variants() {
	for _, v := range variants {
		op, ok := p.find(v.op)
		if !ok {
			continue
		}
		for _, s := range basic[:2] {
			c := call{op: op, variant: v, spelling: s, about: s.name + ", " + v.query + " " + v.body + " " + strings.Join(v.headers, " ")}
			if len(c.kinds()) == 0 {
				p.each(c)
			}
			for _, k := range c.kinds() {
				for _, refs := range p.scene.pairs[k] {
					if k == label || slices.Contains(handy, refs.form) {
						p.pair(c, k, refs)
					}
				}
			}
		}
	}
}

// each adds a call for every entry point.
func (p *planner) each(c call) {
	for range p.entries {
		p.single(c)
	}
}

func (p *planner) find(id string) (operation, bool) {
	i := slices.IndexFunc(p.ops, func(op operation) bool { return op.id == id })
	if i < 0 {
		return operation{}, false
	}
	return p.ops[i], true
}

// headers asks with headers that change what a request means to some server.
func (p *planner) headers() {
	for _, op := range p.ops {
		for i, h := range odder {
			if !strings.Contains(op.path, container.placeholder()) && op.method != "GET" {
				continue
			}
			c := usualCall(op, basic[i%2])
			c.variant.headers = append(slices.Clone(h), c.variant.headers...)
			c.variant.wait = true
			c.about = strings.Join(h, ", ")
			p.pairOrSingle(c, i)
		}
	}
}

// unreferenced asks what names nothing, everywhere.
func (p *planner) unreferenced() {
	for _, op := range p.ops {
		for _, s := range basic {
			if c := usualCall(op, s); len(c.kinds()) == 0 {
				p.each(c)
			}
		}
		for _, s := range odd {
			if c := usualCall(op, s); len(c.kinds()) == 0 && op.method == "GET" && strings.HasPrefix(s.name, "/v1.") {
				p.single(c)
			}
		}
	}
}

// visible asks what visible objects say about themselves: that may hold what
// hidden ones are.
func (p *planner) visible() {
	for _, op := range p.ops {
		if op.method != "GET" && op.method != "HEAD" {
			continue
		}
		calls := []call{usualCall(op, basic[0]), usualCall(op, version("/v1.24")), usualCall(op, version("/v1.41"))}
		for _, v := range variants {
			if v.op == op.id {
				calls = append(calls, call{op: op, variant: v, spelling: basic[0]})
			}
		}
		for _, c := range calls {
			for _, ref := range p.visibleRefs(op) {
				p.visibleCall(c, ref)
			}
		}
	}
}

// visibleRefs are references to what is visible, of the kind that an operation
// has in its path.
func (p *planner) visibleRefs(op operation) []string {
	switch {
	case strings.Contains(op.path, container.placeholder()):
		refs := []string{"vis-plain", "vis-child", "vis-parent", "vis-joined", "vis-broken", "vis-built", "vis-stopped", "vis-paused"}
		return append(refs, p.scene.visible["task"], p.scene.visible["joined"], p.scene.visible["plain"][:shortID])
	case strings.Contains(op.path, image.placeholder()):
		return []string{p.scene.words["visimg"], "vis-built:1", "vis-built"}
	case strings.Contains(op.path, network.placeholder()):
		return []string{sharedNetwork, p.scene.words["visnetid"], p.scene.words["visnetid"][:shortID], "bridge", "host", "none", "docker_gwbridge", "ingress"}
	case strings.Contains(op.path, volume.placeholder()):
		return []string{p.scene.words["visvol"]}
	case strings.Contains(op.path, service.placeholder()):
		return []string{visiblePrefix + "service"}
	case strings.Contains(op.path, task.placeholder()):
		return []string{visiblePrefix + "service.1"}
	}
	return nil
}

// visibleCall adds a call for something visible under both policies.
func (p *planner) visibleCall(c call, ref string) {
	for _, k := range kinds {
		c.op.path = strings.Replace(c.op.path, k.placeholder(), ref, 1)
	}
	c.about += "visible " + ref
	if strings.HasSuffix(c.op.path, "/attach/ws") {
		c.variant.wait = true
	}
	p.single(c)
	p.single(c)
}

// toys acts on visible containers that are there for it.
func (p *planner) toys() {
	for i, op := range p.ops {
		if op.method == "GET" || op.method == "HEAD" || !strings.HasPrefix(op.path, "/containers/"+container.placeholder()) {
			continue
		}
		for t := range toys {
			role := "toy-" + itoa((i+t)%toys)
			if op.id == "ContainerDelete" {
				continue
			}
			c := usualCall(op, basic[t%2])
			c.variant.wait = true
			p.visibleCall(c, visiblePrefix+role)
		}
	}
	p.joined()
	remove, _ := p.find("ContainerDelete")
	for i, query := range []string{"", "force=1", "v=1", "link=1", "force=1&v=1&link=1"} {
		c := call{op: remove, variant: variant{query: query}, spelling: basic[i%2], about: query}
		p.visibleCall(c, visiblePrefix+"gone-"+itoa(i))
	}
	p.reuse()
}

// joined starts the container that cannot start, and asks for the reason: the
// engine's names the hidden container that it joins.
func (p *planner) joined() {
	for _, id := range []string{"ContainerStart", "ContainerRestart", "ContainerInspect", "ContainerStats", "ContainerExec", "ContainerTop", "ContainerKill"} {
		if op, ok := p.find(id); ok {
			p.visibleCall(usualCall(op, basic[0]), "vis-broken")
			p.visibleCall(usualCall(op, basic[1]), "vis-broken")
		}
	}
}

// reuse takes names that hidden containers hold.
func (p *planner) reuse() {
	rename, ok := p.find("ContainerRename")
	if !ok {
		return
	}
	refs := pair{"name", plain(p.scene.token("run")), plain(p.scene.unknownName(p.scene.token("run")))}
	rename.path = strings.Replace(rename.path, container.placeholder(), visiblePrefix+"toy-0", 1)
	for range p.entries {
		p.pair(call{op: rename, variant: variant{query: "name={container}"}, spelling: basic[0], about: "name in use"}, container, refs)
	}
	connect, ok := p.find("NetworkConnect")
	if !ok {
		return
	}
	body := variant{body: `{"Container":"vis-toy-1"}`, headers: []string{jsonType}}
	p.pair(call{op: connect, variant: body, spelling: basic[0], about: "hidden network"}, network, p.scene.pairs[network][0])
}

// encodeQuery escapes what cannot stand in a query, and leaves what is escaped
// already.
func encodeQuery(query string) string {
	var out strings.Builder
	for i := range len(query) {
		if b := query[i]; strings.IndexByte("._~%+&=;/:,*-@", b) >= 0 || isAlphanumeric(b) {
			out.WriteByte(b)
		} else {
			out.WriteString(escapeAll(query[i : i+1]))
		}
	}
	return out.String()
}

func isAlphanumeric(b byte) bool {
	return isDigit(b) || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z'
}
