package syntax

import (
	"math/rand"
	"os"
	"strconv"
	"strings"
	"testing"
)

// randomScripts is how many scripts a plain go test makes; SHFORMAT_RANDOM is
// another number.
const randomScripts = 40

// TestRandom formats random scripts and lets bash compare before and after.
func TestRandom(t *testing.T) {
	n, seed := randomScripts, int64(0)
	if s := os.Getenv("SHFORMAT_RANDOM"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
		seed = 1000
	}
	bash := tool(t, "bash")
	compared := 0
	for i := 0; i < n; i++ {
		g := generator{Rand: rand.New(rand.NewSource(seed + int64(i)))}
		for j := 0; j < 4; j++ {
			g.list(3)
			g.lineBreak()
		}
		src := g.b.String()
		f, err := Parse("random", src, Bash)
		if err != nil {
			if accepts(t, []byte(src), bash, "-n") {
				t.Errorf("seed %d: bash accepts what is not parsed: %v\n%s", i, err, src)
			}
			continue
		}
		for _, style := range styles {
			checkFormatted(t, "random", f, Print(nil, f, style), style)
		}
		if t.Failed() {
			t.Fatalf("seed %d:\n%s", i, src)
		}
		before, after, ok := bashView(t, bash, []byte(src), printVerbatim(f, src))
		if !ok {
			continue
		}
		compared++
		if before != after {
			t.Errorf("seed %d: bash sees another script: %s\nof\n%s", i, firstDifference(before, after), src)
		}
		before, after, _ = bashView(t, bash, []byte(src), Print(nil, f, styles[1]))
		if a, b := squeeze(before), squeeze(after); !strings.Contains(src, "`") && a != b {
			t.Errorf("seed %d: bash sees another script behind blanks: %s\nof\n%s", i, firstDifference(before, after), src)
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("%d of %d random scripts compared in bash", compared, n)
	if compared*2 < n {
		t.Errorf("bash could compare only %d of %d scripts", compared, n)
	}
}
