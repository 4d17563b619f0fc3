//go:build cgo

package style

import (
	"testing"

	"gopie.example/sitegen/style/internal/cstyle"
	"gopie.example/sitegen/style/internal/gostyle"
	"gopie.example/sitegen/style/internal/sheet"
)

// implementations are those that this build can test.
var implementations = []implementation{
	{"go", func(minify bool) (sheet.Compiler, error) { return gostyle.New(minify), nil }},
	{"c", func(minify bool) (sheet.Compiler, error) { return cstyle.New(minify) }},
}

// wantBoth skips the test if there is nothing to compare with.
func wantBoth(testing.TB) {}
