package markdown

import (
	"fmt"
	"strings"
	"testing"
)

// bombs are inputs that cost a careless parser quadratic time, or a stack.
func bombs(n int) map[string]string {
	repeat := strings.Repeat
	return map[string]string{
		"brackets":               repeat("[", n),
		"bracket pairs":          repeat("[", n/2) + "a" + repeat("]", n/2),
		"images":                 repeat("![", n/2) + repeat("](a)", n/4),
		"links after brackets":   repeat("[", n/2) + repeat("[a](b)", n/12),
		"links after images":     repeat("![", n/4) + repeat("[a](b)", n/12),
		"empty links":            repeat("[](", n/3),
		"links without end":      repeat("[a](<b", n/6),
		"titles without end":     repeat(`[a](b "`, n/7),
		"parentheses":            "[a](" + repeat("(", n),
		"labels":                 repeat("[a][b", n/5),
		"long labels":            repeat("["+repeat("a", 990)+"]", n/992),
		"definitions":            repeat("[a]: b\n", n/7),
		"definitions, not ended": "[a]: " + repeat("[b]: c ", n/7),
		"stars":                  repeat("*", n),
		"star runs":              repeat("a**b", n/4),
		"openers":                repeat("*a ", n/3),
		"openers and closers":    repeat("*a_ ", n/4),
		"rule of three":          repeat("a***b**c*", n/9),
		"alternating":            repeat("*_", n/2) + "a" + repeat("_*", n/2),
		"nested emphasis":        repeat("*a **a ", n/7) + "b" + repeat(" a** a*", n/7),
		"tildes":                 repeat("~a ~~b ", n/7),
		"backticks":              backticks(n),
		"backslashes":            repeat(`\`, n),
		"comments":               repeat("<!--", n/4),
		"instructions":           repeat("a <?", n/4),
		"CDATA":                  repeat("a <![CDATA[", n/11),
		"declarations":           repeat("a <!A ", n/6),
		"tags":                   "x " + repeat("<a b='", n/6),
		"tags with attributes":   "x " + repeat("<a b c=d e", n/10),
		"angles":                 repeat("<", n),
		"autolinks":              repeat("<a:", n/3),
		"entities":               repeat("&", n),
		"numeric entities":       repeat("&#1", n/3),
		"quotes":                 repeat("> ", n/2) + "a",
		"quote lines":            repeat(repeat(">", 200)+"\n", n/200),
		"lists":                  repeat("- ", n/2) + "a",
		"list lines":             staircase(n),
		"list items":             repeat("- a\n\n", n/5),
		"empty items":            repeat("-\n", n/2),
		"ordered":                repeat("1. ", n/3),
		"quotes and lists":       repeat("> - ", n/4),
		"spaces":                 repeat(" ", n) + "a" + repeat(" ", n),
		"blank lines":            "- a\n" + repeat("\n", n),
		"blank lines in code":    "    a\n" + repeat("\n", n) + "    b",
		"fences":                 repeat("```\n", n/4),
		"unclosed fence":         repeat("`", n/2) + "\n" + repeat("`", n/4) + "\n",
		"setext":                 repeat("a\n-\n", n/4),
		"underlines":             "a\n" + repeat("=", n) + "x",
		"hashes":                 repeat("#", n),
		"closing hashes":         "# a " + repeat("# ", n/2),
		"headings":               repeat("# a\n", n/4),
		"wide table":             "|" + repeat("a|", n/4) + "\n|" + repeat("-|", n/4) + "\n" + repeat("|b\n", n/6),
		"delimiter rows":         repeat("a|b\n-|-|-\n", n/10),
		"pipes":                  repeat("|", n) + "\n" + repeat("|", n),
		"footnotes":              "[^a]: b\n\n" + repeat("[^a]", n/4),
		"nested footnotes":       repeat("[^a]: ", n/6),
		"footnotes of footnotes": footnoteChain(n),
		"one line":               repeat("word ", n/5),
		"one word":               repeat("a", n),
		"line endings":           repeat("\r", n),
		"hard breaks":            repeat("a  \n", n/4),
		"tabs":                   repeat("\t", n) + "a\n" + repeat("-\t", n/2),
		"NUL":                    repeat("\x00", n/3),
		"not UTF-8":              repeat("\xff", n/3),
		"references":             "[a]: " + repeat("b", n/2) + "\n\n" + repeat("[a]", n/6),
	}
}

func backticks(n int) string {
	var b strings.Builder
	for i := 1; b.Len() < n; i++ {
		b.WriteString(strings.Repeat("`", i) + "a")
	}
	return b.String()
}

func staircase(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		b.WriteString(strings.Repeat("  ", i%100) + "- a\n")
	}
	return b.String()
}

func footnoteChain(n int) string {
	var b strings.Builder
	b.WriteString("[^0]\n\n")
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "[^%d]: [^%d]\n\n", i, i+1)
	}
	return b.String()
}

// TestBombs renders them long enough that quadratic time would not go
// unnoticed, and checks that the output is no longer than it may be: a byte of
// input makes no more than a dozen or so of output, but for what references
// and table rows may add.
func TestBombs(t *testing.T) {
	const n = 200_000
	for name, source := range bombs(n) {
		t.Run(name, func(t *testing.T) {
			out := Render(source, Options{HeadingIDs: true}).HTML
			if limit := 30*len(source) + maxPadding*len("<td></td>\n") + max(minExpansion, len(source)); len(out) > limit {
				t.Errorf("%d bytes make %d", len(source), len(out))
			}
			checkNesting(t, out)
		})
	}
}

// checkNesting checks that the tags that the renderer makes are balanced. Raw
// HTML must not hold any of them.
func checkNesting(t *testing.T, out string) {
	for _, tag := range []string{"em", "strong", "del", "a", "ul", "ol", "li", "blockquote", "p", "table", "tr", "td", "th", "pre", "code"} {
		begin := strings.Count(out, "<"+tag+">") + strings.Count(out, "<"+tag+" ")
		if end := strings.Count(out, "</"+tag+">"); begin != end {
			t.Errorf("%d <%s> and %d </%s>", begin, tag, end, tag)
		}
	}
}
