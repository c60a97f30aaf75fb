package dpf

import "bytes"

// sieveBlock is how much of a list is searched at a time, in bytes.
const sieveBlock = 256 << 10

// sieve drops elements that hold no needle from a list while it arrives, so
// that a long list is never in memory as a whole. What is left is a list like
// the one that arrived, less elements that the client would not see. Of a list
// of another form than dockerd's, what is left may be no list: it is refused.
type sieve struct {
	needles [][]byte
	block   int // how much is searched at a time, in bytes
	done    int // what stands before it was searched, and ends with [ or a comma
	full    int // the length of the list at which it is searched again
}

// newSieve returns the sieve for needles, or nil if there are none.
func newSieve(needles [][]byte) *sieve {
	if len(needles) == 0 {
		return nil
	}
	return &sieve{needles: needles, block: sieveBlock, done: 1, full: sieveBlock}
}

// thin drops elements from what arrived of a list and returns its length then.
func (s *sieve) thin(list []byte) int {
	end := bytes.LastIndex(list, elementSeparator)
	s.full = len(list) + s.block
	if end < s.done {
		return len(list)
	}
	// From the bracket or comma before the first element to the one after the
	// last that is there in full.
	block := list[s.done-1 : end+2]
	if !bytes.HasPrefix(list, listStart) || !looksLikeSummaries(block) {
		s.full = int(^uint(0) >> 1) // The rest is kept, and judged as a whole.
		return len(list)
	}
	at := s.done
	for _, element := range elementsWith(block, s.needles) {
		at += copy(list[at:], element)
		list[at] = ','
		at++
	}
	s.done = at
	at += copy(list[at:], list[end+2:])
	s.full = at + s.block
	return at
}

// looksLikeSummaries reports whether a block of whole elements is of dockerd's
// form: one list of names after each ID, and no escape that it does not use.
func looksLikeSummaries(block []byte) bool {
	elements := bytes.Count(block, elementSeparator) + 1
	return elements == bytes.Count(block, namesStart) && !bytes.Contains(block, slashEscape)
}
