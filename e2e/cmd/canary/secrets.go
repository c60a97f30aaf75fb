package main

import (
	"bytes"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// shortID is the length of the form of an ID that the docker CLI shows.
const shortID = 12

// secrets is everything that only hidden objects have. It may grow while a
// run is on.
type secrets struct {
	stem   string // begins every token
	tokens *regexp.Regexp

	mu    sync.RWMutex
	ids   map[string]secretID // by the first 12 digits, lower case
	words []secretWord        // anything else
}

// secretID is the hexadecimal ID of a hidden object.
type secretID struct{ id, kind string }

// secretWord is a value that is neither a token nor a hexadecimal ID, such as
// an address.
type secretWord struct{ word, kind string }

// newSecrets returns the secrets whose tokens begin with stem.
func newSecrets(stem string) *secrets {
	return &secrets{
		stem:   stem,
		tokens: regexp.MustCompile(`(?i)` + stem + `(?:[-_][a-z0-9]+)*`),
		ids:    map[string]secretID{},
	}
}

// token returns the token of a kind: a word that is legal as a name, a host
// name, a label and a repository.
func (s *secrets) token(kind string) string { return s.stem + "-" + kind }

// addID adds a hexadecimal ID; "sha256:" in front does not count.
func (s *secrets) addID(kind, id string) {
	id = strings.ToLower(strings.TrimPrefix(id, "sha256:"))
	if len(id) < shortID {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ids[id[:shortID]] = secretID{id, kind}
}

// addWord adds a value of another form.
func (s *secrets) addWord(kind, word string) {
	if word == "" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.words = append(s.words, secretWord{word, kind})
}

// leak is one secret found in a response.
type leak struct {
	kind string // of the secret
	text string // the secret with what stands round it
}

// find returns the secrets in data. What the request carried, exactly as it
// was sent, may come back: it is no secret to who sent it.
func (s *secrets) find(data, carried []byte) []leak {
	leaks := s.findTokens(data, carried)
	leaks = append(leaks, s.findIDs(data, carried)...)
	leaks = append(leaks, s.findWords(data, carried)...)
	return append(leaks, s.findEncoded(data, carried)...)
}

// findTokens finds whole tokens: where the request had a part of one, the rest
// is a leak.
func (s *secrets) findTokens(data, carried []byte) []leak {
	found := s.tokens.FindAllIndex(data, -1)
	if len(found) == 0 {
		return nil
	}
	var leaks []leak
	sent := s.tokens.FindAllString(string(carried), -1)
	for _, at := range found {
		token := string(data[at[0]:at[1]])
		if !slices.Contains(sent, token) {
			kind := strings.ToLower(token[len(s.stem):])
			leaks = append(leaks, leak{strings.TrimLeft(kind, "-_"), excerpt(data, at[0], at[1])})
		}
	}
	return leaks
}

// findIDs finds IDs by their first 12 digits, and takes as many of the digits
// that follow as belong to the ID.
func (s *secrets) findIDs(data, carried []byte) []leak {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var leaks []leak
	lower := lowerASCII(data)
	digits := 0
	for i := range lower {
		if !isHex(lower[i]) {
			digits = 0
			continue
		}
		if digits++; digits < shortID {
			continue
		}
		from := i + 1 - shortID
		secret, ok := s.ids[string(lower[from:i+1])]
		if !ok {
			continue
		}
		to := from + commonPrefix(lower[from:], secret.id)
		if !bytes.Contains(carried, data[from:to]) {
			leaks = append(leaks, leak{secret.kind, excerpt(data, from, to)})
		}
	}
	return leaks
}

func (s *secrets) findWords(data, carried []byte) []leak {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var leaks []leak
	for _, w := range s.words {
		i := bytes.Index(data, []byte(w.word))
		if i >= 0 && !bytes.Contains(carried, []byte(w.word)) {
			leaks = append(leaks, leak{w.kind, excerpt(data, i, i+len(w.word))})
		}
	}
	return leaks
}

// base64Run is what may be an encoded value: a header with the state of a
// file, or the data of a swarm config.
var base64Run = regexp.MustCompile(`[A-Za-z0-9+/_-]{16,}={0,2}`)

// maxDecode bounds the data in which encoded values are looked for; archives
// are larger and have none.
const maxDecode = 256 << 10

// findEncoded finds tokens in base64.
func (s *secrets) findEncoded(data, carried []byte) []leak {
	if len(data) > maxDecode {
		return nil
	}
	var leaks []leak
	for _, run := range base64Run.FindAll(data, -1) {
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding} {
			plain, err := encoding.DecodeString(string(run))
			if err == nil {
				leaks = append(leaks, s.findTokens(plain, carried)...)
				break
			}
		}
	}
	return leaks
}

// excerpt is data[from:to] with some bytes round it.
func excerpt(data []byte, from, to int) string {
	const margin = 40
	return string(data[max(0, from-margin):min(len(data), to+margin)])
}

// lowerASCII is data in lower case, byte by byte, so that offsets stay.
func lowerASCII(data []byte) []byte {
	lower := bytes.Clone(data)
	for i, b := range lower {
		if 'A' <= b && b <= 'Z' {
			lower[i] = b + 'a' - 'A'
		}
	}
	return lower
}

func commonPrefix(data []byte, s string) int {
	n := 0
	for n < len(data) && n < len(s) && data[n] == s[n] {
		n++
	}
	return n
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }
func isHex(b byte) bool   { return isDigit(b) || ('a' <= b && b <= 'f') }
