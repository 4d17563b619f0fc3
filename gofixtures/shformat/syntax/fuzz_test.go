package syntax

import "testing"

// styles are layouts that differ in all options.
var styles = []Style{
	{},
	{Indent: 2, CaseIndent: true, BinaryNextLine: true, SpaceRedirects: true, FuncNextLine: true},
	{Indent: 4, BinaryNextLine: true},
}

// found are inputs that FuzzFormat has found.
var found = []string{
	"0$`0`",
	"((0[))",
	"case a in (#b) c;; esac\n",
	"$((a+b\t#\x80 c ))",
	"$((a'$(('''# $((9'+b*-c))+b*i))V",
	"f! ()\n{\na\n}\nb",
	"$ ()(a)",
	"[[ b* && !&& ! ( -f c ) ]]",
	"\\",
	"cat <<-E\n\t$(E\nb # c\n)\n\tE\nd # e\n",
	"cat <<else\n$(a && if b; then c; d; else e; fi)\nelse\n",
}

// FuzzFormat takes any text: parsing must not panic, and what parses must mean
// the same when formatted, and not change when formatted again.
func FuzzFormat(f *testing.F) {
	for _, src := range append(tricky, found...) {
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src string) {
		for _, lang := range []Lang{Bash, POSIX} {
			file, err := Parse("fuzz", src, lang)
			if err != nil {
				continue
			}
			for _, style := range styles {
				checkFormatted(t, "fuzz", file, Print(nil, file, style), style)
			}
			if t.Failed() {
				t.Fatalf("as %v, of %q", lang, src)
			}
		}
	})
}
