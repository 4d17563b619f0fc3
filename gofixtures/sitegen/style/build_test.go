package style

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestOneImplementation looks at what a program gets that uses this package:
// the C library with cgo, and no C without.
func TestOneImplementation(t *testing.T) {
	goCommand, err := exec.LookPath("go")
	if err != nil {
		t.Skip("not tested here: which implementation each build has, for there is no go command")
	}
	for cgo, want := range map[string]string{"0": "gostyle", "1": "cstyle"} {
		cmd := exec.Command(goCommand, "list", "-deps", "-f", "{{.ImportPath}} {{.CFiles}}", ".")
		cmd.Env = append(os.Environ(), "CGO_ENABLED="+cgo)
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		var have []string
		for _, line := range strings.Split(string(out), "\n") {
			name, cFiles, _ := strings.Cut(line, " ")
			if strings.HasSuffix(name, "/gostyle") || strings.HasSuffix(name, "/cstyle") {
				have = append(have, name[strings.LastIndex(name, "/")+1:])
				if hasC := cFiles != "[]"; hasC != (want == "cstyle") {
					t.Errorf("CGO_ENABLED=%s: the C files of %s are %s", cgo, name, cFiles)
				}
			}
		}
		if len(have) != 1 || have[0] != want {
			t.Errorf("CGO_ENABLED=%s: have %v, want %s", cgo, have, want)
		}
	}
}
