package main

import (
	"fmt"
	"strings"
)

// context is how many equal lines a unified diff shows around a change.
const context = 3

// maxEdits bounds the search for a shortest diff, whose time and memory grow
// with the square of the edits; beyond it the rest is one large change.
const maxEdits = 1000

// edit says that lines [a0,a1) of the old text became lines [b0,b1) of the new.
type edit struct {
	a0, a1, b0, b1 int
}

// unifiedDiff compares two texts by lines, in the format of diff -u.
func unifiedDiff(name, before, after string) string {
	a, b := strings.SplitAfter(before, "\n"), strings.SplitAfter(after, "\n")
	edits := diffLines(trimEmpty(a), trimEmpty(b))
	a, b = trimEmpty(a), trimEmpty(b)
	var out strings.Builder
	fmt.Fprintf(&out, "--- %s.orig\n+++ %s\n", name, name)
	for i := 0; i < len(edits); {
		n := i + 1
		for n < len(edits) && edits[n].a0-edits[n-1].a1 <= 2*context {
			n++
		}
		hunk(&out, a, b, edits[i:n])
		i = n
	}
	return out.String()
}

// trimEmpty drops the empty string that SplitAfter gives behind a final line
// break.
func trimEmpty(lines []string) []string {
	if n := len(lines); n > 0 && lines[n-1] == "" {
		return lines[:n-1]
	}
	return lines
}

// hunk writes edits that are near each other with the lines around them.
func hunk(out *strings.Builder, a, b []string, edits []edit) {
	first, last := edits[0], edits[len(edits)-1]
	before := min(context, first.a0)
	after := min(context, len(a)-last.a1)
	fmt.Fprintf(out, "@@ -%s +%s @@\n",
		lineRange(first.a0-before, last.a1+after), lineRange(first.b0-before, last.b1+after))
	at := first.a0 - before
	for _, e := range edits {
		writeLines(out, ' ', a[at:e.a0])
		writeLines(out, '-', a[e.a0:e.a1])
		writeLines(out, '+', b[e.b0:e.b1])
		at = e.a1
	}
	writeLines(out, ' ', a[at:last.a1+after])
}

func lineRange(from, to int) string {
	switch n := to - from; n {
	case 0:
		return fmt.Sprintf("%d,0", from)
	case 1:
		return fmt.Sprint(from + 1)
	default:
		return fmt.Sprintf("%d,%d", from+1, n)
	}
}

func writeLines(out *strings.Builder, mark byte, lines []string) {
	for _, l := range lines {
		out.WriteByte(mark)
		out.WriteString(l)
		if !strings.HasSuffix(l, "\n") {
			out.WriteString("\n\\ No newline at end of file\n")
		}
	}
}

// diffLines finds the edits from a to b with the greedy algorithm of E. Myers,
// "An O(ND) Difference Algorithm and Its Variations" (1986).
func diffLines(a, b []string) []edit {
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		start++
	}
	endA, endB := len(a), len(b)
	for endA > start && endB > start && a[endA-1] == b[endB-1] {
		endA--
		endB--
	}
	if start == endA && start == endB {
		return nil
	}
	edits := myers(a[start:endA], b[start:endB])
	for i := range edits {
		e := &edits[i]
		e.a0, e.a1, e.b0, e.b1 = e.a0+start, e.a1+start, e.b0+start, e.b1+start
	}
	return edits
}

// myers extends, for each number of edits d, the furthest path on each
// diagonal k = x-y, keeping the paths of every d for the way back.
func myers(a, b []string) []edit {
	n, m := len(a), len(b)
	limit := min(n+m, maxEdits)
	v := make([]int, 2*limit+2)
	var trace [][]int
	for d := 0; d <= limit; d++ {
		for k := -d; k <= d; k += 2 {
			x := 0
			if k == -d || k != d && v[limit+k-1] < v[limit+k+1] {
				x = v[limit+k+1]
			} else {
				x = v[limit+k-1] + 1
			}
			y := x - k
			for x < n && y < m && y >= 0 && a[x] == b[y] {
				x++
				y++
			}
			v[limit+k] = x
			if x >= n && y >= m {
				return backtrack(trace, n, m, d)
			}
		}
		trace = append(trace, append([]int(nil), v[limit-d:limit+d+1]...))
	}
	return []edit{{0, n, 0, m}}
}

// backtrack follows the paths from the end to the beginning.
func backtrack(trace [][]int, x, y, d int) []edit {
	var reversed []edit
	for ; d > 0; d-- {
		v := trace[d-1] // v[k+d-1] is the end on diagonal k
		at := func(k int) int {
			if i := k + d - 1; i >= 0 && i < len(v) {
				return v[i]
			}
			return -1
		}
		k := x - y
		prev := k - 1
		if k == -d || k != d && at(k-1) < at(k+1) {
			prev = k + 1
		}
		px := at(prev)
		py := px - prev
		e := edit{px, px, py, py}
		if prev == k+1 {
			e.b1++
		} else {
			e.a1++
		}
		if n := len(reversed); n > 0 && reversed[n-1].a0 == e.a1 && reversed[n-1].b0 == e.b1 {
			reversed[n-1].a0, reversed[n-1].b0 = e.a0, e.b0
		} else {
			reversed = append(reversed, e)
		}
		x, y = px, py
	}
	for i, j := 0, len(reversed)-1; i < j; i, j = i+1, j-1 {
		reversed[i], reversed[j] = reversed[j], reversed[i]
	}
	return reversed
}
