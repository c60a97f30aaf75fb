package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// moduleDir returns the folder of a module's release in the module cache,
// downloading it first if need be. It runs outside the e2e module, whose go.mod
// and go.sum it must not change.
func moduleDir(module string) (string, error) {
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Dir = os.TempDir()
	output, runErr := cmd.Output()

	var download struct{ Dir, Error string }
	if err := json.Unmarshal(output, &download); err != nil {
		return "", errors.Join(fmt.Errorf("go mod download %s: %w", module, err), runErr)
	}
	if download.Error != "" {
		return "", fmt.Errorf("go mod download %s: %s", module, download.Error)
	}
	return download.Dir, nil
}
