package main

import (
	"strings"
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
