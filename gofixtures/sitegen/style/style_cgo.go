//go:build cgo

package style

import (
	"gopie.example/sitegen/style/internal/cstyle"
	"gopie.example/sitegen/style/internal/sheet"
)

// Implementation says what compiles: "c" for the C library, "go" for Go alone.
const Implementation = "c"

func newCompiler(minify bool) (sheet.Compiler, error) {
	return cstyle.New(minify)
}
