//go:build !cgo

package style

import (
	"testing"

	"gopie.example/sitegen/style/internal/gostyle"
	"gopie.example/sitegen/style/internal/sheet"
)

// implementations are those that this build can test.
var implementations = []implementation{
	{"go", func(minify bool) (sheet.Compiler, error) { return gostyle.New(minify), nil }},
}

// wantBoth skips the test: there is nothing to compare with.
func wantBoth(t testing.TB) {
	t.Skip("not tested here: that C and Go give the same bytes, for this build is without cgo")
}
