package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestClimbs(t *testing.T) {
	for path, want := range map[string]bool{
		"/": false, "/a": false, "/a/": false, "//a": false, "/a/./b": false, "/...": false, "/a..b": false, "/..a": false,
		"": true, "a": true, "*": true, "/..": true, "/../": true, "/a/..": true, "/a/../b": true, "/a\x00": true,
	} {
		if got := climbs(path); got != want {
			t.Errorf("climbs(%q) = %v", path, got)
		}
	}
}

func TestHidden(t *testing.T) {
	for path, want := range map[string]bool{
		"/": false, ".": false, "/a": false, "/a.b": false, "/a/./b": false, "/.well-known/x": false, ".well-known": false,
		"/.a": true, "/a/.b": true, "/a/.b/c": true, "/..": true, "/a/.well-known": true, ".git/config": true,
	} {
		if got := hidden(path); got != want {
			t.Errorf("hidden(%q) = %v", path, got)
		}
	}
}

// forest makes a root with all kinds of files, and a secret beside it.
func forest(t testing.TB) root {
	t.Helper()
	top := t.TempDir()
	dir := filepath.Join(top, "root")
	for name, content := range map[string]string{
		"root/a.txt": "a", "root/sub/b.txt": "b", "root/.hidden/c.txt": "secret", "root/.env": "secret",
		"root/.well-known/d.txt": "d", "secret.txt": "secret", "rootbeside/e.txt": "secret",
	} {
		name = filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, target := range map[string]string{
		"in": "a.txt", "insub": "sub", "sub/up": "../a.txt", "absolute": filepath.Join(dir, "a.txt"),
		"out": "../secret.txt", "outabsolute": filepath.Join(top, "secret.txt"), "outdir": "..", "beside": "../rootbeside",
		"veiled": ".hidden", "veiledfile": ".hidden/c.txt", "circle": "circle", "dangling": "none", "chain": "outdir/root/a.txt",
		"chainout": "in2", "in2": "out", "device": "/dev/null",
	} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := newRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestOpenWithinRoot(t *testing.T) {
	r := forest(t)
	for path, want := range map[string]string{ // "" does not exist
		"/a.txt": "a", "//a.txt": "a", "/./a.txt": "a", "/sub/b.txt": "b", "/sub//b.txt": "b", "/.well-known/d.txt": "d",
		"/in": "a", "/insub/b.txt": "b", "/sub/up": "a", "/absolute": "a", "/chain": "a",
		"/out": "", "/outabsolute": "", "/outdir/secret.txt": "", "/outdir/root/a.txt": "a", "/beside/e.txt": "",
		"/chainout": "", "/veiled/c.txt": "", "/veiledfile": "", "/circle": "", "/dangling": "",
		"/.hidden/c.txt": "", "/.env": "", "/../secret.txt": "", "/sub/../../secret.txt": "", "/../root/a.txt": "",
		"/pipe": "", "/device": "", "/a.txt/": "", "/a.txt/x": "", "/none": "", "/a.txt\x00": "", "/\\..\\secret.txt": "",
		"/" + strings.Repeat("x", 300): "", strings.Repeat("/x", 5000): "",
	} {
		file, info, err := r.open(path)
		if err != nil {
			if want != "" || !missing(err) {
				t.Errorf("%q: %v", path, err)
			}
			continue
		}
		content, err := io.ReadAll(file)
		file.Close()
		if err != nil || string(content) != want || want == "" || info.Size() != int64(len(want)) {
			t.Errorf("%q: %q, %v, want %q", path, content, err, want)
		}
	}
}

func TestOpenWithoutPermission(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("not tested here: root may read every file")
	}
	r := forest(t)
	if err := os.Chmod(filepath.Join(string(r), "a.txt"), 0); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.open("/a.txt"); !os.IsPermission(err) {
		t.Errorf("%v", err)
	}
}

func TestRootMayBeALink(t *testing.T) {
	r := forest(t)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(string(r), link); err != nil {
		t.Fatal(err)
	}
	got, err := newRoot(link)
	if err != nil || got != r {
		t.Errorf("%q, %v", got, err)
	}
}

// Whatever is asked for, nothing that is secret comes, and nothing blocks.
func FuzzOpen(f *testing.F) {
	for _, s := range []string{"/a.txt", "/../secret.txt", "/out", "/outdir/secret.txt", "/sub/up/../../x", "/circle/..", "/pipe", "/.env", "/veiled/c.txt", "/./.././.hidden"} {
		f.Add(s)
	}
	r := forest(f)
	f.Fuzz(func(t *testing.T, path string) {
		file, info, err := r.open(path)
		if err != nil || info.IsDir() {
			return
		}
		defer file.Close()
		content, err := io.ReadAll(file)
		if err != nil || string(content) == "secret" {
			t.Errorf("%q: %q, %v", path, content, err)
		}
	})
}
