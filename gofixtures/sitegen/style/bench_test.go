package style

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkCompile compiles 100 kB of an ordinary style sheet, and ten times as
// much: the time for a byte must not grow with the length.
func BenchmarkCompile(b *testing.B) {
	const component = `
// A component.
.card-%[1]d {
  $pad: $unit * 2;
  padding: $pad ($pad / 3);
  color: lighten($ink, 10%%);
  background: #ffffff url(data:image/png;base64,iVBORw0KGgo=) no-repeat 0 0;
  border: 1px solid rgba($ink, .25);
  > .title, .subtitle { font: italic bold 1.25rem/1.5 "Some Font", serif; margin: -$unit auto 0; }
  &:hover, &.is-active { box-shadow: 0 0 0.50em rgba(0, 0, 0, .5), inset 0 1px 0 #aabbcc; }
  @media (min-width: $wide + 1px) { width: calc(100%% - #{$pad * 2}); .title { display: none !important; } }
}
`
	for _, size := range []int{100_000, 1_000_000} {
		var text strings.Builder
		text.WriteString("$unit: 8px; $ink: #336699; $wide: 960px;\n")
		for i := 0; text.Len() < size; i++ {
			fmt.Fprintf(&text, component, i)
		}
		fsys := sheets(text.String(), "")
		for _, i := range implementations {
			for _, minify := range []bool{false, true} {
				b.Run(fmt.Sprintf("%s/%d/minify=%v", i.name, size, minify), func(b *testing.B) {
					b.SetBytes(int64(text.Len()))
					for n := 0; n < b.N; n++ {
						if _, err := i.compile(fsys, minify); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
