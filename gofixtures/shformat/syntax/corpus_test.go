package syntax

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"
)

// The corpus is every shell script in these folders, by name or by #!.
var corpusFolders = []string{"/usr/bin", "/usr/sbin", "/etc", "/usr/share", "/usr/lib", "/usr/local", "/opt"}

// corpusSample is how many scripts of the corpus a plain go test takes. With
// SHFORMAT_CORPUS=all it takes all of them, and those under the folders in
// SHFORMAT_CORPUS_MORE (a list as in PATH).
const corpusSample = 100

var shebang = regexp.MustCompile(`^#! *(/usr)?/bin/(env +)?(sh|bash|dash)\b`)

// corpus gives the scripts in lexical order of their paths, each content once.
func corpus(t *testing.T) []string {
	folders := corpusFolders
	all := os.Getenv("SHFORMAT_CORPUS") == "all"
	if more := os.Getenv("SHFORMAT_CORPUS_MORE"); all && more != "" {
		folders = append(folders[:len(folders):len(folders)], filepath.SplitList(more)...)
	}
	seen := make(map[string]bool)
	var paths []string
	for _, folder := range folders {
		filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() || !looksLikeScript(path) {
				return nil
			}
			text, err := os.ReadFile(path)
			if err == nil && len(text) > 0 && !seen[string(text)] {
				seen[string(text)] = true
				paths = append(paths, path)
			}
			return nil
		})
	}
	sort.Strings(paths)
	if all || len(paths) <= corpusSample {
		return paths
	}
	sample := make([]string, corpusSample)
	for i := range sample {
		sample[i] = paths[i*len(paths)/corpusSample]
	}
	return sample
}

func looksLikeScript(path string) bool {
	if ext := filepath.Ext(path); ext == ".sh" || ext == ".bash" {
		return true
	} else if ext != "" && len(ext) < 6 {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	var head [64]byte
	n, _ := io.ReadFull(f, head[:])
	return shebang.Match(head[:n])
}

// tool finds a program, or skips the test.
func tool(t *testing.T, name string) string {
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("not tested here: %s is not installed", name)
	}
	return path
}

// accepts runs a checker on stdin and tells whether it is content. bash -n
// complains about the syntax of [[ ]] but exits with 0.
func accepts(t *testing.T, text []byte, argv ...string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Stdin = bytes.NewReader(text)
	cmd.Env = []string{"LC_ALL=C", "PATH=/nonexistent"}
	var messages bytes.Buffer
	cmd.Stderr = &messages
	err := cmd.Run()
	if ctx.Err() != nil {
		t.Fatalf("%q hangs", argv)
	}
	return err == nil && !bytes.Contains(messages.Bytes(), []byte("syntax error"))
}

