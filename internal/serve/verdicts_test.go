package serve

import (
	"fmt"
	"testing"
)

func TestVerdictsAreBounded(t *testing.T) {
	var v verdicts
	for i := 0; i < 10*maxVerdicts; i++ {
		v.add(&resolution{id: fmt.Sprint(i)})
		v.get("0") // in use, so that it stays
	}
	if got := len(v.young) + len(v.old); got > 2*maxVerdicts {
		t.Errorf("got %d verdicts, want at most %d", got, 2*maxVerdicts)
	}
	if v.get("0") == nil {
		t.Error("a verdict in use was forgotten")
	}
	if v.get("1") != nil {
		t.Error("a verdict that is long out of use is there")
	}
}
