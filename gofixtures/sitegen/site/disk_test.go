package site

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func writeFile(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestWrite(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "public")
	write := func(files ...string) Changes {
		t.Helper()
		changes, err := mustBuild(t, source(files...), nil).Write(folder)
		if err != nil {
			t.Fatal(err)
		}
		return changes
	}
	exists := func(name string) bool {
		_, err := os.Stat(filepath.Join(folder, name))
		return err == nil
	}
	first := write("static/old/a.txt", "a", "static/old/b.txt", "b")
	if first.Written == 0 || first.Unchanged != 0 || first.Removed != 0 {
		t.Errorf("first: %+v", first)
	}
	if again := write("static/old/a.txt", "a", "static/old/b.txt", "b"); again != (Changes{Unchanged: first.Written}) {
		t.Errorf("again: %+v", again)
	}

	// What somebody else has written or changed stays.
	writeFile(t, filepath.Join(folder, "mine.txt"), "mine")
	writeFile(t, filepath.Join(folder, "old/b.txt"), "changed")
	if changes := write("static/new.txt", "n"); changes != (Changes{Written: 1, Unchanged: first.Written - 2, Removed: 1}) {
		t.Errorf("without the files: %+v", changes)
	}
	for name, want := range map[string]bool{"mine.txt": true, "old/a.txt": false, "old/b.txt": true, "new.txt": true} {
		if exists(name) != want {
			t.Errorf("%s: %v, want %v", name, exists(name), want)
		}
	}
	left, err := filepath.Glob(filepath.Join(folder, ".sitegen-*"))
	if err != nil || len(left) != 1 {
		t.Errorf("left over: %q, %v", left, err)
	}
}

// The folders and files of the destination may not be links that lead out.
func TestWriteThroughLinks(t *testing.T) {
	outside := t.TempDir()
	for _, name := range []string{"sub", "sub/index.txt"} {
		folder := t.TempDir()
		if name != "sub" {
			if err := os.Mkdir(filepath.Join(folder, "sub"), 0o777); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Symlink(outside, filepath.Join(folder, name)); err != nil {
			t.Skip("not tested here: symbolic links:", err)
		}
		_, err := mustBuild(t, source("static/sub/index.txt", "x"), nil).Write(folder)
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) > 0 {
		t.Errorf("outside: %v, %v", entries, err)
	}
}

// A list of files that names others has no effect on them.
func TestForgedManifest(t *testing.T) {
	parent := t.TempDir()
	writeFile(t, filepath.Join(parent, "victim.txt"), "")
	const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	writeFile(t, filepath.Join(parent, "public", manifestFile), empty+"  ../victim.txt\nnonsense\n"+empty+"  /etc/hostname\n")
	changes, err := mustBuild(t, source(), nil).Write(filepath.Join(parent, "public"))
	if err != nil || changes.Removed != 0 {
		t.Errorf("%+v, %v", changes, err)
	}
	if _, err := os.Stat(filepath.Join(parent, "victim.txt")); err != nil {
		t.Error(err)
	}
}
