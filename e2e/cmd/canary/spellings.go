package main

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// parts is a path, split round its reference. A path without one is all
// before.
type parts struct{ before, ref, after string }

func (p parts) String() string { return p.before + p.ref + p.after }

// spelling is one way to write a path.
type spelling struct {
	name  string
	spell func(p parts) string
}

// splitPath splits a path template round its placeholder, with the reference
// as it is written in a path.
func splitPath(template string, k kind, ref reference) parts {
	before, after, found := strings.Cut(template, k.placeholder())
	if !found {
		return parts{before: template}
	}
	return parts{before, ref.raw, after}
}

// basic are the spellings that an engine takes for the same request.
var basic = []spelling{
	{"plain", parts.String},
	version("/v1.41"),
	version("/v1.24"),
	{"escaped letter", escapeFirst},
}

// odd are the others: some an engine takes, some it redirects, some it
// refuses, and what stands in front of it may think otherwise.
var odd = append(oddVersions(),
	spelling{"escaped slashes", func(p parts) string { return "/" + strings.ReplaceAll(p.String()[1:], "/", "%2F") }},
	spelling{"escaped slash after the reference", func(p parts) string {
		return p.before + p.ref + strings.Replace(p.after, "/", "%2f", 1)
	}},
	spelling{"escaped slash before the reference", func(p parts) string {
		return strings.TrimSuffix(p.before, "/") + "%2F" + p.ref + p.after
	}},
	spelling{"double escapes", func(p parts) string { return p.before + strings.ReplaceAll(escapeLast(p.ref), "%", "%25") + p.after }},
	spelling{"escaped last letter", func(p parts) string { return p.before + escapeLast(p.ref) + p.after }},
	spelling{"escaped verb", func(p parts) string { return p.before + p.ref + escapeLast(p.after) }},
	spelling{"escaped version", func(p parts) string { return "/%76%31%2e41" + p.String() }},
	prefix("//"), prefix("/./"), prefix("/../"), prefix("/x/../"), prefix("/%2e/"), prefix("/%2e%2e/"),
	prefix("/v1.41//"), prefix("/v1.41/../"), prefix("/v1.41%2F"), prefix("/v1.41/./"), prefix("/%2F"), prefix("/x/%2e%2e/"), prefix("///"),
	inside("//"), inside("/./"), inside("/x/../"), inside("/%2e/"), inside("/x/%2e%2e/"), inside("/%2F"), inside("/vis-plain/../"), inside("/vis-plain/%2e%2e/"), inside("/vis-plain%2F..%2F"),
	behind("//"), behind("/./"), behind("/x/../"), behind("/%2e"),
	spelling{"dot segment in the verb", func(p parts) string { return p.before + p.ref + "/x/.." + p.after }},
	suffix("/"), suffix("//"), suffix("/."), suffix("/.."), suffix("/../json"), suffix("/x/.."), suffix("%2F"), suffix(";x=1"), suffix(";"),
	suffix("%00"), suffix("%0a"), suffix("%0d%0a"), suffix("%20"), suffix("%09"), suffix("%3F"), suffix("%3Fall=1"), suffix("%23"), suffix("#frag"),
	suffix("?"), suffix("??"), suffix("%5c"), suffix("\\"), suffix("%ff"), suffix("%zz"), suffix("%"), suffix(".json"), suffix("*"),
	spelling{"back slashes", func(p parts) string { return strings.ReplaceAll(p.String(), "/", "\\") }},
	spelling{"semicolon after the reference", func(p parts) string { return p.before + p.ref + ";x" + p.after }},
	spelling{"question mark after the reference", func(p parts) string { return p.before + p.ref + "%3F" + p.after }},
	spelling{"fragment after the reference", func(p parts) string { return p.before + p.ref + "#" + p.after }},
	spelling{"null after the reference", func(p parts) string { return p.before + p.ref + "%00" + p.after }},
	spelling{"newline after the reference", func(p parts) string { return p.before + p.ref + "%0a" + p.after }},
	spelling{"blank in the target", func(p parts) string { return p.before + p.ref + " " + p.after }},
	spelling{"colon after the reference", func(p parts) string { return p.before + p.ref + ":" + p.after }},
	spelling{"upper case", func(p parts) string { return strings.ToUpper(p.before) + p.ref + p.after }},
	spelling{"upper case verb", func(p parts) string { return p.before + p.ref + strings.ToUpper(p.after) }},
	spelling{"no slash", func(p parts) string { return p.String()[1:] }},
	absolute("http://docker"), absolute("http://evil.test:99"), absolute("HTTP://docker"), absolute("unix://"), absolute("https://docker"), absolute("//docker"),
	absolute("http://u:p@docker"), absolute("http:"), absolute("http://docker/"),
)

func oddVersions() []spelling {
	var all []spelling
	for _, v := range []string{
		"v1.25", "v1.26", "v1.27", "v1.28", "v1.29", "v1.30", "v1.31", "v1.35", "v1.37", "v1.39", "v1.40", "v1.42", "v1.43", "v1.44", "v1.45", "v1.47", "v1.48", "v1.51", "v1.52", "v1.56",
		"v1.57", "v1.99", "v1.100", "v1.240", "v2", "v2.0", "v1.23", "v1.22", "v1.19", "v1.18", "v1.15", "v1.12", "v1.11", "v1", "v1.", "v.", "v", "v1..41", "v01.41", "v1.041",
		"v1.41.0", "v1.41.", "v1.41a", "v-1", "V1.41", "1.41", "v1.41/v1.41", "v1,41", "v1.%34%31", "v1.41%00", "v1.24.9", "v0001.24", "v1.99999999999999999999", "libpod", "v4.0.0/libpod",
	} {
		all = append(all, version("/"+v))
	}
	return all
}

