package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestRunScripts runs the scripts of testdata before and after formatting, in
// several styles: they must print the same and end the same.
func TestRunScripts(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.sh")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, script := range scripts {
		shells := []string{"bash"}
		if filepath.Base(script) == "posix.sh" {
			shells = append(shells, "dash")
		}
		for _, shell := range shells {
			t.Run(filepath.Base(script)+" in "+shell, func(t *testing.T) { runFormatted(t, script, shell) })
		}
	}
}

func runFormatted(t *testing.T, script, shell string) {
	path, err := exec.LookPath(shell)
	if err != nil {
		t.Skipf("not tested here: %s is not installed", shell)
	}
	original := text(t, script)
	want := output(t, path, original)
	if len(want) < 100 {
		t.Fatalf("the script prints only %q", want)
	}
	for _, flags := range []string{"", "-i 4 -ci -bn -sr -fn", "-i 1 -bn"} {
		formatted, stderr, status := shformatWith(original, append(strings.Fields(flags), "-ln", "auto")...)
		if status != 0 {
			t.Fatalf("status %d: %s", status, stderr)
		}
		if formatted == original {
			t.Errorf("formatting with %q changes nothing: that tests nothing", flags)
		}
		if got := output(t, path, formatted); got != want {
			t.Errorf("formatted with %q it prints\n%s\nwant\n%s", flags, got, want)
		}
		if again, _, _ := shformatWith(formatted, strings.Fields(flags)...); again != formatted {
			t.Errorf("formatting again with %q changes it", flags)
		}
	}
}

// output runs a script in an empty folder and gives what it prints with the
// status it ends with.
func output(t *testing.T, shell, script string) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "script")
	if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(shell, path)
	cmd.Dir = "/"
	cmd.Env = []string{"LC_ALL=C", "PATH=/usr/bin:/bin", "HOME=/nonexistent"}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, out.Bytes())
	}
	return strings.ReplaceAll(out.String(), path, "script")
}
