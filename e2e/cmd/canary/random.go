package main

import (
	"encoding/hex"
	"math/rand/v2"
)

// random is what a run leaves to chance. The same seed gives the same values in
// the same order, so that a run can be repeated but for the IDs that the engine
// chooses.
type random struct{ *rand.Rand }

// newRandom returns one of the sequences of a seed.
func newRandom(seed, sequence uint64) random { return random{rand.New(rand.NewPCG(seed, sequence))} }

// branch returns a sequence of its own, for what takes more or less of it from
// one run to the next.
func (r random) branch() random { return newRandom(r.Uint64(), r.Uint64()) }

// hex returns n random hexadecimal digits.
func (r random) hex(n int) string {
	data := make([]byte, (n+1)/2)
	for i := range data {
		data[i] = byte(r.IntN(256))
	}
	return hex.EncodeToString(data)[:n]
}

// swarmID returns an ID of the form that swarm objects have.
func (r random) swarmID() string {
	const digits, length = "0123456789abcdefghijklmnopqrstuvwxyz", 25
	id := make([]byte, length)
	for i := range id {
		id[i] = digits[r.IntN(len(digits))]
	}
	return string(id)
}

// of returns one of several texts.
func (r random) of(texts ...string) string { return texts[r.IntN(len(texts))] }