func version(v string) spelling {
	return spelling{v, func(p parts) string { return v + p.String() }}
}

// prefix writes text in the place of the first slash.
func prefix(text string) spelling {
	return spelling{"prefix " + text, func(p parts) string { return text + p.String()[1:] }}
}

// inside writes text in the place of the slash before the reference.
func inside(text string) spelling {
	return spelling{"before the reference " + text, func(p parts) string {
		if p.ref == "" {
			i := strings.LastIndexByte(p.before, '/')
			return p.before[:i] + text + p.before[i+1:]
		}
		return strings.TrimSuffix(p.before, "/") + text + p.ref + p.after
	}}
}

// behind writes text in the place of the slash after the reference.
func behind(text string) spelling {
	return spelling{"after the reference " + text, func(p parts) string {
		return p.before + p.ref + text + strings.TrimPrefix(p.after, "/")
	}}
}

func suffix(text string) spelling {
	return spelling{"suffix " + text, func(p parts) string { return p.String() + text }}
}

func absolute(authority string) spelling {
	return spelling{"absolute " + authority, func(p parts) string { return authority + p.String() }}
}

// escapeFirst writes the first letter of the path, and of the reference, as
// an escape.
func escapeFirst(p parts) string {
	path := "/" + escapeAll(p.before[1:2]) + p.before[2:]
	if p.ref == "" || p.ref[0] == '%' {
		return path + p.ref + p.after
	}
	return path + escapeAll(p.ref[:1]) + p.ref[1:] + p.after
}

// escapeLast writes the last letter as an escape.
func escapeLast(s string) string {
	if s == "" || s[len(s)-1] == '/' {
		return s
	}
	return s[:len(s)-1] + escapeAll(s[len(s)-1:])
}

// spelling puts a spelling together by chance: one to three changes, in their
// order. They depend on nothing but the length of the reference, so that a
// hidden one and an unknown one are written alike.
func (r random) spelling() spelling {
	var steps []func(p parts) parts
	var names []string
	which := r.Perm(len(changes))[:1+r.IntN(3)]
	slices.Sort(which)
	for _, i := range which {
		change := changes[i]
		seed1, seed2 := r.Uint64(), r.Uint64()
		steps = append(steps, func(p parts) parts { return change.of(newRandom(seed1, seed2), p) })
		names = append(names, change.name)
	}
	return spelling{"by chance " + strings.Join(names, " and "), func(p parts) string {
		for _, step := range steps {
			p = step(p)
		}
		return p.String()
	}}
}

// changes are what a spelling by chance is made of.
var changes = []struct {
	name string
	of   func(r random, p parts) parts
}{
	{"version", func(r random, p parts) parts {
		p.before = "/" + r.of("v1.", "v1.", "v1.", "v0", "v2.", "V1.", "1.") + strconv.Itoa(r.IntN(70)) + p.before
		return p
	}},
	{"escapes", func(r random, p parts) parts {
		p.ref = r.escapeSome(p.ref)
		if p.ref == "" || r.IntN(2) == 0 {
			p.before, p.after = r.escapeSome(p.before), r.escapeSome(p.after)
		}
		return p
	}},
	{"escaped escapes", func(_ random, p parts) parts {
		twice := func(s string) string { return strings.ReplaceAll(s, "%", "%25") }
		return parts{twice(p.before), twice(p.ref), twice(p.after)}
	}},
	{"segment", func(r random, p parts) parts {
		junk := r.of("/", "/./", "/../", "/x/../", "/%2e/", "/%2E%2e/", "/.%2e/", "%2f", "%2F%2f", "/;/", "/%00/", "%5c", "/vis-plain/../", "/v1.41/", "/%20/", "/..;/")
		p.before, p.after = r.replaceSlash(p.before, junk), r.replaceSlash(p.after, r.of("/", junk))
		return p
	}},
	{"suffix", func(r random, p parts) parts {
		p.after += r.of("/", "%2f", "?", "#", ";", ".", "%00", "%20", "%0A", "/.", "/..", "*", "%", "\\", "&", "=", "?&", "?%", "?a;b", "%3f", "%23x")
		return p
	}},
	{"case", func(r random, p parts) parts { return parts{r.swapCase(p.before), p.ref, r.swapCase(p.after)} }},
}

// escapeSome writes some of the bytes as escapes, but for slashes.
func (r random) escapeSome(s string) string {
	var out strings.Builder
	for i := range len(s) {
		escaped, upper := r.IntN(3) == 0, r.IntN(2) == 0
		switch {
		case !escaped || s[i] == '/' || s[i] == '%':
			out.WriteByte(s[i])
		case upper:
			out.WriteString(strings.ToUpper(escapeAll(s[i : i+1])))
		default:
			out.WriteString(escapeAll(s[i : i+1]))
		}
	}
	return out.String()
}

// replaceSlash writes text in the place of one of the slashes.
func (r random) replaceSlash(s, text string) string {
	n := strings.Count(s, "/")
	if n == 0 {
		return s
	}
	segments := strings.Split(s, "/")
	at := 1 + r.IntN(n)
	return strings.Join(segments[:at], "/") + text + strings.Join(segments[at:], "/")
}

// swapCase writes some letters in the other case.
func (r random) swapCase(s string) string {
	return strings.Map(func(c rune) rune {
		if r.IntN(4) > 0 {
			return c
		}
		if unicode.IsUpper(c) {
			return unicode.ToLower(c)
		}
		return unicode.ToUpper(c)
	}, s)
}
