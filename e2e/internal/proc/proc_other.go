//go:build !linux

package proc

import "os/exec"

// dieWithParent has no counterpart outside Linux: there only Stop ends a child.
func dieWithParent(*exec.Cmd) {}
