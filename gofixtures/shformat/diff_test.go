package main

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
)

func TestDiff(t *testing.T) {
	for _, test := range []struct {
		name, before, after, want string
	}{
		{"last line without a break", "a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"},
		{"to nothing", "\n\n", "", "@@ -1,2 +0,0 @@\n-\n-\n"},
		{"from nothing", "", "a\n", "@@ -0,0 +1 @@\n+a\n"},
		{"two hunks", "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n",
			"@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n"},
		{"one hunk", "a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n",
			"@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n"},
		{"insertion", "1\n2\n", "1\nx\n2\n", "@@ -1,2 +1,3 @@\n 1\n+x\n 2\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			want := "--- f.orig\n+++ f\n" + test.want
			if got := unifiedDiff("f", test.before, test.after); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestDiffRebuildsBoth makes random changes, also more than maxEdits, and
// checks that the edits lead from one text to the other and nothing is lost.
func TestDiffRebuildsBoth(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for i := 0; i < 300; i++ {
		n := r.Intn(30)
		if i%100 == 0 {
			n = 3 * maxEdits
		}
		a, b := randomLines(r, n), randomLines(r, n)
		if n > 0 && i%2 == 0 {
			b = append(append([]string(nil), a[:n/2]...), b...)
		}
		at, rebuilt := 0, []string(nil)
		for _, e := range diffLines(a, b) {
			if e.a0 < at || e.a1 < e.a0 || e.a1 > len(a) {
				t.Fatalf("edit %v after line %d of %d", e, at, len(a))
			}
			rebuilt = append(append(rebuilt, a[at:e.a0]...), b[e.b0:e.b1]...)
			at = e.a1
		}
		rebuilt = append(rebuilt, a[at:]...)
		if got, want := strings.Join(rebuilt, ""), strings.Join(b, ""); got != want {
			t.Fatalf("run %d: %q leads to %q, want %q", i, a, got, want)
		}
	}
}

func randomLines(r *rand.Rand, n int) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf("%d\n", r.Intn(5))
	}
	return lines
}
