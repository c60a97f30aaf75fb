package scrub

import (
	"encoding/json"
	"regexp"
	"strings"

	"github.com/docker-proxy-filter/dpf/internal/rawjson"
)

// A build step tells what a build file set. The builder of dockerd leaves
//
//	/bin/sh -c #(nop)  ENV A=b
//	|1 A=b /bin/sh -c make
//
// in the commands of images and of the containers that a build leaves behind,
// as text or as lists; BuildKit writes "ENV A=b" and "RUN |1 A=b /bin/sh -c make"
// into the history only.

// nop marks a step that runs nothing.
const nop = "#(nop)"

var (
	// argumentsMark is that of the build arguments of a RUN step.
	argumentsMark = regexp.MustCompile(`^\s*(?:RUN\s+)?['"]?\|[0-9]+['"]?(?:\s|$)`)
	// buildkitMark is the comment of BuildKit on each of its steps.
	buildkitMark = regexp.MustCompile(`^buildkit\.[a-z]+\.v[0-9]+$`)
)

// readsSteps reports whether a build step may tell what is scrubbed.
func (s *Scrubber) readsSteps() bool { return s.concernsEnvs() || len(s.maskLabels) > 0 }

// isStep reports whether a command has the mark of a build step.
func isStep(text string) bool {
	return strings.Contains(text, nop) || argumentsMark.MatchString(text)
}

// command removes a command that is a build step, unless what it sets may be
// seen.
func (s *Scrubber) command(raw []byte) ([]byte, error) {
	text, _, ok := commandText(raw)
	if !ok {
		return rawjson.Empty(raw)
	}
	if !isStep(text) {
		return raw, nil
	}
	return s.buildText(raw)
}

// commandText returns a command as one text, and its words if it is a list. Not
// ok: it has neither form.
func commandText(raw []byte) (text string, words []string, ok bool) {
	if rawjson.IsNull(raw) {
		return "", nil, true
	}
	if err := json.Unmarshal(raw, &text); err == nil {
		return text, nil, true
	}
	if err := json.Unmarshal(raw, &words); err != nil {
		return "", nil, false
	}
	return strings.Join(words, " "), words, true
}

// buildText scrubs a text that tells variables or labels, or a list of such.
// Fail closed: what is not understood is removed.
func (s *Scrubber) buildText(raw []byte) ([]byte, error) {
	text, words, ok := commandText(raw)
	if !ok {
		return rawjson.Empty(raw)
	}
	if words == nil {
		left := s.step(text)
		if left == text {
			return raw, nil
		}
		return rawjson.Encode(left)
	}
	if isStep(text) {
		words = []string{text} // One step in the words of its command.
	}
	for _, word := range words {
		if s.step(word) != word {
			return []byte("[]"), nil
		}
	}
	return raw, nil
}

// What the words KEY=value of a step are.
type stepKind int

const (
	unknownStep   stepKind = iota
	variablesStep          // variables
	labelsStep             // labels
	commandStep            // neither: a command with variables of its own, at most
)

// step returns what the client may read of a build step: all of it, or what
// stands before the first value that is scrubbed, or nothing.
func (s *Scrubber) step(text string) string {
	if text == "" || buildkitMark.MatchString(text) {
		return text
	}
	if s.envs && len(s.keepEnvs) == 0 {
		return "" // Any instruction may have a variable in it, expanded.
	}
	// Of the same length, so that places are the same in both.
	plain := blanks.Replace(text)
	start, kind := instruction(plain)
	if !s.understands(kind) {
		return ""
	}
	end, masked := s.shownUntil(plain[start:], kind)
	switch {
	case start+end == len(text):
		return text
	case masked:
		return text[:start+end] + mask
	case strings.TrimSpace(plain[start:start+end]) == "":
		return ""
	}
	return strings.TrimRight(text[:start+end], " \t\r\n'\"")
}

var blanks = strings.NewReplacer("'", " ", `"`, " ", "\t", " ", "\n", " ", "\r", " ")

// understands reports whether a step of that kind can be scrubbed by keys.
func (s *Scrubber) understands(kind stepKind) bool {
	switch kind {
	case variablesStep:
		return true
	case labelsStep, commandStep:
		return !s.envs // keepEnvs says nothing of what may be expanded in it.
	case unknownStep:
	}
	return !s.concernsEnvs()
}

// instruction returns the place at which the words of a step begin, and what
// they are.
func instruction(text string) (start int, kind stepKind) {
	if i := strings.Index(text, nop); i >= 0 {
		start = i + len(nop)
	}
	for {
		from, to := nextWord(text, start)
		word := text[from:to]
		switch strings.ToUpper(word) {
		case "ONBUILD":
			start = to
			continue
		case "ENV", "ARG":
			return to, variablesStep
		case "LABEL":
			return to, labelsStep
		case "RUN":
			if _, next := nextWord(text, to); argumentsMark.MatchString(text[from:]) {
				return next, variablesStep
			}
			return to, commandStep
		case "CMD", "ENTRYPOINT", "SHELL", "HEALTHCHECK":
			return to, commandStep
		}
		if argumentsMark.MatchString(word) {
			return to, variablesStep
		}
		if strings.HasPrefix(word, "/") {
			return from, commandStep
		}
		return from, unknownStep
	}
}

// nextWord returns the place of the first word at or after from.
func nextWord(text string, from int) (start, end int) {
	start = len(text) - len(strings.TrimLeft(text[from:], " "))
	end = len(text)
	if i := strings.IndexByte(text[start:], ' '); i >= 0 {
		end = start + i
	}
	return start, end
}

// shownUntil returns the place of the first value in the words of a step that is
// scrubbed, or of its key where that is removed, too. Where a value ends is not
// written down: nothing behind it is shown.
func (s *Scrubber) shownUntil(text string, kind stepKind) (end int, masked bool) {
	if from, to := nextWord(text, 0); !strings.Contains(text[from:to], "=") && kind != commandStep {
		// The old form of one variable or label, "ENV KEY value", or an
		// argument without a value.
		key := text[from:to]
		if s.hidesKey(key, kind) || s.drops(key, kind) || strings.Contains(text[to:], "=") && s.envs {
			return from, false
		}
	}
	at := 0
	for {
		// Yaegi: a calculation among several results may panic.
		end = len(text)
		i := strings.IndexByte(text[at:], '=')
		if i < 0 {
			return end, false
		}
		words := strings.Fields(text[at : at+i])
		if len(words) > 0 {
			key := words[len(words)-1]
			if s.drops(key, kind) {
				end = at + strings.LastIndex(text[at:at+i], key)
				return end, false
			}
			if s.hidesAny(words, kind) {
				end = at + i + 1
				return end, true
			}
		}
		at += i + 1
	}
}

// drops reports whether a word is the key of a variable that is removed.
func (s *Scrubber) drops(key string, kind stepKind) bool {
	return kind == variablesStep && s.dropsEnv(key)
}

// hidesAny reports whether a value is masked that these words stand before. Its
// key is the last of them, or several: the key of a label may have blanks.
func (s *Scrubber) hidesAny(words []string, kind stepKind) bool {
	for i := range words {
		if s.hidesKey(strings.Join(words[i:], " "), kind) {
			return true
		}
	}
	return false
}

// hidesKey reports whether the value of a key is masked. Of a key that is not
// written out nobody knows.
func (s *Scrubber) hidesKey(key string, kind stepKind) bool {
	if strings.ContainsAny(key, `\$`) && kind != commandStep {
		return true
	}
	return kind != labelsStep && s.masksEnv(key) || kind != variablesStep && s.masksLabel(key)
}