// bashView wraps both scripts in a function each, which bash defines without
// running anything, and gives the functions as bash prints them. ok is false if
// the first cannot be wrapped.
func bashView(t *testing.T, bash string, before, after []byte) (a, b string, ok bool) {
	wrap := func(text []byte) []byte {
		return append(append([]byte("f() {\n:\n"), text...), "\n}\n"...)
	}
	extglob := "+O" // only set if need be: it makes !(a) another thing
	if !accepts(t, wrap(before), bash, "-n") {
		extglob = "-O"
		if !accepts(t, wrap(before), bash, "-O", "extglob", "-n") {
			return "", "", false
		}
	}
	// Whatever comes out of the function would be run: nothing may.
	f, err := Parse("wrapped", string(wrap(before)), Bash)
	if err != nil || len(f.Stmts.Stmts) != 1 {
		return "", "", false
	}
	dir := t.TempDir()
	var views [2]string
	for i, text := range [][]byte{before, after} {
		path := filepath.Join(dir, "script")
		if err := os.WriteFile(path, wrap(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(bash, "--norc", "--noprofile", extglob, "extglob", "-c", ". ./script && declare -f f")
		cmd.Dir = dir
		cmd.Env = []string{"LC_ALL=C", "PATH=/nonexistent"}
		var messages strings.Builder
		cmd.Stderr = &messages
		out, err := cmd.Output()
		if err != nil {
			views[i] = "bash fails: " + err.Error() + ": " + messages.String()
			continue
		}
		views[i] = string(out)
	}
	return views[0], views[1], true
}

func meaning(f *File) string {
	var b strings.Builder
	writeMeaning(&b, f)
	return b.String()
}

// printVerbatim is Print, but with arithmetic and backquotes kept as they are,
// as bash keeps their text in what it prints of a function.
func printVerbatim(f *File, src string) []byte {
	p := &printer{file: f, comments: f.Comments, verbatim: src}
	return p.print()
}

// TestCorpus formats the scripts of this machine that bash accepts.
func TestCorpus(t *testing.T) {
	bash := tool(t, "bash")
	shfmt, _ := exec.LookPath("shfmt")
	var accepted, parsed, size, viewed, unwrapped, judged, agreed int
	for _, path := range corpus(t) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		ok := accepts(t, text, bash, "-n")
		f, err := Parse(path, string(text), Bash)
		if shfmt != "" {
			judged++
			if accepts(t, text, shfmt, "-ln", "bash") == (err == nil) {
				agreed++
			} else {
				t.Logf("shfmt has another verdict: %s: %v", path, err)
			}
		}
		if !ok {
			continue
		}
		accepted++
		size += len(text)
		if err != nil {
			t.Logf("not parsed: %v", err)
			continue
		}
		parsed++
		out := Print(nil, f, Style{})
		checkFormatted(t, path, f, out, Style{})
		if !accepts(t, out, bash, "-n") {
			t.Errorf("%s: bash rejects the formatted script", path)
		}
		before, after, ok := bashView(t, bash, text, printVerbatim(f, string(text)))
		switch {
		case !ok:
			unwrapped++
			t.Logf("cannot be made a function: %s", path)
		case before != after:
			t.Errorf("%s: bash sees another script: %s", path, firstDifference(before, after))
		default:
			viewed++
		}
		// What is printed for users differs in what the verbatim form keeps; it
		// must be the same for bash all the same but for blanks.
		if ok && !bytes.ContainsRune(text, '`') {
			before, after, _ := bashView(t, bash, text, out)
			if squeeze(before) != squeeze(after) {
				t.Errorf("%s: bash sees another script behind blanks: %s", path, firstDifference(before, after))
			}
		}
	}
	if accepted == 0 {
		t.Skip("not tested here: no scripts on this machine")
	}
	t.Logf("%d scripts that bash accepts, %d bytes; %d parsed (%.1f %%); bash sees the same in %d, %d cannot be made a function",
		accepted, size, parsed, percent(parsed, accepted), viewed, unwrapped)
	if percent(parsed, accepted) < 97 {
		t.Errorf("less than 97 %% parsed")
	}
	if shfmt != "" {
		t.Logf("shfmt accepts and rejects the same in %d of %d (%.1f %%)", agreed, judged, percent(agreed, judged))
		if percent(agreed, judged) < 97 {
			t.Errorf("shfmt agrees on less than 97 %%")
		}
	}
}

// squeeze removes blanks, line breaks and semicolons.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\n;", r) {
			return -1
		}
		return r
	}, s)
}

func percent(n, of int) float64 { return 100 * float64(n) / float64(of) }

// checkFormatted checks that out is f formatted: it parses to the same tree
// and formats to itself.
func checkFormatted(t testing.TB, name string, f *File, out []byte, style Style) {
	t.Helper()
	again, err := Parse(name, string(out), f.Lang)
	if err != nil {
		t.Errorf("the formatted script is not parsed: %v\n%s", err, clip(string(out)))
		return
	}
	if a, b := meaning(f), meaning(again); a != b {
		t.Errorf("%s: the formatted script means something else: %s\n%s", name, firstDifference(a, b), clip(string(out)))
		return
	}
	if twice := Print(nil, again, style); !bytes.Equal(twice, out) {
		t.Errorf("%s: formatting again changes it: %s", name, firstDifference(string(out), string(twice)))
	}
}

func clip(s string) string {
	if len(s) > 2000 {
		return s[:2000] + "..."
	}
	return s
}

// firstDifference gives the first lines in which two texts differ.
func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	i := 0
	for i < len(x) && i < len(y) && x[i] == y[i] {
		i++
	}
	from := max(0, i-3)
	return "\n--- before:\n" + clip(strings.Join(x[from:min(i+4, len(x))], "\n")) +
		"\n--- after:\n" + clip(strings.Join(y[from:min(i+4, len(y))], "\n"))
}
