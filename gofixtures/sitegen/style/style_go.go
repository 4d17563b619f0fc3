//go:build !cgo

package style

import (
	"gopie.example/sitegen/style/internal/gostyle"
	"gopie.example/sitegen/style/internal/sheet"
)

// Implementation says what compiles: "c" for the C library, "go" for Go alone.
const Implementation = "go"

func newCompiler(minify bool) (sheet.Compiler, error) {
	return gostyle.New(minify), nil
}
