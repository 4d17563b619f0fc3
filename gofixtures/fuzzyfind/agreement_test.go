package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// agreementQueries are what people type: initials, halves of words, words out
// of their middle, several terms, every operator.
var agreementQueries = []string{
	"netdrv",
	"ethmake",
	"srcbufcache",
	"kdrvpage.c",
	"README",
	"HttpReq",
	"'config .yaml$",
	"^src/ lexer .go$",
	"docidx !html",
	"usbscan",
	"parser_test",
	"vendor main.go$",
	"tokcfg .rs$ | .go$",
	"ui but lay",
	"keycipherjson",
	"fs/ext4/inode",
	"ipv6 table !^kernel .h$",
	"^include mem$ | map.h$",
	"svc ctl fact",
	"x86 mtx",
}

// timed runs a program; both write their whole answer to a file, and so are timed
// alike.
func timed(t *testing.T, cmd *exec.Cmd, input, output string) time.Duration {
	t.Helper()
	stdin, err := os.Open(input)
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	stdout, err := os.Create(output)
	if err != nil {
		t.Fatal(err)
	}
	defer stdout.Close()
	cmd.Stdin, cmd.Stdout = stdin, stdout
	start := time.Now()
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %v", cmd.Args, err)
	}
	return time.Since(start)
}

func topTen(t *testing.T, file string) []string {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	head := make([]byte, 64<<10)
	n, _ := f.Read(head)
	var lines []string
	for _, line := range bytes.SplitN(head[:n], []byte("\n"), 11) {
		if len(lines) < 10 && len(line) > 0 {
			lines = append(lines, string(line))
		}
	}
	return lines
}

// Of a million paths, at least 8 of fuzzyfind's first ten are in the same places
// as fzf's, on average; the time that both took is printed, not judged.
func TestAgreementWithFzf(t *testing.T) {
	fzf := findFzf(t)
	n := 1000000
	if testing.Short() {
		n = 100000
	}
	dir := t.TempDir()
	input := filepath.Join(dir, "paths")
	if err := os.WriteFile(input, generatedPaths(n), 0o600); err != nil {
		t.Fatal(err)
	}
	ours, theirs := filepath.Join(dir, "fuzzyfind"), filepath.Join(dir, "fzf")
	agreed := 0.0
	var ratios []float64
	for i, query := range agreementQueries {
		var times [2]time.Duration
		for _, turn := range []int{i % 2, 1 - i%2} {
			if turn == 0 {
				times[turn] = timed(t, process(t, "-f", query), input, ours)
			} else {
				cmd := exec.Command(fzf, "-f", query)
				cmd.Env = fzfEnvironment()
				times[turn] = timed(t, cmd, input, theirs)
			}
		}
		got, want := topTen(t, ours), topTen(t, theirs)
		if len(got) != len(want) {
			t.Fatalf("query %q: %d lines, fzf has %d", query, len(got), len(want))
		}
		same := 0
		for i := range got {
			if got[i] == want[i] {
				same++
			}
		}
		// With fewer than ten matches in all, as many as there are stand for ten.
		agreed += 10 * float64(same) / float64(len(want))
		ratios = append(ratios, float64(times[0])/float64(times[1]))
		t.Logf("%-26q %2d of %2d; fuzzyfind %v, fzf %v", query, same, len(want),
			times[0].Round(time.Millisecond), times[1].Round(time.Millisecond))
	}
	average := agreed / float64(len(agreementQueries))
	slices.Sort(ratios)
	t.Logf("%d paths, %d queries: %.2f of the first ten agree on average; fuzzyfind takes %.2f of fzf's time, by the median",
		n, len(agreementQueries), average, ratios[len(ratios)/2])
	if average < 8 {
		t.Errorf("%.2f of the first ten agree, want at least 8", average)
	}
}
