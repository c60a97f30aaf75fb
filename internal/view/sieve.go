package view

import "bytes"

// SieveBlock is how much of a list is searched at a time, in bytes.
const SieveBlock = 256 << 10

// Sieve drops elements that hold no needle from a list while it arrives, so
// that a long list is never in memory as a whole. What is left is a list like
// the one that arrived, less elements that the client would not see. Of a list
// of another form than dockerd's, what is left may be no list: it is refused.
type Sieve struct {
	needles [][]byte
	block   int // how much is searched at a time, in bytes
	done    int // what stands before it was searched, and ends with [ or a comma
}

// NewSieve returns the sieve for needles, which must not be empty. The list is
// searched block bytes at a time.
func NewSieve(needles [][]byte, block int) *Sieve {
	return &Sieve{needles: needles, block: block, done: 1}
}

// Thin drops elements from what arrived of a list. It returns the length of the
// list then, and the length at which it is to be searched again.
func (s *Sieve) Thin(list []byte) (length, next int) {
	end := bytes.LastIndex(list, elementSeparator)
	if end < s.done {
		return len(list), len(list) + s.block
	}
	// From the bracket or comma before the first element to the one after the
	// last that is there in full.
	block := list[s.done-1 : end+2]
	if !bytes.HasPrefix(list, listStart) || !looksLikeSummaries(block) {
		// The rest is kept, and judged as a whole.
		return len(list), int(^uint(0) >> 1)
	}
	at := s.done
	for _, element := range elementsWith(block, s.needles) {
		at += copy(list[at:], element)
		list[at] = ','
		at++
	}
	s.done = at
	at += copy(list[at:], list[end+2:])
	return at, at + s.block
}

// looksLikeSummaries reports whether a block of whole elements is of dockerd's
// form: one list of names after each ID, and no escape that it does not use.
func looksLikeSummaries(block []byte) bool {
	elements := bytes.Count(block, elementSeparator) + 1
	return elements == bytes.Count(block, namesStart) && !bytes.Contains(block, slashEscape)
}
